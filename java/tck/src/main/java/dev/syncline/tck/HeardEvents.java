package dev.syncline.tck;

import dev.syncline.Activity;
import dev.syncline.Damage;
import dev.syncline.RecoveryPhase;
import dev.syncline.RecoveryReport;
import dev.syncline.WalObserver;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** An observer that remembers what it hears, in order, and on which threads. */
public final class HeardEvents implements WalObserver {
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final long LOOK_NANOS = 1_000_000;

  /** Of one commit. */
  public record Commit(long lastSequence, int records, long bytes, int waiters, long writeNanos, long waitedNanos) {}

  /** How far something was. */
  public record Progress(Activity activity, long done, long total) {}

  /** The names of all events but those of {@link #progress}, in order. */
  public final List<String> names = new CopyOnWriteArrayList<>();

  public final List<Commit> commits = new CopyOnWriteArrayList<>();
  public final List<Damage> damage = new CopyOnWriteArrayList<>();
  public final List<IOException> shortages = new CopyOnWriteArrayList<>();
  public final List<IOException> failures = new CopyOnWriteArrayList<>();
  public final List<RecoveryReport> reports = new CopyOnWriteArrayList<>();
  public final Set<String> threads = ConcurrentHashMap.newKeySet();
  public final List<Progress> progress = new CopyOnWriteArrayList<>();
  private volatile long missedCount;

  private void heard(String name) {
    threads.add(Thread.currentThread().getName());
    names.add(name);
  }

  @Override
  public void committed(long lastSequence, int records, long bytes, int waiters, long writeNanos, long waitedNanos) {
    commits.add(new Commit(lastSequence, records, bytes, waiters, writeNanos, waitedNanos));
    heard("committed");
  }

  @Override
  public void rotated(long segment, long nanos) {
    heard("rotated");
  }

  @Override
  public void prepared(long nanos) {
    heard("prepared");
  }

  @Override
  public void stalled(long nanos) {
    heard("stalled");
  }

  @Override
  public void resumed(long nanos) {
    heard("resumed");
  }

  @Override
  public void shortage(IOException refusal) {
    shortages.add(refusal);
    heard("shortage");
  }

  @Override
  public void damaged(Damage found) {
    damage.add(found);
    heard("damaged");
  }

  @Override
  public void failed(IOException why) {
    failures.add(why);
    heard("failed");
  }

  @Override
  public void recovering(RecoveryPhase phase, long nanos) {
    heard(phase.toString());
  }

  @Override
  public void recovered(RecoveryReport report) {
    reports.add(report);
    heard("recovered");
  }

  @Override
  public void progress(Activity activity, long done, long total) {
    progress.add(new Progress(activity, done, total));
  }

  @Override
  public void missed(long events) {
    missedCount += events;
    heard("missed");
  }

  @Override
  public void closed() {
    heard("closed");
  }

  public long missedCount() {
    return missedCount;
  }

  /** How many records the commits had that were heard. */
  public long records() {
    return commits.stream().mapToLong(Commit::records).sum();
  }

  public long count(String name) {
    return names.stream().filter(name::equals).count();
  }

  /** Waits until an event of that name was heard; fails the test if none is. */
  public void await(String name) {
    await(() -> names.contains(name), name);
  }

  /** The same for whatever is to be. */
  public void await(BooleanSupplier condition, String what) {
    long beganNanos = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - beganNanos > PATIENCE_NANOS) throw new AssertionError("not heard: " + what + "; heard " + names);
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }
}
