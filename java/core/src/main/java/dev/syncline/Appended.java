package dev.syncline;

import java.util.concurrent.CompletableFuture;

/**
 * Records that were appended and that nobody waits for yet: their sequences are known at once, their durability comes later.
 *
 * @param sequences those of the data records; a batch's COMMIT takes the next one
 * @param durable completes when all of them are durable, with the last sequence that was taken: the record's own, or a batch's COMMIT's. As
 *     those of {@link WriteAheadLog#appendAsync}
 */
public record Appended(SequenceRange sequences, CompletableFuture<Long> durable) {
  /** The last of the sequences; of a single record the only one. */
  public long sequence() {
    return sequences.last();
  }
}
