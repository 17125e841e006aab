package dev.syncline.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(900)
class ProcessLockTest {
  /** One whose check lasts until it is let go. */
  private static final class Slow extends ProcessLock {
    final CountDownLatch checking = new CountDownLatch(1);
    final CountDownLatch answer = new CountDownLatch(1);
    final AtomicInteger closes = new AtomicInteger();

    @Override
    public boolean endsWithHolderOnly() {
      return true;
    }

    @Override
    protected Optional<String> doLoss() throws IOException {
      checking.countDown();
      try {
        if (!answer.await(30, TimeUnit.SECONDS)) throw new IOException("never let go");
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
      assertThat(closes).as("nothing is closed under a check").hasValue(0);
      return Optional.empty();
    }

    @Override
    protected void doClose() {
      closes.incrementAndGet();
    }
  }

  @Test
  void aCloseDoesNotWaitForACheckThatHangs() throws Exception {
    Slow lock = new Slow();
    CompletableFuture<Optional<String>> check = new CompletableFuture<>();
    Thread checker = new Thread(() -> {
      try {
        check.complete(lock.loss());
      } catch (IOException | AssertionError e) {
        check.completeExceptionally(e);
      }
    });
    checker.start();
    lock.checking.await();
    lock.close();
    assertThat(lock.closes).hasValue(0);
    lock.answer.countDown();
    assertThat(check.get(60, TimeUnit.SECONDS)).isEmpty();
    checker.join();
    assertThat(lock.closes).hasValue(1);
    assertThat(lock.loss()).hasValue("it was released");
    lock.close();
    assertThat(lock.closes).hasValue(1);
  }
}
