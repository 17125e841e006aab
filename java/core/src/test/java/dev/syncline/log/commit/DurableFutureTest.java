package dev.syncline.log.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Who joins the future of an append is asked to write it where he has nothing else to do; nobody else is. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DurableFutureTest {
  private final List<Long> asked = new ArrayList<>();
  private DurableFuture future;

  @BeforeEach
  void append() {
    future = new DurableFuture(sequence -> {
      asked.add(sequence);
      future.complete(sequence);
    });
    future.appended(7);
  }

  @Test
  void whoJoinsIsAsked() {
    assertThat(future.join()).isEqualTo(7);
    assertThat(asked).containsExactly(7L);
  }

  @Test
  void nobodyIsAskedForWhatIsComplete() {
    future.complete(7L);
    future.join();
    future.cancel(false);
    assertThat(asked).isEmpty();
  }

  @Test
  void aLimitOfTheCallersIsKept() {
    future.orTimeout(1, TimeUnit.MILLISECONDS);
    assertThatThrownBy(future::join).isInstanceOf(CompletionException.class).hasCauseInstanceOf(TimeoutException.class);
    assertThat(asked).isEmpty();
  }

  @Test
  void anOutcomeForWhoHasWaitedLongEnoughIsKept() {
    future.completeOnTimeout(-1L, 1, TimeUnit.MILLISECONDS);
    assertThat(future.join()).isEqualTo(-1);
    assertThat(asked).isEmpty();
  }

  @Test
  void whoCancelledHearsThat() {
    future.cancel(false);
    assertThatThrownBy(future::join).isInstanceOf(CancellationException.class);
    assertThat(asked).isEmpty();
  }

  @Test
  void getWithALimitAsksNobody() {
    assertThatThrownBy(() -> future.get(1, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
    assertThat(asked).isEmpty();
  }

  @Test
  void whatIsCompleteIsNobodysToAskAnyMore() {
    future.leaveQueue();
    future.complete(7L);
    assertThat(future.join()).isEqualTo(7);
    assertThat(asked).isEmpty();
  }

  @Test
  void whatIsMadeOfItIsAPlainFuture() {
    assertThat(future.thenApply(sequence -> sequence + 1)).isNotInstanceOf(DurableFuture.class);
    assertThat(future.copy()).isNotInstanceOf(DurableFuture.class);
  }
}
