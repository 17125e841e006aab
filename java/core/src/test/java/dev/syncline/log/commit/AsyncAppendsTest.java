package dev.syncline.log.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every future completes, whatever the caller's executor and callbacks do. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AsyncAppendsTest {
  private final LogState state = new LogState(Path.of("log"), false);
  private AsyncAppends appends;
  private Housekeeper housekeeper;

  private void using(Executor executor) throws IOException {
    Housekeeper[] watching = new Housekeeper[1];
    AsyncAppends watched = new AsyncAppends(state, executor, () -> watching[0].wake());
    appends = watched;
    housekeeper = new Housekeeper("test", watched::attend);
    watching[0] = housekeeper;
    housekeeper.start();
  }

  @AfterEach
  void stop() {
    appends.stop();
    housekeeper.stop();
  }

  private CompletableFuture<Long> appended(long sequence) throws IOException {
    PendingFutures.Pending pending = appends.prepare();
    appends.add(pending, sequence);
    return pending.future;
  }

  private void durable(long sequence) {
    appends.durableThrough(sequence);
    appends.deliver();
  }

  private void assertCompletes(List<CompletableFuture<Long>> futures) throws Exception {
    for (CompletableFuture<Long> future : futures) assertCompletesSoon(future);
    for (int i = 0; i < futures.size(); i++) assertThat(futures.get(i)).isCompletedWithValue(i + 1L);
  }

  /** Looks at it and does not wait for it: who waits for a future may come to run its callbacks. */
  private static void assertCompletesSoon(CompletableFuture<Long> future) throws InterruptedException {
    while (!future.isDone()) Thread.sleep(1);
  }

  private List<CompletableFuture<Long>> appendedAndDurable(int count) throws IOException {
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (long i = 1; i <= count; i++) futures.add(appended(i));
    durable(count);
    return futures;
  }

  @Test
  void completesInOrderAndOneAtATimeOnTheCallersThreads() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(4, task -> new Thread(task, "callers"));
    using(pool);
    List<Long> order = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger running = new AtomicInteger();
    AtomicInteger wrong = new AtomicInteger();
    CompletableFuture<Void> last = null;
    for (long i = 1; i <= 2000; i++) {
      last = appended(i).thenAccept(sequence -> {
        if (running.incrementAndGet() > 1 || !Thread.currentThread().getName().equals("callers")) wrong.incrementAndGet();
        order.add(sequence);
        running.decrementAndGet();
      });
      if (i % 7 == 0) durable(i);
    }
    durable(2000);
    last.get(60, TimeUnit.SECONDS);
    pool.shutdown();
    assertThat(order).hasSize(2000).isSorted();
    assertThat(wrong).hasValue(0);
  }

  @Test
  void runsNoCallbackOnTheThreadThatSettles() throws Exception {
    using(Runnable::run);
    CompletableFuture<Thread> ran = appended(1).thenApply(sequence -> Thread.currentThread());
    durable(1);
    assertThat(ran.get(60, TimeUnit.SECONDS)).isNotSameAs(Thread.currentThread());
  }

  @Test
  void whatNobodyHearsOfCompletesHoweverMuchOfItIsAskedFor() throws Exception {
    using(Runnable::run);
    for (long last = 2; last <= 2000; last += 2) {
      CompletableFuture<Long> askedFor = appended(last - 1);
      CompletableFuture<Long> behind = appended(last);
      appends.durableThrough(last);
      appends.completeUnheard(last - last % 4 / 2);
      assertCompletesSoon(askedFor);
      assertCompletesSoon(behind);
      assertThat(askedFor).isCompletedWithValue(last - 1);
      assertThat(behind).isCompletedWithValue(last);
    }
  }

  @Test
  void nothingCompletesBeforeItIsDurableOrIsLost() throws Exception {
    using(Runnable::run);
    CompletableFuture<Long> future = appended(1);
    appends.completeUnheard(1);
    assertThat(future).isNotDone();
    appends.failRest();
    state.fail(new IOException("EIO"));
    appends.completeUnheard(1);
    assertThatThrownBy(future::join).hasCauseInstanceOf(LogFailedException.class);
  }

  @Test
  void whatACallbackHearsOfCompletesOnTheExecutorAndSoDoesWhatFollowsIt() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor(task -> new Thread(task, "callers"));
    using(pool);
    List<String> wrong = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Long> first = appended(1);
    CompletableFuture<Long> second = appended(2);
    CompletableFuture<Long> last = appended(3);
    CompletableFuture<String> heard = second.thenApply(sequence -> {
      if (!first.isDone()) wrong.add("the one before is open");
      if (last.isDone()) wrong.add("the one behind is complete");
      return Thread.currentThread().getName();
    });
    appends.durableThrough(3);
    appends.completeUnheard(3);
    assertThat(heard.get(60, TimeUnit.SECONDS)).isEqualTo("callers");
    assertCompletesSoon(last);
    pool.shutdown();
    assertThat(wrong).isEmpty();
  }

  @Test
  void completesWhateverTheExecutorThrows() throws Exception {
    for (Throwable thrown : List.of(
        new RejectedExecutionException("shut down"), new IllegalStateException("no"), new OutOfMemoryError("test"),
        new StackOverflowError("test"), new LinkageError("test"))) {
      AtomicInteger calls = new AtomicInteger();
      using(task -> {
        calls.incrementAndGet();
        if (thrown instanceof RuntimeException e) throw e;
        throw (Error) thrown;
      });
      assertCompletes(appendedAndDurable(3));
      assertThat(calls).hasPositiveValue();
      stop();
    }
  }

  @Test
  void completesWhereTheExecutorThrowsAfterItHasRunTheTask() throws Exception {
    using(task -> {
      task.run();
      throw new IllegalStateException("afterwards");
    });
    assertCompletes(appendedAndDurable(3));
  }

  @Test
  void completesWhereTheExecutorDropsItsTasks() throws Exception {
    using(task -> {});
    assertCompletes(appendedAndDurable(3));
  }

  @Test
  void completesWhereTheExecutorIsShutDownWithTheTaskInItsQueue() throws Exception {
    ExecutorService pool = Executors.newSingleThreadExecutor();
    CountDownLatch blocked = new CountDownLatch(1);
    pool.execute(() -> {
      blocked.countDown();
      await(new CountDownLatch(1));
    });
    blocked.await();
    using(pool);
    List<CompletableFuture<Long>> futures = appendedAndDurable(3);
    pool.shutdownNow();
    assertCompletes(futures);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void completesOthersWhileACallbackBlocks() throws Exception {
    for (Executor executor : List.<Executor>of(Runnable::run, task -> new Thread(task).start())) {
      using(executor);
      CountDownLatch never = new CountDownLatch(1);
      List<CompletableFuture<Long>> futures = new ArrayList<>();
      for (long i = 1; i <= 5; i++) futures.add(appended(i));
      futures.get(0).thenAccept(sequence -> await(never));
      futures.get(2).thenAccept(sequence -> await(never));
      durable(5);
      assertCompletes(futures);
      never.countDown();
      stop();
    }
  }

  /** When the callback begins nothing else is settled, so that nobody has a reason to look. */
  @Test
  void completesWhatACallbackWaitsForThatIsSettledWhileItRuns() throws Exception {
    for (Executor executor : List.<Executor>of(Runnable::run, task -> new Thread(task).start())) {
      using(executor);
      CountDownLatch running = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      CompletableFuture<Long> second = new CompletableFuture<>();
      CompletableFuture<Long> first = appended(1).thenApply(sequence -> {
        running.countDown();
        await(goOn);
        return second.join() - 1;
      });
      durable(1);
      running.await();
      while (!isParked("syncline-callbacks")) Thread.onSpinWait();
      appended(2).thenAccept(second::complete);
      durable(2);
      goOn.countDown();
      assertCompletes(List.of(first, second));
      stop();
    }
  }

  private static boolean isParked(String name) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(name))
        .allMatch(thread -> thread.getState() == Thread.State.WAITING || thread.getState() == Thread.State.TIMED_WAITING);
  }

  /** As one with a queue of limited length does that waits for room in it. */
  @Test
  void completesHoweverOftenWhileTheExecutorDoesNotComeBack() throws Exception {
    CountDownLatch never = new CountDownLatch(1);
    using(task -> await(never));
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (long i = 1; i <= 12; i++) {
      futures.add(appended(i));
      durable(i);
      assertCompletes(futures);
    }
    never.countDown();
  }

  @Test
  void completesOthersWhileCallbacksBlockAfterTheLogWasClosed() throws Exception {
    for (Executor executor : List.<Executor>of(Runnable::run, task -> new Thread(task).start(), task -> {})) {
      // Each that blocks is given up after a second.
      using(executor);
      CountDownLatch never = new CountDownLatch(1);
      List<CompletableFuture<Long>> futures = new ArrayList<>();
      for (long i = 1; i <= 2; i++) futures.add(appended(i));
      for (CompletableFuture<Long> future : futures) future.thenAccept(sequence -> await(never));
      appends.durableThrough(2);
      stop();
      assertCompletes(futures);
      never.countDown();
    }
  }

  @Test
  void aTaskThatIsRunTwiceOrMuchTooLateCompletesNothingTwice() throws Exception {
    List<Runnable> tasks = Collections.synchronizedList(new ArrayList<>());
    using(task -> {
      tasks.add(task);
      task.run();
    });
    AtomicInteger completions = new AtomicInteger();
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (long i = 1; i <= 10; i++) {
      // Who sees a future complete need not see yet what hangs on it.
      futures.add(appended(i).thenApply(sequence -> {
        completions.incrementAndGet();
        return sequence;
      }));
      durable(i);
      for (Runnable task : List.copyOf(tasks)) task.run();
    }
    assertCompletes(futures);
    assertThat(completions).hasValue(10);
  }

  @Test
  void thoseThatAreNotDurableFailWithTheLog() throws Exception {
    using(Runnable::run);
    CompletableFuture<Long> durable = appended(1);
    CompletableFuture<Long> lost = appended(2);
    appends.durableThrough(1);
    state.fail(new IOException("EIO"));
    appends.failRest();
    appends.deliver();
    assertThat(durable.get(60, TimeUnit.SECONDS)).isEqualTo(1);
    assertThatThrownBy(() -> lost.get(60, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class).hasCauseInstanceOf(LogFailedException.class);
  }

  @Test
  void itsThreadEndsWhenItIsStoppedAndEverythingIsDelivered() throws Exception {
    AtomicBoolean onOurs = new AtomicBoolean();
    CompletableFuture<Thread> ours = new CompletableFuture<>();
    using(task -> {
      onOurs.set(true);
      ours.complete(Thread.currentThread());
      task.run();
    });
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (long i = 1; i <= 1000; i++) futures.add(appended(i));
    appends.durableThrough(1000);
    appends.stop();
    assertCompletes(futures);
    Thread thread = ours.get(60, TimeUnit.SECONDS);
    thread.join(60_000);
    assertThat(thread.isAlive()).isFalse();
  }

  @Test
  void saysWhenTheExecutorIsSlowerThanTheAppends() throws Exception {
    CountDownLatch slow = new CountDownLatch(1);
    using(task -> new Thread(() -> {
      await(slow);
      task.run();
    }).start());
    for (long i = 1; i < AsyncAppends.WAITING_MAX; i++) appended(i);
    appends.durableThrough(Long.MAX_VALUE);
    assertThat(appends.isFull()).isFalse();
    CompletableFuture<Long> last = appended(AsyncAppends.WAITING_MAX);
    appends.durableThrough(Long.MAX_VALUE);
    assertThat(appends.isFull()).isTrue();
    slow.countDown();
    appends.deliver();
    last.get(60, TimeUnit.SECONDS);
    assertThat(appends.isFull()).isFalse();
  }
}
