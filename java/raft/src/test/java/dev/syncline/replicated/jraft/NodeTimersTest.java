package dev.syncline.replicated.jraft;

import static org.assertj.core.api.Assertions.assertThat;

import com.alipay.sofa.jraft.JRaftUtils;
import com.alipay.sofa.jraft.core.Scheduler;
import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a node waits that reckons with a wall clock which was set back. */
@Timeout(60)
class NodeTimersTest {
  private final Runnable nothing = () -> {};

  private static Scheduler ofNode(Duration electionTimeout) {
    return NodeRpcFactory.starting("127.0.0.1:1", null, electionTimeout.toMillis(), () -> {
      Scheduler scheduler = JRaftUtils.raftTimerFactory().getRaftScheduler(true, 1, "test");
      // Whoever starts a node asks for its client, too.
      new NodeRpcFactory().createRpcClient(null);
      return scheduler;
    });
  }

  private long delayMillis(Scheduler scheduler, long hours) {
    ScheduledFuture<?> timer = scheduler.schedule(nothing, hours, TimeUnit.HOURS);
    long delay = timer.getDelay(TimeUnit.MILLISECONDS);
    timer.cancel(false);
    return delay;
  }

  @Test
  void aNodeDoesNotWaitForAnHourBecauseTheClockWasSetBack() {
    Scheduler scheduler = ofNode(Duration.ofSeconds(5));
    assertThat(delayMillis(scheduler, 1)).isLessThanOrEqualTo(5000);
    assertThat(delayMillis(scheduler, -1)).isLessThanOrEqualTo(0);
    scheduler.shutdown();
  }

  @Test
  void nodesOfOthersWaitAsTheySay() {
    Scheduler scheduler = JRaftUtils.raftTimerFactory().getRaftScheduler(true, 1, "test");
    assertThat(delayMillis(scheduler, 1)).isGreaterThan(TimeUnit.MINUTES.toMillis(50));
    scheduler.shutdown();
  }
}
