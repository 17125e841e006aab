package dev.syncline.log;

import dev.syncline.RecordTooLargeException;
import dev.syncline.format.Layout;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.segment.MarkFile;
import java.util.List;

/** Refuses what is too large for one frame, before anything is written. */
final class AppendLimits {
  /** What a record takes beside its payload, padding included. */
  private static final long RECORD_BYTES = 32;

  /** A frame is one buffer: its header, its padding and the rounding of its capacity must fit an int too. */
  private static final int FRAME_BYTES_MAX = Integer.MAX_VALUE - (2 << 20);

  private AppendLimits() {}

  /** Indexes of the caller's: {@code count} of them, one after the other. */
  static void requireIndexes(long first, int count) {
    if (count == 0) throw new IllegalArgumentException("expected at least one record, found none");
    if (first <= 0 || first > Layout.SEQUENCE_MAX - count + 1)
      throw new IllegalArgumentException(
          "expected indexes from 1 to " + Layout.SEQUENCE_MAX + ", found " + count + " from " + first + " on");
  }

  /** The last of the indexes that are left out. */
  static void requireLast(long index) {
    if (index < 0 || index > Layout.SEQUENCE_MAX)
      throw new IllegalArgumentException("expected an index up to " + Layout.SEQUENCE_MAX + " to leave out, found " + index);
  }

  /** A checkpoint's sequence and what it covers; {@code upTo} is the highest that it may have. */
  static MarkFile.Checkpoint requireCheckpoint(MarkFile.Checkpoint checkpoint, long upTo) {
    long sequence = checkpoint.sequence();
    long covered = checkpoint.covered();
    if (covered < 0 || covered > sequence || sequence > upTo)
      throw new IllegalArgumentException(
          "expected a checkpoint up to " + upTo + " that covers 0 to its own sequence, found " + sequence + " covering " + covered);
    return checkpoint;
  }

  /** What a checkpoint is to cover. */
  static void requireCovered(long covered, long current) {
    if (covered > current)
      throw new IllegalArgumentException("a checkpoint cannot cover " + covered + ": the highest sequence is " + current);
  }

  static void requireAppended(long sequence, long appended) {
    if (sequence > appended)
      throw new IllegalArgumentException("sequence " + sequence + " was not appended: the highest is " + appended);
  }

  /** Where a log may be cut at its front ({@code through}) or its back ({@code after}). */
  static void requireCut(String how, long sequence, long least, long most) {
    if (sequence < least || sequence > most)
      throw new IllegalArgumentException("cannot truncate " + how + " " + sequence + ": expected " + least + " to " + most);
  }

  static void require(LogOptions options, byte[] head, byte[] rest) throws RecordTooLargeException {
    require(options, 1, (long) head.length + rest.length);
  }

  static void require(LogOptions options, List<Entry> entries) throws RecordTooLargeException {
    long bytes = 0;
    for (Entry entry : entries) bytes += entry.payloadBytes();
    require(options, entries.size(), bytes);
  }

  private static void require(LogOptions options, int records, long bytes) throws RecordTooLargeException {
    if (bytes > options.maxGroupBytes() || bytes + RECORD_BYTES * records > FRAME_BYTES_MAX)
      throw new RecordTooLargeException(
          "expected at most " + options.maxGroupBytes() + " bytes in one batch, found " + bytes + " in " + records
              + " records. Nothing was written");
  }
}
