package dev.syncline.tck;

import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A storage that fails, stalls or does half of its work where it is told to; everything else reaches the real one.
 *
 * <pre>{@code
 * disk.on(Op.WRITE_DURABLY).named(name -> name.endsWith(".wal")).nth(2).failAfterBytes(4096, () -> new IOException("EIO"));
 * Stall stall = disk.on(Op.SYNC).stallBefore();
 * }</pre>
 *
 * <p>Each fault strikes once, unless told to go on {@link Fault#forever}. Storages made by {@link #in} share the faults.
 * Safe for many threads.
 */
public final class FaultyStorage extends InterceptedStorage {
  private final List<Fault> faults;

  public FaultyStorage(Storage delegate) {
    this(delegate, new CopyOnWriteArrayList<>());
  }

  private FaultyStorage(Storage delegate, List<Fault> faults) {
    super(delegate);
    this.faults = faults;
  }

  /** Begins a fault; it is armed by the method that says what happens. */
  public Fault on(Op op) {
    return new Fault(op);
  }

  /** Disarms every fault. Stalls go on until they are released. */
  public void heal() {
    faults.clear();
  }

  @Override
  protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
    // Every fault counts what it matches, even when another strikes first: "the third sync" then means the third.
    List<Fault> struck = faults.stream().filter(fault -> fault.strikes(operation)).toList();
    return struck.isEmpty() ? call.run() : struck.get(0).effect.apply(call);
  }

  @Override
  protected Storage around(Storage other) {
    return new FaultyStorage(other, faults);
  }

  private abstract static class Effect {
    abstract <T> T apply(Call<T> call) throws IOException;
  }

  /** Which operation is hit, and how. */
  public final class Fault {
    private final Op op;
    private final AtomicInteger matchCount = new AtomicInteger();
    private Predicate<String> names = name -> true;
    private Predicate<Operation> range = operation -> true;
    private int firstMatch = 1;
    private boolean forever;
    private Effect effect;

    private Fault(Op op) {
      this.op = op;
    }

    /** Only operations on files with such names. */
    public Fault named(Predicate<String> names) {
      this.names = names;
      return this;
    }

    /** Only operations on bytes of the file in this range. */
    public Fault touching(long fromBytes, long lengthBytes) {
      range = operation -> operation.offsetBytes() < fromBytes + lengthBytes
          && operation.offsetBytes() + operation.lengthBytes() > fromBytes;
      return this;
    }

    /** The nth operation that matches from now on; the first is 1. */
    public Fault nth(int n) {
      firstMatch = n;
      return this;
    }

    /** That one and every later one. */
    public Fault forever() {
      forever = true;
      return this;
    }

    /** Fails without doing anything. Any {@link Throwable} will do, {@link OutOfMemoryError} included. */
    public void fail(Supplier<? extends Throwable> failure) {
      arm(
          new Effect() {
            @Override
            <T> T apply(Call<T> call) throws IOException {
              throw thrown(failure);
            }
          });
    }

    /** Does it, then fails: the caller cannot know that it worked. */
    public void failAfterwards(Supplier<? extends Throwable> failure) {
      arm(
          new Effect() {
            @Override
            <T> T apply(Call<T> call) throws IOException {
              call.run();
              throw thrown(failure);
            }
          });
    }

    /** Writes the first {@code lengthBytes} (aligned as the traits ask), then fails; for writes only. */
    public void failAfterBytes(long lengthBytes, Supplier<? extends Throwable> failure) {
      arm(
          new Effect() {
            @Override
            <T> T apply(Call<T> call) throws IOException {
              call.runPart(lengthBytes);
              throw thrown(failure);
            }
          });
    }

    /** Holds the caller, who has done nothing yet, until released. */
    public Stall stallBefore() {
      Stall stall = new Stall();
      arm(
          new Effect() {
            @Override
            <T> T apply(Call<T> call) throws IOException {
              stall.hold();
              return call.run();
            }
          });
      return stall;
    }

    /** Holds the caller, whose work is done, until released. */
    public Stall stallAfter() {
      Stall stall = new Stall();
      arm(
          new Effect() {
            @Override
            <T> T apply(Call<T> call) throws IOException {
              T result = call.run();
              stall.hold();
              return result;
            }
          });
      return stall;
    }

    private void arm(Effect effect) {
      this.effect = effect;
      faults.add(this);
    }

    private boolean strikes(Operation operation) {
      if (operation.op() != op || !names.test(operation.file()) || !range.test(operation)) return false;
      int match = matchCount.incrementAndGet();
      return forever ? match >= firstMatch : match == firstMatch;
    }
  }

  /** A point where an operation is held, as by a disk that does not answer: interrupts do not get it out. */
  public static final class Stall {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    private Stall() {}

    /** Waits until an operation is held; fails the test if none is in time. */
    public void awaitReached(Duration limit) throws InterruptedException {
      if (!reached.await(limit.toNanos(), TimeUnit.NANOSECONDS))
        throw new AssertionError("no operation reached the stall within " + limit);
    }

    public void release() {
      released.countDown();
    }

    private void hold() {
      reached.countDown();
      boolean interrupted = false;
      while (true) {
        try {
          released.await();
          break;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) Thread.currentThread().interrupt();
    }
  }

  private static IOException thrown(Supplier<? extends Throwable> failure) {
    Throwable throwable = failure.get();
    if (throwable instanceof Error error) throw error;
    if (throwable instanceof RuntimeException unchecked) throw unchecked;
    return (IOException) throwable;
  }
}
