package dev.syncline.tck;

import dev.syncline.io.SleepWord;
import dev.syncline.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * A storage whose calls are counted together with those of the callback executor and of callbacks, and of which one, the nth since {@link
 * Strikes#arm}, throws: whatever is called, whoever calls it.
 */
final class StruckStorage extends InterceptedStorage {

  /** Which call throws, and what. Safe for many threads. */
  static final class Strikes {
    private final AtomicInteger calls = new AtomicInteger();
    private volatile int nth;
    private volatile boolean afterwards;
    private volatile Supplier<? extends Throwable> failure;
    private volatile String struck;

    /** @param afterwards whether the call is made first, so that the caller cannot know that it worked */
    void arm(int nth, boolean afterwards, Supplier<? extends Throwable> failure) {
      this.afterwards = afterwards;
      this.failure = failure;
      this.struck = null;
      this.nth = nth;
      calls.set(0);
    }

    void disarm() {
      nth = 0;
    }

    int calls() {
      return calls.get();
    }

    /** What the failing call was, or null if there were not so many. */
    String struck() {
      return struck;
    }

    private boolean strikes(Object call) {
      if (calls.incrementAndGet() != nth) return false;
      struck = call.toString();
      return true;
    }

    /** For what cannot throw an IOException. */
    private void call(String name) {
      if (!strikes(name)) return;
      try {
        throwIt();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void throwIt() throws IOException {
      Throwable t = failure.get();
      if (t instanceof Error error) throw error;
      if (t instanceof RuntimeException unchecked) throw unchecked;
      throw (IOException) t;
    }

    Executor executor(Executor delegate) {
      return task -> {
        call("executor");
        delegate.execute(task);
      };
    }

    Runnable callback() {
      return () -> call("callback");
    }
  }

  private final Strikes strikes;

  StruckStorage(Storage delegate, Strikes strikes) {
    super(delegate);
    this.strikes = strikes;
  }

  @Override
  public Optional<SleepWord> newSleepWord() {
    strikes.call("newSleepWord");
    return super.newSleepWord();
  }

  @Override
  protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
    if (!strikes.strikes(operation)) return call.run();
    if (strikes.afterwards) {
      T result = call.run();
      // Nobody else knows of it.
      if (result instanceof Closeable file) file.close();
    }
    strikes.throwIt();
    throw new AssertionError("a strike throws");
  }

  @Override
  protected Storage around(Storage other) {
    return new StruckStorage(other, strikes);
  }
}
