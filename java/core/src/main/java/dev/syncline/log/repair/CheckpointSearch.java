package dev.syncline.log.repair;

import dev.syncline.log.commit.Entry;
import dev.syncline.log.segment.MarkFile;
import java.util.Optional;

/** Looks for checkpoints among the records that are kept: which they are the layer above knows. */
public interface CheckpointSearch {
  /** Is shown every record, in order. */
  void see(long sequence, Entry record);

  /** The last one, or empty if the mark's is the last that is known. */
  Optional<MarkFile.Checkpoint> last();
}
