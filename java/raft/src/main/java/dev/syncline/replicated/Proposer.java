package dev.syncline.replicated;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/** Waits for the engine as a caller of a blocking method does: not for ever, and with the caller's own exceptions. */
final class Proposer {
  private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private final ConsensusEngine engine;
  private final long timeoutNanos;

  Proposer(ReplicatedLogOptions options, ConsensusEngine engine) {
    this.engine = engine;
    this.timeoutNanos = TimeUnit.NANOSECONDS.convert(options.requestTimeout());
  }

  CommandResult propose(Command command) throws IOException {
    CompletableFuture<byte[]> outcome = engine.propose(command.encode());
    try {
      return CommandResult.decode(await(outcome, timeoutNanos)).orThrow(command);
    } catch (TimeoutException e) {
      throw new OutcomeUnknownException(
          "no answer from the group within " + timeoutNanos / 1_000_000 + " ms: the command may yet be applied", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OutcomeUnknownException("interrupted while the command was on its way: it may yet be applied", e);
    }
  }

  /** Completes with the result of a command that was applied, or exceptionally as {@link #propose} throws. */
  CompletableFuture<CommandResult> proposeAsync(Command command) {
    return engine.propose(command.encode()).thenCompose(bytes -> {
      try {
        return CompletableFuture.completedFuture(CommandResult.decode(bytes).orThrow(command));
      } catch (IOException | RuntimeException e) {
        return CompletableFuture.failedFuture(e);
      }
    });
  }

  /** A read changes nothing, so it is tried until the time is up: elections pass. */
  void barrier() throws IOException {
    long deadlineNanos = System.nanoTime() + timeoutNanos;
    while (true) {
      try {
        await(engine.readBarrier(), deadlineNanos - System.nanoTime());
        return;
      } catch (UnavailableException e) {
        if (engine.failure().isPresent() || deadlineNanos - System.nanoTime() <= RETRY_NANOS) throw e;
        LockSupport.parkNanos(RETRY_NANOS);
      } catch (TimeoutException e) {
        throw new UnavailableException("no answer from the group within " + timeoutNanos / 1_000_000 + " ms", e);
      } catch (InterruptedException e) {
        throw interrupted("a read", e);
      }
      if (Thread.currentThread().isInterrupted()) throw interrupted("a read", null);
    }
  }

  void await(CompletableFuture<Void> work, String what) throws IOException {
    try {
      await(work, timeoutNanos);
    } catch (TimeoutException e) {
      throw new UnavailableException(what + " has not ended within " + timeoutNanos / 1_000_000 + " ms", e);
    } catch (InterruptedException e) {
      throw interrupted(what, e);
    }
  }

  private static IOException interrupted(String what, InterruptedException cause) {
    Thread.currentThread().interrupt();
    InterruptedIOException interrupted = new InterruptedIOException("interrupted while waiting for " + what);
    if (cause != null) interrupted.initCause(cause);
    return interrupted;
  }

  private static <T> T await(CompletableFuture<T> future, long nanos) throws IOException, TimeoutException, InterruptedException {
    try {
      return future.get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw rethrown(e.getCause());
    }
  }

  /** What happened on another thread is thrown as it is: callers tell outcomes apart by type. */
  private static IOException rethrown(Throwable cause) {
    if (cause instanceof IOException io) return io;
    if (cause instanceof RuntimeException runtime) throw runtime;
    if (cause instanceof Error error) throw error;
    return new IOException(cause);
  }
}
