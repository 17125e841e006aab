package dev.syncline.bench.cell;

import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import dev.syncline.bench.contender.SynclineContender;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;

/** One thread that appends, each record durable before the next, beside threads of the same process that read; the appends are measured. */
final class BesideWorkload implements Workload {
  private static final Duration WAIT = Duration.ofMillis(20);

  /** What random reads choose among: the newest so many records. */
  private static final long NEWEST_RECORDS = 10_000;

  private final boolean follow;

  /** @param follow whether the readers follow the end, and wait where there is nothing; else they read at random without a pause */
  BesideWorkload(boolean follow) {
    this.follow = follow;
  }

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    SynclineContender syncline = (SynclineContender) contender;
    syncline.open(directory, new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), cell.segmentBytes(), false));
    WriteAheadLog log = syncline.log();
    contender.append(new byte[cell.recordBytes()]);
    AtomicLong seen = new AtomicLong();
    ThreadLocal<WalCursor> tails = ThreadLocal.withInitial(() -> tail(log));
    Appenders readers = new Appenders(cell.threads(), 1, ignored -> {
      if (!follow) readOne(log);
      else if (tails.get().next(WAIT).isPresent()) seen.incrementAndGet();
    });
    Appenders appender = new Appenders(1, cell.recordBytes(), contender::append);
    appender.start();
    readers.start();
    Thread.sleep((long) (cell.warmupSeconds() * 1e3));
    Usage before = Usage.now(directory);
    readers.measure();
    appender.measure();
    long seenBefore = seen.get();
    Thread.sleep((long) (cell.seconds() * 1e3));
    Usage after = Usage.now(directory);
    long followed = seen.get() - seenBefore;
    appender.stop();
    readers.stop();
    Measurement measurement = AppendWorkload.summary(contender, cell, appender, before, after);
    long reads = follow ? followed : readers.histogram().getTotalCount();
    measurement.values().put("readsPerSecond", reads / after.secondsSince(before));
    contender.close();
    return measurement;
  }

  private static WalCursor tail(WriteAheadLog log) {
    try {
      return log.tail(log.durableSequence());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void readOne(WriteAheadLog log) throws IOException {
    long newest = log.durableSequence();
    long sequence = newest - ThreadLocalRandom.current().nextLong(Math.min(newest, NEWEST_RECORDS));
    if (log.read(sequence).isEmpty()) throw new IOException("record " + sequence + " of " + newest + " was not found");
  }
}
