package dev.syncline;

import java.util.List;

/**
 * What reading everything found.
 *
 * @param segments segments read
 * @param frames group commits read
 * @param records records read and checked, markers included
 * @param bytes bytes of frames read, padding included
 * @param firstSequence first sequence that can be read, or {@code lastSequence + 1}
 * @param lastSequence last sequence
 * @param damage what is unreadable, oldest first
 */
public record VerifyReport(
    int segments, long frames, long records, long bytes, long firstSequence, long lastSequence, List<Damage> damage) {

  public boolean ok() {
    return damage.isEmpty();
  }
}
