package dev.syncline;

import dev.syncline.io.Storage;
import dev.syncline.log.SegmentedLog;
import dev.syncline.log.read.LogCursor;
import dev.syncline.log.segment.MarkFile.Checkpoint;
import dev.syncline.shortage.LogLines;
import java.io.IOException;

/** Finds checkpoints among the records of a log. */
final class Checkpoints {
  private static final int ATTEMPTS = 10;

  private Checkpoints() {}

  /** The log, which knows its last checkpoint from now on. If that cannot be found for an error of the disk, the log is closed again. */
  static SegmentedLog findIn(SegmentedLog log) throws IOException {
    try {
      find(log);
      return log;
    } catch (IOException | RuntimeException | Error e) {
      try {
        log.close();
      } catch (IOException suppressed) {
        e.addSuppressed(suppressed);
      }
      throw e;
    }
  }

  /** Copies the log as {@link SegmentedLog#snapshot} does; the copy knows its last checkpoint, also of a log that somebody else writes. */
  static void copy(SegmentedLog log, Storage target) throws IOException {
    if (log.isReadOnly()) find(log);
    log.snapshot(target);
  }

  /**
   * Has the log note its last checkpoint: the mark names that as of its writing, a newer one lies in the newest segment, or if the mark is
   * of an earlier time or none was there, in one before. Beside a writer records may be cut or truncated away while they are looked
   * through; then they are looked through anew.
   */
  private static void find(SegmentedLog log) throws IOException {
    boolean done = false;
    for (int attempt = 0; !done && attempt < ATTEMPTS; attempt++) done = lookThrough(log);
  }

  private static boolean lookThrough(SegmentedLog log) throws IOException {
    for (SequenceRange range : log.checkpointsMayLie(RecordType.CHECKPOINT.code())) {
      boolean found = false;
      try (LogCursor cursor = log.cursor(range.first() - 1)) {
        while (cursor.advance() && cursor.sequence() <= range.last()) found |= noteIfCheckpoint(log, cursor);
      } catch (RecordsTruncatedException e) {
        return false;
      } catch (CorruptLogException e) {
        // Whoever reads there gets told; until then the last checkpoint is the last one that can be read.
        LogLines.say(LogLines.LOG, System.Logger.Level.WARNING, "looking for the last checkpoint: " + e.getMessage(), null);
      }
      if (found) return true;
    }
    return true;
  }

  private static boolean noteIfCheckpoint(SegmentedLog log, LogCursor cursor) {
    Checkpoint found = read(cursor);
    if (found == null) return false;
    log.noteCheckpoint(found.sequence(), found.covered());
    return true;
  }

  /** The checkpoint that the record under the cursor is, or null. */
  private static Checkpoint read(LogCursor cursor) {
    if (cursor.type() != RecordType.CHECKPOINT.code()) return null;
    WalRecord record = Payloads.record(cursor);
    // What the layer below was given as something else, or somebody has forged, is not this layer's checkpoint; who reads it is told.
    boolean covers = record != null && record.marked() >= 0 && record.marked() <= cursor.sequence();
    return covers ? new Checkpoint(cursor.sequence(), record.marked()) : null;
  }

  /** The same, of a sequence at which no batch is cut in two. While no other cut comes between: another batch may lie there after it. */
  static Checkpoint lastAtCut(SegmentedLog log, long sequence) throws IOException {
    BatchBoundary.require(log, sequence);
    return lastUpTo(log, sequence);
  }

  /** The last checkpoint up to {@code sequence}, and what it covers; zeros if there is none. */
  static Checkpoint lastUpTo(SegmentedLog log, long sequence) throws IOException {
    if (log.lastCheckpoint() <= sequence) return new Checkpoint(log.lastCheckpoint(), log.checkpointCovers());
    Checkpoint last = new Checkpoint(0, 0);
    try (LogCursor cursor = log.cursor(0)) {
      while (cursor.advance() && cursor.sequence() <= sequence) {
        Checkpoint found = read(cursor);
        if (found != null) last = found;
      }
    }
    return last;
  }
}
