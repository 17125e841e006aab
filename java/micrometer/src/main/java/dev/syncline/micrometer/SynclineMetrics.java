package dev.syncline.micrometer;

import dev.syncline.Damage;
import dev.syncline.RecoveryPhase;
import dev.syncline.StorageFullException;
import dev.syncline.WalObserver;
import dev.syncline.WalOptions;
import dev.syncline.WalStats;
import dev.syncline.WriteAheadLog;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of one log: an observer that counts, and gauges of what the log says of itself. One line opens a log with them:
 *
 * <pre>{@code
 * WriteAheadLog log = SynclineMetrics.open(directory, WalOptions.builder(), registry, "orders");
 * }</pre>
 *
 * <p>Every meter has the tag {@code log} with the name that the log was given here, which tells the logs of a registry apart. Gauges go
 * from the registry when the log is closed; counts and times stay, with what they had come to. Thread safe. The README of the module lists
 * the meters.
 */
public final class SynclineMetrics implements WalObserver {
  private static final double[] PERCENTILES = {0.5, 0.99, 0.999};
  private static final double NANOS_A_SECOND = 1e9;
  private static final String SECONDS = "seconds";

  private final MeterRegistry registry;
  private final Tags tags;
  private final Timer commitDuration;
  private final Timer commitWait;
  private final DistributionSummary commitRecords;
  private final DistributionSummary commitSize;
  private final Timer rotationDuration;
  private final Timer preparationDuration;
  private final Timer stallDuration;
  private final Counter stalls;
  private final Counter damages;
  private final Counter missed;

  /** What goes when the log is closed. */
  private final List<Meter> gauges = new CopyOnWriteArrayList<>();

  private volatile boolean closed;

  /** When records became durable last, by nanoTime; before any have, when this was made. */
  private volatile long durableNanos = System.nanoTime();

  /** Counts for the log of that name; given to {@link WalOptions.Builder#observer}, with {@link #watch} once the log is open. */
  public SynclineMetrics(MeterRegistry registry, String name, Tag... more) {
    this.registry = Objects.requireNonNull(registry, "registry");
    this.tags = Tags.of("log", name).and(more);
    commitDuration = timer("syncline.commit.duration", "How long the writes and syncs took that made records durable");
    commitWait = timer("syncline.commit.wait", "How long the first record of a commit waited from its append until it was durable");
    commitRecords = DistributionSummary.builder("syncline.commit.records").description("Records made durable by a commit")
        .baseUnit("records").tags(tags).register(registry);
    commitSize = DistributionSummary.builder("syncline.commit.size").description("What the records of a commit take")
        .baseUnit(BaseUnits.BYTES).tags(tags).register(registry);
    rotationDuration = timer("syncline.rotation.duration", "How long it took to finish a segment and begin the next, while appends wait");
    preparationDuration = timer("syncline.preparation.duration", "How long it took to make space ready ahead of the appends");
    stallDuration = timer("syncline.stall.duration", "How long what hung was under way when it returned");
    stalls = counter("syncline.stalls", "Writes, syncs and other work that took longer than stallLimit", "stalls");
    damages = counter("syncline.damages", "How often unreadable bytes were found; the same may be found again", "damages");
    missed = counter("syncline.events.missed", "Events that were not counted, since they came faster than they were heard", null);
  }

  /**
   * Opens a log whose metrics are in {@code registry}.
   *
   * @param options to which the observer is added: if the log is to have another one as well, that calls this class's methods
   * @param name tells this log from others in the registry
   */
  public static WriteAheadLog open(Path directory, WalOptions.Builder options, MeterRegistry registry, String name, Tag... more)
      throws IOException {
    SynclineMetrics metrics = new SynclineMetrics(registry, name, more);
    WriteAheadLog log = WriteAheadLog.open(directory, options.observer(metrics).build());
    metrics.watch(log);
    return log;
  }

  private Timer timer(String name, String description, String... more) {
    return Timer.builder(name).description(description).publishPercentiles(PERCENTILES).tags(tags.and(more)).register(registry);
  }

  private Counter counter(String name, String description, String unit, String... more) {
    return Counter.builder(name).description(description).baseUnit(unit).tags(tags.and(more)).register(registry);
  }

  /** Adds gauges of what the log says of itself, until it is closed. */
  public void watch(WriteAheadLog log) {
    gauge("syncline.commit.age", "Time since records became durable last", SECONDS, log, this::ageSeconds);
    gauge("syncline.io.active.duration", "How long the write or sync has been running that is running now; 0 if none is",
        SECONDS, log, each -> each.stats().syncInProgressNanos() / NANOS_A_SECOND);
    gauge("syncline.disk.usage", "What all segment files take", BaseUnits.BYTES, log, stat(WalStats::diskBytes));
    gauge("syncline.pending.usage", "What was appended and is in no file yet", BaseUnits.BYTES, log, stat(WalStats::pendingBytes));
    gauge("syncline.segments", "Segments", "segments", log, stat(WalStats::segments));
    gauge("syncline.segments.retired", "Truncated segments that open cursors keep", null, log, stat(WalStats::retiredSegments));
    gauge("syncline.readers.files", "Descriptors that readers have open", BaseUnits.FILES, log, stat(WalStats::readerFiles));
    gauge("syncline.failed", "1 if the log has failed and takes no more appends", null, log, each -> each.stats().failed() ? 1 : 0);
    gauge("syncline.sequence.first", "First sequence that can be read", null, log, WriteAheadLog::firstSequence);
    gauge("syncline.sequence.current", "Highest sequence whose append has returned", null, log, WriteAheadLog::currentSequence);
    gauge("syncline.sequence.durable", "Highest sequence on stable storage", null, log, WriteAheadLog::durableSequence);
    gauge("syncline.sequence.checkpointed", "What the last checkpoint covers", null, log, WriteAheadLog::lastCheckpointCovers);
    gauge("syncline.uncheckpointed", "Records that opening would have to replay", "records", log,
        each -> Math.max(0, each.currentSequence() - each.lastCheckpointCovers()));
    if (closed) removeGauges();
  }

  /**
   * Adds a gauge of how far a reader is behind the durable end.
   *
   * @param consumer the reader's name
   * @param position the last sequence that it has dealt with; called by whoever scrapes
   */
  public void watchConsumer(WriteAheadLog log, String consumer, LongSupplier position) {
    gauges.add(
        Gauge.builder("syncline.consumer.lag", log, each -> Math.max(0, each.durableSequence() - position.getAsLong()))
            .description("Sequences between the last that a consumer has dealt with and the durable end").baseUnit("records")
            .tags(tags.and("consumer", consumer)).strongReference(true).register(registry));
    if (closed) removeGauges();
  }

  private void gauge(String name, String description, String unit, WriteAheadLog log, ToDoubleFunction<WriteAheadLog> value) {
    gauges.add(
        Gauge.builder(name, log, value).description(description).baseUnit(unit).tags(tags).strongReference(true).register(registry));
  }

  private static ToDoubleFunction<WriteAheadLog> stat(ToDoubleFunction<WalStats> value) {
    return log -> value.applyAsDouble(log.stats());
  }

  private double ageSeconds(WriteAheadLog log) {
    return (System.nanoTime() - durableNanos) / NANOS_A_SECOND;
  }

  @Override
  public void committed(long lastSequence, int records, long bytes, int waiters, long writeNanos, long waitedNanos) {
    durableNanos = System.nanoTime();
    commitDuration.record(writeNanos, TimeUnit.NANOSECONDS);
    commitWait.record(waitedNanos, TimeUnit.NANOSECONDS);
    commitRecords.record(records);
    commitSize.record(bytes);
  }

  @Override
  public void rotated(long segment, long nanos) {
    rotationDuration.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void prepared(long nanos) {
    preparationDuration.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void stalled(long nanos) {
    stalls.increment();
  }

  @Override
  public void resumed(long nanos) {
    stallDuration.record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void shortage(IOException refusal) {
    String reason = refusal instanceof StorageFullException ? "storage" : "resources";
    counter("syncline.shortages", "Appends that were refused, or space that could not be made ready, for want of something", "shortages",
        "reason", reason).increment();
  }

  @Override
  public void damaged(Damage damage) {
    damages.increment();
  }

  @Override
  public void recovering(RecoveryPhase phase, long nanos) {
    timer("syncline.recovery.duration", "How long a phase of opening took", "phase", phase.name().toLowerCase(Locale.ROOT))
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void missed(long events) {
    missed.increment(events);
  }

  @Override
  public void closed() {
    closed = true;
    removeGauges();
  }

  private void removeGauges() {
    for (Meter gauge : gauges) registry.remove(gauge);
    gauges.clear();
  }
}
