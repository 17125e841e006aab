package dev.syncline.bench.cell;

import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import dev.syncline.bench.contender.SynclineContender;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;

/**
 * Threads that read records by their sequences, chosen at random, from files that are cached; beside a thread that appends, if asked. They
 * ask the log that is appended to, or one that was opened to read beside it and has to look at the files for what is new.
 */
final class RandomReadWorkload implements Workload {
  /** So many reads are timed together: a look at the clock takes its time too. */
  private static final int READS_TOGETHER = 16;

  private final boolean readOnly;

  RandomReadWorkload(boolean readOnly) {
    this.readOnly = readOnly;
  }

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    SynclineContender syncline = (SynclineContender) contender;
    syncline.open(directory, new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), cell.segmentBytes(), false));
    WriteAheadLog log = readOnly ? WriteAheadLog.openReadOnly(directory) : syncline.log();
    readAll(log);
    Appenders readers = new Appenders(cell.threads(), 1, ignored -> readSome(log, cell));
    Appenders appender = new Appenders(cell.background() ? 1 : 0, cell.recordBytes(), contender::append);
    appender.start();
    readers.start();
    Thread.sleep((long) (cell.warmupSeconds() * 1e3));
    Usage before = Usage.now(directory);
    appender.measure();
    readers.measure();
    Thread.sleep((long) (cell.seconds() * 1e3));
    Usage after = Usage.now(directory);
    readers.stop();
    appender.stop();
    Measurement measurement = summary(contender, cell, readers, appender, before, after);
    log.close();
    contender.close();
    return measurement;
  }

  /** The files are cached then, and what the log notes of where records lie has been noted. */
  private static void readAll(WriteAheadLog log) throws IOException {
    try (WalCursor records = log.replay()) {
      while (records.advance()) {
        // Nobody looks at what it is.
      }
    }
  }

  private static void readSome(WriteAheadLog log, Cell cell) throws IOException {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    for (int i = 0; i < READS_TOGETHER; i++) {
      long sequence = 1 + random.nextLong(cell.records());
      if (log.read(sequence).isEmpty()) throw new IOException("record " + sequence + " of " + cell.records() + " was not found");
    }
  }

  private static Measurement summary(
      Contender contender, Cell cell, Appenders readers, Appenders appender, Usage before, Usage after) {
    Histogram reads = readers.histogram();
    double seconds = after.secondsSince(before);
    long operations = reads.getTotalCount() * READS_TOGETHER;
    Map<String, Double> values = new TreeMap<>();
    values.put("readsPerSecondAndThread", operations / seconds / cell.threads());
    values.put("allocatedBytesPerOperation", readers.allocatedBytes() / (double) operations);
    if (cell.background()) {
      values.put("appendsPerSecond", appender.histogram().getTotalCount() / seconds);
      values.put("appendP99Micros", Latencies.micros(appender.histogram(), 99));
    }
    return new Measurement(
        operations, cell.recordBytes(), seconds, after.cpuSecondsSince(before), null, values, null, contender.describe());
  }
}
