package dev.syncline;

import dev.syncline.log.options.LogOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** What the options may be, told by their public names. */
final class OptionLimits {
  static final int BATCH_BYTES_MAX = LogOptions.GROUP_BYTES_MAX - Long.BYTES;

  /** A sound disk may take that long for what closing writes; whoever gives up earlier cannot close. */
  private static final long CLOSE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(100);

  private OptionLimits() {}

  /** {@code bytes}, if it is 1 to {@code most}. */
  static long bytes(String option, long bytes, long most) {
    if (bytes < 1 || bytes > most) throw new IllegalArgumentException(option + " is 1 to " + most + " bytes, not " + bytes);
    return bytes;
  }

  /** {@code duration}, if it is above zero. */
  static Duration positive(String option, Duration duration) {
    Objects.requireNonNull(duration, option);
    if (duration.isZero() || duration.isNegative())
      throw new IllegalArgumentException(option + " must be above zero, not " + duration);
    return duration;
  }

  /** {@code duration}, if it is not below zero. */
  static Duration notNegative(String option, Duration duration) {
    Objects.requireNonNull(duration, option);
    if (duration.isNegative()) throw new IllegalArgumentException(option + " must not be below zero, is " + duration);
    return duration;
  }

  /** One of more than 292 million years counts as that. */
  static long millis(Duration duration) {
    return TimeUnit.MILLISECONDS.convert(duration);
  }

  /** Since 1970; whatever is further away than 292 million years counts as that. */
  static long millis(Instant time) {
    boolean near = Math.abs(time.getEpochSecond()) < Long.MAX_VALUE / 1000;
    return near ? time.toEpochMilli() : time.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
  }

  /** One of more than 292 years counts as that. */
  static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  static long closeNanos(Duration timeout) {
    return Math.max(CLOSE_NANOS_MIN, nanos(timeout));
  }

  /** A record must fit a batch; both were chosen. */
  static void requireRecordFitsBatch(int maxRecordSize, int maxBatchSize) {
    if (maxRecordSize > maxBatchSize)
      throw new IllegalArgumentException(
          "maxRecordSize of " + maxRecordSize + " bytes exceeds maxBatchSize of " + maxBatchSize + ": a record must fit a batch");
  }

  /** Two segments must fit a log: the newest one stays, whatever is truncated. */
  static void requireSegmentsFitLog(long maxSegmentSize, int blockSize, long maxLogSize) {
    long least = LogOptions.logBytesMin(maxSegmentSize, blockSize);
    if (maxLogSize < least)
      throw new IllegalArgumentException("maxLogSize is " + least + " to " + Long.MAX_VALUE + " bytes with a maxSegmentSize of "
          + maxSegmentSize + " and a blockSize of " + blockSize + ", not " + maxLogSize
          + ": the newest segment cannot be truncated, so room for a second one is needed. Choose smaller segments or a larger log");
  }

  /** What may be appended must fit the log, or it would be promised room that truncation can never make. */
  static void requireFitsLog(String option, int bytes, long maxLogSize) {
    if (bytes > maxLogSize)
      throw new IllegalArgumentException(
          option + " of " + bytes + " bytes exceeds maxLogSize of " + maxLogSize + ": one that large would never fit");
  }
}
