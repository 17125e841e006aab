package dev.syncline.log.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** How long a leader waits for others: counted from who was there, bounded by what a write takes. */
@Timeout(900)
class GatheringTest {
  private static final long WRITE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  private final Gathering gathering = new Gathering();

  /** One commit of {@code led} threads during which {@code behind} join the next frame. */
  private void commit(int led, int behind, long nanos) {
    join(led);
    gathering.taken();
    join(behind);
    gathering.written(nanos);
  }

  private void join(int threads) {
    for (int i = 0; i < threads; i++) gathering.joined();
  }

  /** What is written twice, so that its time is believed. */
  private void known(int led, int behind, long nanos) {
    commit(led, 0, nanos);
    commit(led, behind, nanos);
  }

  @Test
  void aLoneThreadNeverWaits() {
    for (int i = 0; i < 100; i++) {
      gathering.joined();
      assertThat(gathering.begin()).isZero();
      gathering.taken();
      gathering.written(WRITE_NANOS);
    }
  }

  @Test
  void waitsAQuarterOfAWriteForThoseOfTheFrameBefore() {
    known(4, 4, WRITE_NANOS);
    assertThat(gathering.begin()).isEqualTo(WRITE_NANOS / 4);
  }

  @Test
  void waitsForNobodyIfAllHaveJoined() {
    known(4, 4, WRITE_NANOS);
    join(4);
    assertThat(gathering.begin()).isZero();
  }

  @Test
  void oneSlowWriteIsNotTakenForTheDisks() {
    known(4, 0, WRITE_NANOS);
    commit(4, 4, 100 * WRITE_NANOS);
    assertThat(gathering.begin()).isEqualTo(WRITE_NANOS / 4);
  }

  @Test
  void aDiskThatIsSlowForEverCostsAMillisecondAtMost() {
    known(4, 4, TimeUnit.SECONDS.toNanos(3));
    assertThat(gathering.begin()).isEqualTo(TimeUnit.MILLISECONDS.toNanos(1));
  }

  @Test
  void endsWhenTheLastOneHasCome() throws Exception {
    known(2, 2, WRITE_NANOS);
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    CompletableFuture<Thread> begun = new CompletableFuture<>();
    Thread leader = new Thread(() -> {
      assertThat(gathering.begin()).isPositive();
      begun.complete(Thread.currentThread());
      gathering.patience().await(TimeUnit.DAYS.toNanos(1));
      ended.complete(true);
    });
    leader.start();
    begun.get();
    gathering.joined();
    Thread.sleep(20);
    assertThat(ended).as("one of two is missing").isNotDone();
    gathering.joined();
    assertThat(ended.get()).isTrue();
  }

  @Test
  void endsWhenTheFrameTakesNoMore() {
    known(4, 4, WRITE_NANOS);
    assertThat(gathering.begin()).isPositive();
    gathering.full();
    gathering.patience().await(TimeUnit.DAYS.toNanos(1));
  }

  @Test
  void triesLessAndLessOftenIfNobodyComesAndAtOnceAgainIfSomebodyDoes() {
    int[] skips = new int[8];
    for (int i = 0; i < skips.length; i++) skips[i] = leadersUntilOneWaits();
    assertThat(skips).as("leaders that did not wait, before each that did").containsExactly(0, 1, 3, 7, 15, 31, 63, 63);
    while (!waits()) passes();
    gathering.joined();
    passes();
    assertThat(leadersUntilOneWaits()).isZero();
  }

  /** Two are about, and each time only one of them is there. */
  private boolean waits() {
    known(1, 1, WRITE_NANOS);
    return gathering.begin() > 0;
  }

  private void passes() {
    gathering.taken();
  }

  private int leadersUntilOneWaits() {
    int skipped = 0;
    while (!waits()) {
      passes();
      skipped++;
    }
    passes();
    return skipped;
  }
}
