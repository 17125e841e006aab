package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import dev.syncline.bench.contender.SynclineContender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/**
 * One thread appends, at a given rate or as fast as it can, and processes of their own follow its log: how far they are behind, what they
 * cost the writer, and what they take themselves.
 *
 * <p>The lag of a record is the time from the moment when its append returned to the moment when a follower had it from its cursor. Both
 * processes note moments only, in memory, and they are subtracted here when all is over: nothing is sent while it counts, and no record
 * carries more than its bytes. A follower may have a record before the thread that appended it has come to note that; such a lag is 0.
 *
 * <p>The log only grows. Truncating would take records from a follower that has not come to them yet.
 */
final class FollowWorkload implements Workload {
  /** From one pace to the next: nobody shall find what the one before has left behind. */
  private static final long SETTLE_MILLIS = 200;

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    SynclineContender syncline = (SynclineContender) contender;
    Path log = Files.createDirectory(directory.resolve("log"));
    syncline.open(log, new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), cell.segmentBytes(), false));
    List<FollowerProcess> followers = new ArrayList<>();
    try {
      for (int i = 0; i < cell.followers(); i++) followers.add(new FollowerProcess(log, directory.resolve("follower-" + i)));
      Measurement measurement = cell.quiet() ? waiting(syncline, cell, log, followers) : following(syncline, cell, log, followers);
      contender.close();
      return measurement;
    } finally {
      followers.forEach(FollowerProcess::close);
    }
  }

  /** Appends as fast as it can while it warms up, whatever the rate is later: ten appends compile nothing. */
  private static PacedWriter warmedUp(SynclineContender syncline, Cell cell) throws InterruptedException {
    PacedWriter writer = new PacedWriter(syncline.log(), Appenders.randomRecord(new SplittableRandom(1), cell.recordBytes()));
    writer.start();
    Thread.sleep((long) (cell.warmupSeconds() * 1e3));
    return writer;
  }

  private static void awaitAll(List<FollowerProcess> followers, long sequence) throws IOException {
    for (FollowerProcess follower : followers) follower.await(sequence);
  }

  private static Measurement following(SynclineContender syncline, Cell cell, Path log, List<FollowerProcess> followers) throws Exception {
    PacedWriter writer = warmedUp(syncline, cell);
    writer.pace(cell.appendsPerSecond());
    awaitAll(followers, syncline.log().durableSequence());
    Thread.sleep(SETTLE_MILLIS);
    long[] spentBefore = spentNanos(followers);
    Usage before = Usage.now(log);
    Thread.sleep((long) (cell.seconds() * 1e3));
    Usage after = Usage.now(log);
    long[] spentAfter = spentNanos(followers);
    // The last record that counts is to have others behind it like all before.
    Thread.sleep(SETTLE_MILLIS);
    writer.end();
    awaitAll(followers, writer.lastSequence());

    Histogram appends = Latencies.histogram();
    int first = writer.firstFrom(before.atNanos);
    int end = first;
    for (; end < writer.count() && writer.acknowledgedNanos(end) - after.atNanos <= 0; end++)
      Latencies.record(appends, writer.latencyNanos(end));
    Map<String, Double> values = new TreeMap<>();
    if (!followers.isEmpty()) {
      addLags(values, writer, followers, first, end);
      addSpent(values, spentBefore, spentAfter, followers.size() * after.secondsSince(before));
    }
    after.addDiskSince(before, values);
    return new Measurement(
        appends.getTotalCount(), cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), Latencies.summary(appends),
        values, null, syncline.describe());
  }

  /** Of all followers together; and of the last record of all, behind which nothing came. */
  private static void addLags(Map<String, Double> values, PacedWriter writer, List<FollowerProcess> followers, int first, int end)
      throws IOException {
    Histogram lags = Latencies.histogram();
    long lagOfLastNanos = 0;
    for (FollowerProcess follower : followers) {
      long[] seen = follower.seen();
      for (int at = first; at < end; at++) Latencies.record(lags, lagNanos(writer, seen, at));
      lagOfLastNanos = Math.max(lagOfLastNanos, lagNanos(writer, seen, writer.count() - 1));
    }
    values.put("lagP50Micros", Latencies.micros(lags, 50));
    values.put("lagP99Micros", Latencies.micros(lags, 99));
    values.put("lagP999Micros", Latencies.micros(lags, 99.9));
    values.put("lagMaxMicros", lags.getMaxValue() / 1e3);
    values.put("lagOfLastMicros", lagOfLastNanos / 1e3);
  }

  /** {@code seen} begins with the sequence before those whose moments follow. */
  private static long lagNanos(PacedWriter writer, long[] seen, int at) {
    return Math.max(0, seen[(int) (writer.sequence(at) - seen[0])] - writer.acknowledgedNanos(at));
  }

  private static Measurement waiting(SynclineContender syncline, Cell cell, Path log, List<FollowerProcess> followers) throws Exception {
    PacedWriter writer = warmedUp(syncline, cell);
    writer.end();
    awaitAll(followers, writer.lastSequence());
    Thread.sleep(SETTLE_MILLIS);
    long[] spentBefore = spentNanos(followers);
    Usage before = Usage.now(log);
    Thread.sleep((long) (cell.seconds() * 1e3));
    Usage after = Usage.now(log);
    Map<String, Double> values = new TreeMap<>();
    addSpent(values, spentBefore, spentNanos(followers), followers.size() * after.secondsSince(before));
    return new Measurement(
        0, cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), null, values, null, syncline.describe());
  }

  private static long[] spentNanos(List<FollowerProcess> followers) throws IOException {
    long[] all = new long[2];
    for (FollowerProcess follower : followers) {
      long[] one = follower.usageNanos();
      all[0] += one[0];
      all[1] += one[1];
    }
    return all;
  }

  /** By follower and second. */
  private static void addSpent(Map<String, Double> values, long[] before, long[] after, double followerSeconds) {
    values.put("followerThreadMillisPerSecond", (after[0] - before[0]) / 1e6 / followerSeconds);
    values.put("followerProcessMillisPerSecond", (after[1] - before[1]) / 1e6 / followerSeconds);
  }
}
