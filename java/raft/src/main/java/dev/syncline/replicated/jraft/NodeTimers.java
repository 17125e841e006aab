package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.core.Scheduler;
import com.alipay.sofa.jraft.util.SPI;
import com.alipay.sofa.jraft.util.timer.DefaultRaftTimerFactory;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * The timers of JRaft's nodes. It tells some of them how long to wait by subtracting two readings of the wall clock: who sets that back by
 * an hour in between lets a leader send a follower neither heartbeats nor entries for an hour. Nodes of replicated logs wait no longer than
 * anything in JRaft is meant to; those of anybody else as JRaft says.
 */
@SPI(name = "syncline", priority = 1)
public final class NodeTimers extends DefaultRaftTimerFactory {
  /** For what does not depend on the election timeout: copying a snapshot asks again after as long. */
  private static final long LONGEST_MILLIS_MIN = 1000;

  @Override
  public Scheduler getRaftScheduler(boolean shared, int workers, String name) {
    Scheduler scheduler = super.getRaftScheduler(shared, workers, name);
    long electionTimeoutMillis = NodeRpcFactory.electionTimeoutMillis();
    return electionTimeoutMillis == 0 ? scheduler : bounded(scheduler, Math.max(LONGEST_MILLIS_MIN, electionTimeoutMillis));
  }

  /** The same with delays of at most so long. */
  static Scheduler bounded(Scheduler scheduler, long longestMillis) {
    return new Scheduler() {
      @Override
      public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
        return scheduler.schedule(command, Math.min(unit.toMillis(delay), longestMillis), TimeUnit.MILLISECONDS);
      }

      @Override
      public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
        return scheduler.scheduleAtFixedRate(command, initialDelay, period, unit);
      }

      @Override
      public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
        return scheduler.scheduleWithFixedDelay(command, initialDelay, delay, unit);
      }

      @Override
      public void shutdown() {
        scheduler.shutdown();
      }
    };
  }
}
