package dev.syncline.log;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Futures of appends that nobody waits for, in sequence order, until their records are durable. Guarded by the queue's lock. */
final class AsyncAppends {
  private record Pending(CompletableFuture<Long> future, long sequence) {}

  private final ArrayDeque<Pending> pending = new ArrayDeque<>();
  private final CompletionQueue completions;

  AsyncAppends(Executor callbacks) {
    completions = new CompletionQueue(callbacks);
  }

  void add(CompletableFuture<Long> future, long sequence) {
    pending.add(new Pending(future, sequence));
  }

  /** Takes the last one back: its record did not get into a frame. */
  void removeLast() {
    pending.removeLast();
  }

  void completeThrough(long durableSequence) {
    while (!pending.isEmpty() && pending.peek().sequence <= durableSequence) {
      Pending append = pending.poll();
      completions.succeed(append.future, append.sequence);
    }
  }

  void failAll(LogState state) {
    for (Pending append : pending) completions.fail(append.future, state.failedException(state.failure()));
    pending.clear();
  }
}
