package dev.syncline.log;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;

/** Completes futures one at a time, in sequence order, on the caller's executor and never on a committing thread. */
final class CompletionQueue {
  private record Completion(CompletableFuture<Long> future, long sequence, Throwable failure) {
    void run() {
      if (failure == null) future.complete(sequence);
      else future.completeExceptionally(failure);
    }
  }

  private final Executor executor;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Completion> queue = new ArrayDeque<>();
  private boolean draining;

  CompletionQueue(Executor executor) {
    this.executor = executor;
  }

  void succeed(CompletableFuture<Long> future, long sequence) {
    submit(new Completion(future, sequence, null));
  }

  void fail(CompletableFuture<Long> future, Throwable failure) {
    submit(new Completion(future, 0, failure));
  }

  private void submit(Completion completion) {
    lock.lock();
    try {
      queue.add(completion);
      if (draining) return;
      draining = true;
    } finally {
      lock.unlock();
    }
    try {
      executor.execute(this::drain);
    } catch (RejectedExecutionException e) {
      // The caller's executor is gone, but its futures must not hang: a thread of our own, still not the committing one.
      new EngineThread(this::drain, "syncline-callbacks").start();
    }
  }

  private void drain() {
    while (true) {
      Completion next;
      lock.lock();
      try {
        next = queue.poll();
        if (next == null) {
          draining = false;
          return;
        }
      } finally {
        lock.unlock();
      }
      next.run();
    }
  }
}
