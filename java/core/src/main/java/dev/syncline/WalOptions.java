package dev.syncline;

import dev.syncline.log.options.LogOptions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongSupplier;

/** How a log behaves; immutable. Sizes are bytes. */
public final class WalOptions {
  private final Builder settings;

  private WalOptions(Builder settings) {
    this.settings = settings;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** {@link SyncMode#SYNC}, {@link StorageMode#AUTO}, 64 MiB segments. */
  public static WalOptions defaults() {
    return builder().build();
  }

  public SyncMode syncMode() {
    return settings.syncMode;
  }

  public StorageMode storage() {
    return settings.storage;
  }

  public CorruptionPolicy corruptionPolicy() {
    return settings.corruptionPolicy;
  }

  public Verification verifyOnOpen() {
    return settings.verifyOnOpen;
  }

  public long maxSegmentSize() {
    return settings.maxSegmentSize;
  }

  public int maxRecordSize() {
    return settings.maxRecordSize;
  }

  public int maxBatchSize() {
    return settings.maxBatchSize;
  }

  public long maxLogSize() {
    return settings.maxLogSize;
  }

  public long maxPendingBytes() {
    return settings.maxPendingBytes;
  }

  public int blockSize() {
    return settings.blockSize;
  }

  public Duration syncInterval() {
    return settings.syncInterval;
  }

  public Duration markInterval() {
    return settings.markInterval;
  }

  public Duration openTimeout() {
    return settings.openTimeout;
  }

  public Duration closeTimeout() {
    return settings.closeTimeout;
  }

  public Executor callbackExecutor() {
    return settings.callbackExecutor;
  }

  /** What the layer below needs of them. */
  LogOptions toLogOptions() {
    // A COMMIT's eight bytes come on top of the batch.
    int maxGroupBytes = settings.maxBatchSize + Long.BYTES;
    return new LogOptions(
        settings.syncMode, settings.corruptionPolicy, settings.verifyOnOpen, settings.maxSegmentSize, maxGroupBytes, settings.maxLogSize,
        settings.maxPendingBytes, settings.blockSize, nanos(settings.syncInterval), nanos(settings.markInterval),
        nanos(settings.openTimeout), nanos(settings.closeTimeout), settings.identifiers, settings.callbackExecutor);
  }

  /** One of more than 292 years counts as that. */
  private static long nanos(Duration duration) {
    return TimeUnit.NANOSECONDS.convert(duration);
  }

  /** Collects the settings; {@link #build} checks that they agree. */
  public static final class Builder implements Cloneable {
    private SyncMode syncMode = SyncMode.SYNC;
    private StorageMode storage = StorageMode.AUTO;
    private CorruptionPolicy corruptionPolicy = CorruptionPolicy.READ_ONLY;
    private Verification verifyOnOpen = Verification.TAIL;
    private long maxSegmentSize = 64L << 20;
    private int maxRecordSize = 16 << 20;
    private int maxBatchSize = 64 << 20;
    private long maxLogSize = Long.MAX_VALUE;
    private long maxPendingBytes = 16L << 20;
    private int blockSize = 4096;
    private Duration syncInterval = Duration.ofMillis(10);
    private Duration markInterval = Duration.ofMillis(100);
    private Duration openTimeout = Duration.ofSeconds(10);
    private Duration closeTimeout = Duration.ofSeconds(30);
    private Executor callbackExecutor = ForkJoinPool.commonPool();
    private LongSupplier identifiers = new SecureRandom()::nextLong;
    private boolean maxRecordSizeChosen;
    private boolean maxBatchSizeChosen;

    private Builder() {}

    public Builder syncMode(SyncMode mode) {
      syncMode = Objects.requireNonNull(mode, "syncMode");
      return this;
    }

    public Builder storage(StorageMode mode) {
      storage = Objects.requireNonNull(mode, "storage");
      return this;
    }

    public Builder corruptionPolicy(CorruptionPolicy policy) {
      corruptionPolicy = Objects.requireNonNull(policy, "corruptionPolicy");
      return this;
    }

    public Builder verifyOnOpen(Verification verification) {
      verifyOnOpen = Objects.requireNonNull(verification, "verifyOnOpen");
      return this;
    }

    /** Bytes after which a new segment file is started; one that holds a single larger record is as large as that record. */
    public Builder maxSegmentSize(long bytes) {
      maxSegmentSize = positive("maxSegmentSize", bytes);
      return this;
    }

    /** Largest key plus value, or payload, in bytes. */
    public Builder maxRecordSize(int bytes) {
      maxRecordSize = (int) positive("maxRecordSize", bytes);
      maxRecordSizeChosen = true;
      return this;
    }

    /** Largest batch in bytes of keys, values and payloads. A batch is written in one piece, so it is also held in memory. */
    public Builder maxBatchSize(int bytes) {
      maxBatchSize = (int) positive("maxBatchSize", bytes);
      maxBatchSizeChosen = true;
      return this;
    }

    /** Bytes that all segment files together may take; an append that needs more gets {@link StorageFullException}. */
    public Builder maxLogSize(long bytes) {
      maxLogSize = positive("maxLogSize", bytes);
      return this;
    }

    /** Bytes appended and not yet written to a file beyond which an append waits for the writer. */
    public Builder maxPendingBytes(long bytes) {
      maxPendingBytes = positive("maxPendingBytes", bytes);
      return this;
    }

    /**
     * Bytes that no two commits share: 4096 or 512. With 512 a lone commit takes an eighth of the space, but on a disk with 4096-byte
     * physical sectors a torn write can harm the neighbour's acknowledged bytes.
     */
    public Builder blockSize(int bytes) {
      if (bytes != 4096 && bytes != 512) throw new IllegalArgumentException("blockSize is 4096 or 512 bytes, not " + bytes);
      blockSize = bytes;
      return this;
    }

    /** In {@link SyncMode#INTERVAL}, how long an append waits at most before a sync begins for it. */
    public Builder syncInterval(Duration interval) {
      syncInterval = positive("syncInterval", interval);
      return this;
    }

    /** Within what time of the last acknowledgement its evidence is on disk, in the mark file or in a later frame. */
    public Builder markInterval(Duration interval) {
      markInterval = positive("markInterval", interval);
      return this;
    }

    /** How long opening waits for an abandoned instance's operations, or for a dying process's lock. */
    public Builder openTimeout(Duration timeout) {
      openTimeout = positive("openTimeout", timeout);
      return this;
    }

    /** How long {@code close()} waits for a write or sync that hangs. */
    public Builder closeTimeout(Duration timeout) {
      closeTimeout = positive("closeTimeout", timeout);
      return this;
    }

    /** Where futures of {@code appendAsync} complete; the common pool if not set. One at a time, in sequence order. */
    public Builder callbackExecutor(Executor executor) {
      callbackExecutor = Objects.requireNonNull(executor, "callbackExecutor");
      return this;
    }

    /** Where log ids and segment epochs come from; a secure random source if not set. Only tests that compare bytes fix it. */
    public Builder identifiers(LongSupplier source) {
      identifiers = Objects.requireNonNull(source, "identifiers");
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if they contradict each other
     */
    public WalOptions build() {
      Builder copy = copy();
      copy.settleSizes();
      return new WalOptions(copy);
    }

    /** A size that was left alone follows the one that was chosen; two that were chosen must agree. */
    private void settleSizes() {
      if (maxRecordSize > maxBatchSize) {
        if (maxRecordSizeChosen && maxBatchSizeChosen)
          throw new IllegalArgumentException(
              "maxRecordSize of " + maxRecordSize + " bytes exceeds maxBatchSize of " + maxBatchSize + ": a record must fit a batch");
        if (maxBatchSizeChosen) maxRecordSize = maxBatchSize;
        else maxBatchSize = maxRecordSize;
      }
      if (maxBatchSize > MAX_BATCH_BYTES)
        throw new IllegalArgumentException("maxBatchSize of " + maxBatchSize + " bytes exceeds the format's " + MAX_BATCH_BYTES);
      if (maxLogSize < maxSegmentSize)
        throw new IllegalArgumentException(
            "maxLogSize of " + maxLogSize + " bytes is below maxSegmentSize of " + maxSegmentSize + ": not one segment would fit");
    }

    private static final int MAX_BATCH_BYTES = 1 << 30;

    private Builder copy() {
      try {
        return (Builder) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    private static long positive(String name, long bytes) {
      if (bytes <= 0) throw new IllegalArgumentException(name + " must be above 0 bytes, not " + bytes);
      return bytes;
    }

    private static Duration positive(String name, Duration duration) {
      Objects.requireNonNull(duration, name);
      if (duration.isZero() || duration.isNegative())
        throw new IllegalArgumentException(name + " must be above zero, not " + duration);
      return duration;
    }
  }
}
