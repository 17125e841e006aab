package dev.syncline;

import dev.syncline.log.commit.Entry;
import dev.syncline.log.repair.CheckpointSearch;
import dev.syncline.log.segment.MarkFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/** Finds the last CHECKPOINT of a log that this layer has written; none in one with other records in it. */
final class LastCheckpointSearch implements CheckpointSearch {
  private boolean ours = true;
  private MarkFile.Checkpoint last;

  @Override
  public void see(long sequence, Entry record) {
    ours = ours && Payloads.isOurs(record.type(), record.meta(), record.payloadBytes());
    if (!ours || record.type() != RecordType.CHECKPOINT.code()) return;
    long covered = ByteBuffer.wrap(record.rest()).order(ByteOrder.LITTLE_ENDIAN).getLong();
    if (covered >= 0 && covered <= sequence) last = new MarkFile.Checkpoint(sequence, covered);
  }

  @Override
  public Optional<MarkFile.Checkpoint> last() {
    return ours ? Optional.ofNullable(last) : Optional.empty();
  }
}
