package dev.syncline.tck;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Runs work in threads of its own and waits for it, but never for ever. */
public final class Together {
  private static final long PAUSE_MILLIS_MAX = 50;
  private static final long PATIENCE_SECONDS = 120;

  /** The method of {@link dev.syncline.io.SleepWord} that a thread sleeps in. */
  private static final String SLEEPING = "sleepWhile";

  private Together() {}

  /** Work that may throw. */
  public interface Work {
    void run(int thread) throws Exception;
  }

  /** Work that may throw, with a result. */
  public interface Result<T> {
    T get() throws Exception;
  }

  /** Runs {@code work} in {@code threads} threads that start at the same moment; the first failure is thrown. */
  public static void run(int threads, Work work) throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Task<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int thread = i;
      tasks.add(begin(() -> {
        start.await();
        work.run(thread);
        return null;
      }));
    }
    start.countDown();
    for (Task<Void> task : tasks) task.get();
  }

  /** Begins work in a new daemon thread. */
  public static <T> Task<T> begin(Result<T> work) {
    FutureTask<T> future = new FutureTask<>(work::get);
    Thread thread = new Thread(future, "tck");
    thread.setDaemon(true);
    thread.start();
    return new Task<>(thread, future);
  }

  /** Work under way. */
  public record Task<T>(Thread thread, FutureTask<T> future) {

    public boolean isDone() {
      return future.isDone();
    }

    /** Whether the thread waits for something; what it waits for, the test must know. */
    public boolean isWaiting() {
      Thread.State state = thread.getState();
      return state == Thread.State.WAITING || state == Thread.State.TIMED_WAITING || sleepsOnAWord();
    }

    /** The JVM calls a thread in a system call runnable, whatever it does there. */
    private boolean sleepsOnAWord() {
      return Arrays.stream(thread.getStackTrace()).anyMatch(frame -> frame.getMethodName().equals(SLEEPING));
    }

    public T get() throws Exception {
      try {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      } catch (ExecutionException e) {
        if (e.getCause() instanceof Exception cause) throw cause;
        throw (Error) e.getCause();
      } catch (TimeoutException e) {
        AssertionError stuck = new AssertionError("still running after " + PATIENCE_SECONDS + " seconds, here:");
        stuck.setStackTrace(thread.getStackTrace());
        throw stuck;
      }
    }
  }

  /** Polls until the condition holds; fails with {@code what} if it does not in time. */
  public static void await(String what, BooleanSupplier condition) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    // Looking may cost more than what is waited for: the longer it takes the less often.
    for (long pauseMillis = 1; !condition.getAsBoolean(); pauseMillis = Math.min(pauseMillis + 1, PAUSE_MILLIS_MAX)) {
      if (System.nanoTime() - deadlineNanos > 0) throw new AssertionError("waited in vain until " + what);
      TimeUnit.MILLISECONDS.sleep(pauseMillis);
    }
  }
}
