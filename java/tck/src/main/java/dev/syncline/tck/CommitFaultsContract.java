package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogFailedException;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Supplier;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Everybody is answered whatever any call of the commit path throws: promise 31, and its border with 32.
 *
 * <p>Eight threads append in every way there is, through rotations, marks and the close, and one call throws: of the storage, of the
 * callback executor, or a callback. There are more calls than a build has time for: each failure meets a number of them at equal
 * distances, and begins at another one than the others; a call of an even number is made before it throws. {@code
 * -Dsyncline.tck.faultRuns=N} meets more.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class CommitFaultsContract extends LogTestBase {
  private static final int THREADS = 8;
  private static final int STEPS = 3;
  private static final int ATTEMPTS_MAX = 5 * STEPS + 2 + 2;
  private static final int VALUE_BYTES = 700;
  private static final int SEGMENT_BYTES = FRAMES_START_BYTES + 3 * BLOCK_BYTES;

  /** How many runs there are of each failure in each mode; the stride follows from how many calls there are. */
  private static final int RUNS = Integer.getInteger("syncline.tck.faultRuns", Effort.of(4, 24));

  private static final List<Supplier<? extends Throwable>> FAILURES =
      List.of(
          () -> new StackOverflowError("of the test"), () -> new OutOfMemoryError("of the test"),
          () -> new IllegalStateException("of the test"), () -> new IOException("of the test"));

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void everybodyIsAnsweredWhateverACallThrows(SyncMode mode) throws Exception {
    StruckStorage.Strikes counting = new StruckStorage.Strikes();
    run(mode, counting, 0, 0);
    int calls = counting.calls();
    assertThat(calls).as("calls of a run that meets no failure").isGreaterThan(RUNS);
    int struck = 0;
    for (int kind = 0; kind < FAILURES.size(); kind++)
      for (int i = 0; i < RUNS; i++) {
        int nth = 1 + i * calls / RUNS + kind * calls / RUNS / FAILURES.size();
        if (run(mode, new StruckStorage.Strikes(), kind, nth)) struck++;
      }
    assertThat(struck).as("runs that met a failure, of %d", FAILURES.size() * RUNS).isGreaterThan(FAILURES.size() * RUNS / 2);
  }

  /** Returns whether the nth call was reached and threw. */
  private boolean run(SyncMode mode, StruckStorage.Strikes strikes, int kind, int nth) throws Exception {
    Path directory = newCopyName();
    ToldAppends told = new ToldAppends(mode, THREADS, ATTEMPTS_MAX, VALUE_BYTES);
    Throwable closing;
    try {
      WriteAheadLog log =
          WriteAheadLog.open(
              new StruckStorage(openStorage(directory), strikes),
              WalOptions.builder()
                  .syncMode(mode)
                  .maxSegmentSize(SEGMENT_BYTES)
                  .markInterval(Duration.ofMillis(2))
                  .syncInterval(Duration.ofMillis(2))
                  .callbackExecutor(strikes.executor(ForkJoinPool.commonPool()))
                  .build());
      strikes.arm(nth, nth % 2 == 0, FAILURES.get(kind));
      Together.run(THREADS, thread -> {
        for (int step = 0; step < STEPS; step++) append(log, told, thread, step, strikes);
      });
      assertFailedForGoodOrNotAtAll(log, told, strikes);
      closing = Together.begin(() -> catchThrowable(log::close)).get();
      told.awaitFutures();
      strikes.disarm();
      try (WriteAheadLog reopened = WriteAheadLog.open(openStorage(directory), WalOptions.defaults())) {
        told.judge(reopened, closing == null);
        reopened.put(bytes("goes"), bytes("on"));
      }
    } catch (Throwable t) {
      throw new AssertionError(
          mode + ": call " + nth + " (" + strikes.struck() + ") throws " + FAILURES.get(kind).get()
              + (nth % 2 == 0 ? " afterwards" : ""), t);
    }
    return strikes.struck() != null;
  }

  /** Every way to append, in turns; whatever is thrown the thread goes on. */
  private static void append(WriteAheadLog log, ToldAppends told, int thread, int step, StruckStorage.Strikes strikes) {
    List<EveryCall.Call> calls =
        List.of(
            () -> told.put(log, thread), () -> told.putBatch(log, thread), () -> told.submit(log, thread, strikes.callback()),
            () -> told.putAsync(log, thread), () -> told.sync(log, thread), () -> told.awaitDurable(log, thread));
    for (int i = 0; i < calls.size(); i++) {
      try {
        calls.get((i + thread + step) % calls.size()).run();
      } catch (Throwable t) {
        assertThat(t).isInstanceOfAny(
            IOException.class, StackOverflowError.class, OutOfMemoryError.class, IllegalStateException.class,
            UncheckedIOException.class);
      }
    }
  }

  /** One call was refused and appends go on, or everybody hears of the failure. */
  private static void assertFailedForGoodOrNotAtAll(WriteAheadLog log, ToldAppends told, StruckStorage.Strikes strikes) {
    // This one may be what meets it.
    catchThrowable(() -> told.put(log, 0));
    boolean struckBefore = strikes.struck() != null;
    Throwable next = catchThrowable(() -> told.put(log, 0));
    // Or that one, where it has not been met so far.
    boolean metJustNow = !struckBefore && strikes.struck() != null;
    Throwable second = metJustNow ? catchThrowable(() -> told.put(log, 0)) : next;
    if (!log.stats().failed()) {
      assertThat(second).as("there is one failure, and no call but one pays for it").isNull();
    } else {
      // The failure may have come after that, from a thread of the log's.
      Throwable now = second != null ? second : catchThrowable(() -> told.put(log, 0));
      assertThat(now).isInstanceOf(LogFailedException.class);
      assertThat(catchThrowable(log::sync)).isInstanceOf(LogFailedException.class);
    }
  }
}
