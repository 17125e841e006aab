package dev.syncline.log.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Who may complete futures. */
class DeliveryTurnTest {
  private final PendingFutures futures = new PendingFutures(new LogState(Path.of("log"), false));
  private final DeliveryTurn turn = new DeliveryTurn(futures);

  private CompletableFuture<Long> durable(long sequence) {
    PendingFutures.Pending pending = new PendingFutures.Pending(null);
    futures.add(pending, sequence);
    futures.settle(sequence, false);
    return pending.future;
  }

  @Test
  void oneHasIt() {
    long mine = turn.take();
    assertThat(mine).isNotZero();
    assertThat(turn.take()).isZero();
    turn.giveBack(mine);
    assertThat(turn.take()).isNotZero();
  }

  @Test
  void whoHasLostItCompletesNothingAndDoesNotEndTheNext() {
    durable(1);
    long lost = turn.take();
    long mine = turn.takeAway();
    assertThat(turn.isStill(lost)).isFalse();
    assertThat(turn.next(lost)).isNull();
    assertThat(turn.nextUnheard(lost, 1)).isNull();
    turn.giveBack(lost);
    assertThat(turn.ended(lost)).isTrue();
    assertThat(turn.isTaken()).isTrue();
    assertThat(turn.next(mine)).isNotNull();
    assertThat(turn.ended(mine)).isTrue();
    assertThat(turn.isTaken()).isFalse();
  }

  @Test
  void itDoesNotEndWhileSomethingIsSettledButMayBeGivenBack() {
    durable(1);
    long mine = turn.take();
    assertThat(turn.ended(mine)).isFalse();
    assertThat(turn.take()).isZero();
    turn.giveBack(mine);
    assertThat(turn.take()).isNotZero();
  }

  @Test
  void ofWhatNobodyHearsOfNoneIsPassedOver() {
    durable(1);
    durable(2).thenRun(() -> {});
    durable(3);
    long mine = turn.take();
    assertThat(turn.nextUnheard(mine, 3)).isNotNull();
    assertThat(turn.nextUnheard(mine, 3)).isNull();
    assertThat(turn.next(mine).future.sequence()).isEqualTo(2);
    assertThat(turn.nextUnheard(mine, 2)).as("behind what is asked for").isNull();
    assertThat(turn.nextUnheard(mine, 3)).isNotNull();
    assertThat(turn.nextUnheard(mine, 3)).isNull();
  }
}
