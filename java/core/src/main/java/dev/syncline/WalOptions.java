package dev.syncline;

import dev.syncline.log.options.LogOptions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.LongSupplier;

/**
 * How a log behaves; immutable. Sizes are bytes. Each method of the {@link Builder} says what the default is, and what the least and the
 * most are; what lies beyond is refused with an {@link IllegalArgumentException} that names the option, its limits, and what was given.
 */
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

  public Duration joinCommitsWithin() {
    return settings.joinCommitsWithin;
  }

  public Executor callbackExecutor() {
    return settings.callbackExecutor;
  }

  /** What the log shares with others, if anything. */
  public Optional<LogRuntime> runtime() {
    return Optional.ofNullable(settings.runtime);
  }

  /** Who hears what the log does, if anybody. */
  public Optional<WalObserver> observer() {
    return Optional.ofNullable(settings.observer);
  }

  public Duration stallLimit() {
    return settings.stallLimit;
  }

  /** What the layer below needs of them. */
  LogOptions toLogOptions() {
    // A COMMIT's eight bytes come on top of the batch.
    int maxGroupBytes = settings.maxBatchSize + Long.BYTES;
    return new LogOptions(
        settings.syncMode, settings.corruptionPolicy, settings.verifyOnOpen, settings.maxSegmentSize, maxGroupBytes, settings.maxLogSize,
        settings.maxPendingBytes, settings.blockSize, OptionLimits.nanos(settings.syncInterval),
        OptionLimits.nanos(settings.markInterval), OptionLimits.nanos(settings.openTimeout),
        OptionLimits.closeNanos(settings.closeTimeout), settings.identifiers, settings.callbackExecutor,
        settings.clock, OptionLimits.millis(settings.joinCommitsWithin),
        settings.runtime == null ? null : settings.runtime.shared(), settings.observer, OptionLimits.nanos(settings.stallLimit));
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
    private LongSupplier identifiers = LogOptions.defaults().identifiers();
    private InstantSource clock = InstantSource.system();
    private Duration joinCommitsWithin = Duration.ofMillis(LogOptions.JOIN_MILLIS);
    private LogRuntime runtime;
    private WalObserver observer;
    private Duration stallLimit = Duration.ofNanos(LogOptions.STALL_NANOS);
    private boolean maxRecordSizeChosen;
    private boolean maxBatchSizeChosen;

    private Builder() {}

    /** When an append is durable. Default {@link SyncMode#SYNC}: when it returns. */
    public Builder syncMode(SyncMode mode) {
      syncMode = Objects.requireNonNull(mode, "syncMode");
      return this;
    }

    /** How files are written. Default {@link StorageMode#AUTO}: native where that works, else portable. */
    public Builder storage(StorageMode mode) {
      storage = Objects.requireNonNull(mode, "storage");
      return this;
    }

    /** What opening does about damage. Default {@link CorruptionPolicy#READ_ONLY}: the log can be read and not written. */
    public Builder corruptionPolicy(CorruptionPolicy policy) {
      corruptionPolicy = Objects.requireNonNull(policy, "corruptionPolicy");
      return this;
    }

    /**
     * How much opening reads. Default {@link Verification#TAIL}: the mark, every header, and the newest segment, of which the end is enough
     * if the log was closed and it is larger than a mebibyte. {@link Verification#FULL} reads all.
     */
    public Builder verifyOnOpen(Verification verification) {
      verifyOnOpen = Objects.requireNonNull(verification, "verifyOnOpen");
      return this;
    }

    /**
     * Bytes after which a new segment file is begun. A record that does not fit gets a larger one of its own, and none is smaller than
     * 12 KiB and two blocks.
     *
     * <p>Default 64 MiB; 1 byte to 1 TiB. The native storage reserves space ahead: half a mebibyte for a new log, then up to four
     * times what is there. Where a file may not grow so far (ulimit -f, a full disk) the next one is begun, and if there is no room for
     * that either, appends get {@link StorageFullException}. A segment takes 16 bytes of memory for each 64 KiB while it is written.
     */
    public Builder maxSegmentSize(long bytes) {
      maxSegmentSize = OptionLimits.bytes("maxSegmentSize", bytes, LogOptions.SEGMENT_BYTES_MAX);
      return this;
    }

    /**
     * Largest key plus value, or payload, in bytes; a larger one gets {@link RecordTooLargeException}. It is held in memory several times
     * while it is written or read.
     *
     * <p>Default 16 MiB, or {@link #maxBatchSize} if that was chosen and is smaller; 1 byte to 1 GiB, and at most a chosen maxBatchSize.
     */
    public Builder maxRecordSize(int bytes) {
      maxRecordSize = (int) OptionLimits.bytes("maxRecordSize", bytes, OptionLimits.BATCH_BYTES_MAX);
      maxRecordSizeChosen = true;
      return this;
    }

    /**
     * Largest batch in bytes of keys, values and payloads. A batch is written in one piece, so it is also held in memory.
     *
     * <p>Default 64 MiB, or {@link #maxRecordSize} if that was chosen and is larger; 1 byte to 1 GiB, and at least a chosen maxRecordSize.
     */
    public Builder maxBatchSize(int bytes) {
      maxBatchSize = (int) OptionLimits.bytes("maxBatchSize", bytes, OptionLimits.BATCH_BYTES_MAX);
      maxBatchSizeChosen = true;
      return this;
    }

    /**
     * Bytes that all segment files together may take; an append that needs more gets {@link StorageFullException} until {@link
     * WriteAheadLog#truncate} has made room. A file made ready ahead and files kept for use again are not counted.
     *
     * <p>Default and most {@link Long#MAX_VALUE}, which is no limit; at least two segments (twice {@link #maxSegmentSize} in whole blocks,
     * and 24 KiB and four blocks), since the newest one is never given up. A chosen {@link #maxRecordSize} or {@link #maxBatchSize} must
     * fit.
     */
    public Builder maxLogSize(long bytes) {
      maxLogSize = OptionLimits.bytes("maxLogSize", bytes, Long.MAX_VALUE);
      return this;
    }

    /**
     * Bytes appended and not yet written to a file beyond which an append waits for the writer. Up to 1 MiB that is still being gathered,
     * or one larger record, comes on top.
     *
     * <p>Default 16 MiB; 1 byte to {@link Long#MAX_VALUE}, with which only the memory is a limit.
     */
    public Builder maxPendingBytes(long bytes) {
      maxPendingBytes = OptionLimits.bytes("maxPendingBytes", bytes, Long.MAX_VALUE);
      return this;
    }

    /**
     * Bytes that no two commits share: 4096, the default, or 512. With 512 a lone commit takes an eighth of the space, but on a disk with
     * 4096-byte physical sectors a torn write can harm the neighbour's acknowledged bytes.
     */
    public Builder blockSize(int bytes) {
      if (bytes != 4096 && bytes != 512) throw new IllegalArgumentException("blockSize is 4096 or 512 bytes, not " + bytes);
      blockSize = bytes;
      return this;
    }

    /**
     * In {@link SyncMode#INTERVAL}, how long an append waits at most before a sync begins for it.
     *
     * <p>Default 10 ms; anything above zero. A very short one, 1 ns for instance, has one sync follow the other as the disk allows while
     * there is something to sync; one of more than 292 years counts as that.
     */
    public Builder syncInterval(Duration interval) {
      syncInterval = OptionLimits.positive("syncInterval", interval);
      return this;
    }

    /**
     * Within what time of the last acknowledgement its evidence is on disk, in the mark file or in a later frame.
     *
     * <p>Default 100 ms; anything above zero. A very short one, 1 ns for instance, has the mark written (two durable writes of a block) as
     * often as the disk allows while there are commits; one of more than 292 years counts as that.
     */
    public Builder markInterval(Duration interval) {
      markInterval = OptionLimits.positive("markInterval", interval);
      return this;
    }

    /**
     * How long opening waits for an abandoned instance's operations, for a dying process's lock, or for a disk on which nothing moves.
     * A recovery that makes progress is never cut short, and no disk is given up within a second.
     *
     * <p>Default 10 s; anything above zero. One of more than 292 years counts as that.
     */
    public Builder openTimeout(Duration timeout) {
      openTimeout = OptionLimits.positive("openTimeout", timeout);
      return this;
    }

    /**
     * How long {@code close()} waits for a write or sync that hangs.
     *
     * <p>Default 30 s; anything above zero. One of less than 100 ms counts as 100 ms, since a sound disk may take that long for what
     * closing writes, and one of more than 292 years counts as that.
     */
    public Builder closeTimeout(Duration timeout) {
      closeTimeout = OptionLimits.positive("closeTimeout", timeout);
      return this;
    }

    /** Where futures of {@code appendAsync} complete; the common pool if not set. One at a time, in sequence order. */
    public Builder callbackExecutor(Executor executor) {
      callbackExecutor = Objects.requireNonNull(executor, "callbackExecutor");
      return this;
    }

    /**
     * Threads to share with other logs, for processes with many of them; if not set the log has its own. It is not closed with the log. A
     * read-only log has no threads, so it takes no notice.
     */
    public Builder runtime(LogRuntime shared) {
      runtime = Objects.requireNonNull(shared, "runtime");
      return this;
    }

    /** Who hears what the log does, on a thread of the log's that does nothing else; nobody if not set. */
    public Builder observer(WalObserver hearer) {
      observer = Objects.requireNonNull(hearer, "observer");
      return this;
    }

    /**
     * After how long a write, a sync, or other work on the log's files that has not returned is told to {@link WalObserver#stalled}.
     * Nothing else comes of it.
     *
     * <p>Default a second; anything above zero. Of work that is not the write or sync of records nothing shorter than a second is seen, and
     * of either nothing that is over within 20 ms.
     */
    public Builder stallLimit(Duration limit) {
      stallLimit = OptionLimits.positive("stallLimit", limit);
      return this;
    }

    /**
     * For how long commits join the newest frame on disk, while they fit into its block with all that it has. Joined commits take the
     * space that their records take, and not a block each; each is durable when it is acknowledged all the same. Whole
     * milliseconds.
     *
     * <p>Default a second; not below zero. With zero every commit has a frame of its own, and so at least a block; one of more than 292
     * million years counts as that.
     */
    public Builder joinCommitsWithin(Duration time) {
      joinCommitsWithin = OptionLimits.notNegative("joinCommitsWithin", time);
      return this;
    }

    /**
     * Tells when records are committed, which is written down with each frame ({@link WriteAheadLog#sequenceAt}); the system's if not set.
     * A clock that goes back does not take the log's time back. Asked in the middle of each commit, for which others wait: it must be
     * quick, and not use the log. For one that throws no time has passed.
     */
    public Builder clock(InstantSource source) {
      clock = Objects.requireNonNull(source, "clock");
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
      if (maxRecordSizeChosen && maxBatchSizeChosen) OptionLimits.requireRecordFitsBatch(maxRecordSize, maxBatchSize);
      if (maxBatchSizeChosen) maxRecordSize = Math.min(maxRecordSize, maxBatchSize);
      else maxBatchSize = Math.max(maxBatchSize, maxRecordSize);
      OptionLimits.requireSegmentsFitLog(maxSegmentSize, blockSize, maxLogSize);
      if (maxRecordSizeChosen) OptionLimits.requireFitsLog("maxRecordSize", maxRecordSize, maxLogSize);
      if (maxBatchSizeChosen) OptionLimits.requireFitsLog("maxBatchSize", maxBatchSize, maxLogSize);
    }

    private Builder copy() {
      try {
        return (Builder) clone();
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }
  }
}
