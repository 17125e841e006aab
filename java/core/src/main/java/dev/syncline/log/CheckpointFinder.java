package dev.syncline.log;

import dev.syncline.log.segment.MarkFile;
import java.io.IOException;

/** Finds the last checkpoint among the records of a log, up to one of them. */
public interface CheckpointFinder {
  /** Its sequence and what it covers; zeros if there is none. */
  MarkFile.Checkpoint lastUpTo(long sequence) throws IOException;
}
