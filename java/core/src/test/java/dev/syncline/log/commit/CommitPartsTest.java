package dev.syncline.log.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.LogFencedException;
import dev.syncline.log.threads.SharedThreads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The parts of the commit path, each by itself. */
@Timeout(900)
class CommitPartsTest {
  private static final long FOR_EVER = TimeUnit.DAYS.toNanos(1);

  @Nested
  class AWaiter {
    @Test
    void seesWhatWasDecidedBeforeItWaited() {
      Waiter waiter = new Waiter(Thread.currentThread());
      waiter.wakeTree(Waiter.Outcome.DURABLE);
      assertThat(waiter.await(FOR_EVER)).isEqualTo(Waiter.Outcome.DURABLE);
    }

    @Test
    void outlivesStrayUnparksAndInterruptsAndKeepsTheInterrupt() throws InterruptedException {
      CompletableFuture<Waiter> made = new CompletableFuture<>();
      CompletableFuture<String> result = new CompletableFuture<>();
      Thread thread = new Thread(() -> {
        Waiter waiter = new Waiter(Thread.currentThread());
        made.complete(waiter);
        Waiter.Outcome outcome = waiter.await(FOR_EVER);
        result.complete(outcome + " interrupted " + Thread.currentThread().isInterrupted());
      });
      thread.start();
      Waiter waiter = made.join();
      for (int i = 0; i < 20; i++) {
        java.util.concurrent.locks.LockSupport.unpark(thread);
        if (i == 10) thread.interrupt();
        Thread.sleep(1);
      }
      assertThat(result).isNotDone();
      waiter.offerLead();
      assertThat(result.join()).isEqualTo("LEAD interrupted true");
    }
  }

  @Nested
  class TheHousekeeper {
    private final AtomicInteger attended = new AtomicInteger();
    private final AtomicInteger notRun = new AtomicInteger();
    private final LogState state = new LogState(Path.of("log"), false);
    private volatile Runnable duty = () -> {};
    private final Housekeeper housekeeper = new Housekeeper("test", () -> {
      duty.run();
      attended.incrementAndGet();
      return Long.MAX_VALUE;
    }, shared());

    SharedThreads shared() {
      return null;
    }

    @Test
    void returnsWhatATaskReturnsAndThrowsWhatItThrows() throws IOException {
      housekeeper.start();
      assertThat(housekeeper.run(() -> 7, state::notRunException)).isEqualTo(7);
      IOException io = new IOException("EIO");
      assertThatThrownBy(() -> housekeeper.run(() -> { throw io; }, state::notRunException)).isSameAs(io);
      OutOfMemoryError error = new OutOfMemoryError("test");
      assertThatThrownBy(() -> housekeeper.run(() -> { throw error; }, state::notRunException)).isSameAs(error);
      assertThat(housekeeper.run(() -> 8, state::notRunException)).as("a task that fails does not end the thread").isEqualTo(8);
      housekeeper.stop();
    }

    @Test
    void runsATaskThatATaskHandsItAtOnce() throws IOException {
      housekeeper.start();
      Supplier<IOException> ended = state::notRunException;
      assertThat(housekeeper.run(() -> housekeeper.run(() -> 9, ended), ended)).isEqualTo(9);
      housekeeper.stop();
    }

    @Test
    void neverLosesAWakeUp() throws IOException {
      // Each round waits for a duty begun after its wake-up: a lost one would wait for ever.
      AtomicInteger wanted = new AtomicInteger();
      AtomicInteger seen = new AtomicInteger();
      duty = () -> seen.set(wanted.get());
      housekeeper.start();
      for (int round = 1; round <= 20_000; round++) {
        wanted.set(round);
        housekeeper.wake();
        while (seen.get() < round) Thread.onSpinWait();
      }
      assertThat(seen).hasValue(20_000);
      housekeeper.stop();
    }

    @Test
    void tellsThatATaskGoesOnWhenTheTimeIsOver() throws Exception {
      housekeeper.start();
      CountDownLatch gate = new CountDownLatch(1);
      CompletableFuture<Void> ended = new CompletableFuture<>();
      assertThat(housekeeper.run(() -> 1, state::notRunException)).as("the thread runs").isEqualTo(1);
      assertThatThrownBy(() -> housekeeper.run(() -> {
        gate.await();
        return ended.complete(null);
      }, TimeUnit.SECONDS.toNanos(1), () -> notRun.incrementAndGet())).isInstanceOf(Housekeeper.StillRunningException.class);
      assertThat(notRun).as("what has begun is not taken back").hasValue(0);
      gate.countDown();
      ended.get(60, TimeUnit.SECONDS);
      housekeeper.stop();
    }

    @Test
    void keepsTheCallersInterrupt() throws IOException {
      housekeeper.start();
      Thread.currentThread().interrupt();
      assertThat(housekeeper.run(() -> 5, state::notRunException)).isEqualTo(5);
      assertThat(Thread.interrupted()).isTrue();
      housekeeper.stop();
    }

    @Test
    void tellsWhoseTaskComesAfterItStoppedHowTheLogHasEnded() throws IOException {
      housekeeper.start();
      housekeeper.stop();
      assertThatThrownBy(() -> housekeeper.run(() -> 1, state::notRunException))
          .isInstanceOf(LogFailedException.class).hasMessageContaining("thread has ended");
      state.close();
      assertThatThrownBy(() -> housekeeper.run(() -> 1, state::notRunException)).isInstanceOf(LogClosedException.class);
      state.fence("taken over");
      assertThatThrownBy(() -> housekeeper.run(() -> 1, state::notRunException))
          .isInstanceOf(LogFencedException.class).hasMessageContaining("taken over");
    }

    @Test
    void takesBackATaskThatNeverBegins() {
      housekeeper.stop();
      assertThatThrownBy(() -> housekeeper.run(() -> 1, Long.MAX_VALUE, notRun::incrementAndGet))
          .isInstanceOf(Housekeeper.NotRunException.class);
      assertThat(notRun).hasValue(1);
    }

    /** A heap that another part of the program fills is empty again some time. */
    @Test
    void goesOnWhateverItsDutiesThrow() throws IOException {
      AtomicInteger thrown = new AtomicInteger();
      duty = () -> {
        if (thrown.incrementAndGet() <= 5) throw new OutOfMemoryError("test");
        if (thrown.get() <= 10) throw new StackOverflowError("test");
      };
      housekeeper.start();
      while (thrown.get() <= 10) {
        housekeeper.wake();
        Thread.onSpinWait();
      }
      assertThat(housekeeper.run(() -> 6, state::notRunException)).isEqualTo(6);
      housekeeper.stop();
    }
  }

  @Nested
  class AHousekeeperThatSharesThreads extends TheHousekeeper {
    @Override
    SharedThreads shared() {
      return new SharedThreads(1);
    }
  }
}
