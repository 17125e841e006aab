package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RequestWindowTest {
  private final RequestWindow window = new RequestWindow();

  @Test
  void noNumberIsGivenAWindowAboveOneThatWaits() throws Exception {
    assertThat(window.begin(0)).isEqualTo(1);
    for (int number = 2; number <= RequestId.WINDOW; number++) {
      assertThat(window.begin(0)).isEqualTo(number);
      window.end(number);
    }
    assertThat(window.begin(0)).as("257 would push 1 out of what the group remembers").isZero();
    CompletableFuture<Long> waiting = CompletableFuture.supplyAsync(() -> {
      try {
        return window.begin(TimeUnit.SECONDS.toNanos(20));
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    });
    window.end(1);
    assertThat(waiting.get(60, TimeUnit.SECONDS)).isEqualTo(RequestId.WINDOW + 1);
  }
}
