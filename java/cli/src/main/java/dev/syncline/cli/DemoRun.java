package dev.syncline.cli;

import dev.syncline.Damage;
import dev.syncline.StorageMode;
import dev.syncline.VerifyReport;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The demo on one storage: write, kill, recover, compare; then write the rest, close, compare again; then let the other
 * storage read and continue the log.
 */
final class DemoRun {

  private final Path directory;
  private final StorageMode storage;
  private final Path input;
  private final List<byte[]> lines;
  private final int handedOver;
  private final Progress progress;

  /** What was acknowledged and attempted so far: by the killed writer, the one that finished, and {@link #handOver}. */
  private final List<DemoMessage.Ack> acks = new ArrayList<>();
  private final BitSet attempted = new BitSet();

  private final Histogram latencyNanos = new Histogram(TimeUnit.MINUTES.toNanos(5), 3);
  private long activeNanos;
  private double recoveryMillis;

  /** The last {@code handedOver} lines are left for {@link #handOver}. */
  DemoRun(Path directory, StorageMode storage, Path input, List<byte[]> lines, int handedOver, Progress progress) {
    this.directory = directory;
    this.storage = storage;
    this.input = input;
    this.lines = lines;
    this.handedOver = handedOver;
    this.progress = progress;
  }

  /** Writes, kills the writer at this share of acknowledgements, recovers, writes the rest, closes; compares twice. */
  DemoReport.Run crashAndFinish(double killAtShare) throws IOException {
    int killAt = (int) (killAtShare * (lines.size() - handedOver));
    DemoChild.Heard killed = child().killAfter(killAt);
    requireReady(killed);
    if (killed.exitValue == 0)
      throw new CliException(ExitCode.NOT_RUN, "the writer on " + directory + " ended by itself, before it was killed");
    account(killed);
    DemoCheck.Result recovered = recover();
    DemoCheck.Result whole = recovered;
    if (recovered.ok()) {
      finish();
      whole = readWhole(storage, lines.size() - handedOver);
    }
    progress.clear();
    return report(killed, killAt, recovered, whole);
  }

  /** Lets another storage read this one's log, append the lines left, and close it; then reads it back with this one. */
  DemoCheck.Result handOver(StorageMode other) throws IOException {
    DemoCheck.Result read = readWhole(other, lines.size() - handedOver);
    if (!read.ok()) return read;
    try (WriteAheadLog log = open(other)) {
      for (int index = lines.size() - handedOver; index < lines.size(); index++) {
        attempted.set(index);
        long sequence = log.append(DemoRecord.operation(index, lines.get(index)));
        acks.add(new DemoMessage.Ack(sequence, index, DemoRecord.crc(lines.get(index)), 0));
      }
    }
    return readWhole(storage, lines.size());
  }

  private WriteAheadLog open(StorageMode wanted) throws IOException {
    WriteAheadLog log = WriteAheadLog.open(directory, DemoWriter.options(wanted));
    requireStorage(wanted, log.storage().name());
    return log;
  }

  private DemoChild child() {
    int count = lines.size() - handedOver;
    int before = acks.size();
    return new DemoChild(
        directory, storage, input, count, heard -> progress.show(name(storage) + ": " + (before + heard) + " of " + count));
  }

  static String name(StorageMode storage) {
    return storage.name().toLowerCase(Locale.ROOT);
  }

  private void finish() throws IOException {
    DemoChild.Heard rest = child().finish();
    requireReady(rest);
    if (rest.exitValue != 0 || !rest.done)
      throw new CliException(ExitCode.NOT_RUN, "the second writer on " + directory + " failed: " + rest.failure);
    account(rest);
  }

  private void requireReady(DemoChild.Heard heard) {
    if (heard.ready == null || heard.failure != null)
      throw new CliException(
          ExitCode.NOT_RUN,
          "the writer on " + directory + " failed: "
              + (heard.failure == null ? "it ended with exit code " + heard.exitValue : heard.failure));
    requireStorage(storage, heard.ready.storage());
  }

  private void requireStorage(StorageMode wanted, String found) {
    if (!found.equals(name(wanted)))
      throw new CliException(ExitCode.NOT_RUN, directory + " is to be opened with " + name(wanted) + ", and got " + found);
  }

  private void account(DemoChild.Heard heard) {
    acks.addAll(heard.acks);
    attempted.or(heard.attempted);
    activeNanos += heard.activeNanos;
    for (DemoMessage.Ack ack : heard.acks)
      latencyNanos.recordValue(Math.min(ack.latencyNanos(), latencyNanos.getHighestTrackableValue()));
  }

  /** Opens what the killed writer left, which repairs it, and compares. */
  private DemoCheck.Result recover() throws IOException {
    long startNanos = System.nanoTime();
    try (WriteAheadLog log = open(storage)) {
      recoveryMillis = (System.nanoTime() - startNanos) / 1e6;
      return compare(log);
    }
  }

  /** Opens with {@code reader}; the log must be undamaged and hold exactly {@code count} lines. */
  private DemoCheck.Result readWhole(StorageMode reader, int count) throws IOException {
    try (WriteAheadLog log = open(reader)) {
      DemoCheck.Result result = compare(log);
      if (!result.ok()) return result;
      int records = result.records();
      if (records != count) return result.differing(records + 1, count + " records", records + " records");
      VerifyReport verified = log.verify();
      if (verified.ok()) return result;
      Damage damage = verified.damage().get(0);
      return result.differing(damage.firstLost(), "no damage", damage.toString());
    }
  }

  private DemoCheck.Result compare(WriteAheadLog log) throws IOException {
    try (WalCursor cursor = log.replay()) {
      DemoCheck.Result result = DemoCheck.compare(lines, acks, attempted, records(cursor));
      cursor.requireComplete();
      return result;
    }
  }

  private static Iterator<DemoRecord> records(WalCursor cursor) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return cursor.hasNext();
      }

      @Override
      public DemoRecord next() {
        return DemoRecord.of(cursor.next());
      }
    };
  }

  private DemoReport.Run report(DemoChild.Heard killed, int killAt, DemoCheck.Result recovered, DemoCheck.Result whole) {
    return new DemoReport.Run(
        killed.ready.storage(),
        killed.ready.reason(),
        Math.min(killAt, recovered.acknowledged()),
        recovered.acknowledged(),
        recovered.matched(),
        recovered.records(),
        recoveryMillis,
        whole.records(),
        activeNanos == 0 ? 0 : acks.size() * 1e9 / activeNanos,
        latencyNanos.getValueAtPercentile(50) / 1e3,
        latencyNanos.getValueAtPercentile(99) / 1e3,
        whole.ok() ? null : whole.first().toString());
  }
}
