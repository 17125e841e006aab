package dev.syncline.log.commit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** For how many asynchronous appends the writer thread waits: as many as there were the last time, or for none. */
@Timeout(900)
class BurstTest {
  private static final long WRITE_NANOS = TimeUnit.MICROSECONDS.toNanos(300);

  private final Burst burst = new Burst();

  private void join(int appends) {
    for (int i = 0; i < appends; i++) burst.added();
  }

  /** What lies in the open frame is written; {@code meanwhile} come behind it. */
  private void write(int meanwhile) {
    burst.taken();
    join(meanwhile);
    burst.written(WRITE_NANOS, meanwhile == 0);
  }

  /** Written twice, so that the time of a write is believed. */
  private void burstsOf(int appends) {
    for (int i = 0; i < 2; i++) {
      join(appends);
      write(0);
    }
  }

  @Test
  void oneAppendAloneIsNeverWaitedFor() {
    for (int i = 0; i < 100; i++) {
      join(1);
      assertThat(burst.begin()).isZero();
      write(0);
    }
  }

  @Test
  void aBurstIsWaitedForAQuarterOfAWrite() {
    burstsOf(100);
    join(3);
    assertThat(burst.begin()).isEqualTo(WRITE_NANOS / 4);
  }

  @Test
  void whatTakesNoLongerThanASwitchOfThreadsIsNotWaitedWith() {
    for (int i = 0; i < 3; i++) {
      join(100);
      burst.taken();
      burst.written(TimeUnit.MICROSECONDS.toNanos(19), true);
    }
    join(3);
    assertThat(burst.begin()).isZero();
  }

  @Test
  void nobodyWaitsForOneThatIsThere() {
    burstsOf(100);
    join(100);
    assertThat(burst.begin()).isZero();
  }

  @Test
  void theRestOfABurstWhoseFirstFewWereWrittenIsNotWaitedForAgain() {
    burstsOf(100);
    join(3);
    write(97);
    assertThat(burst.begin()).isZero();
    write(0);
    join(3);
    assertThat(burst.begin()).as("and the next one has a hundred again").isPositive();
  }

  @Test
  void whoeverNeverStopsIsNotWaitedFor() {
    burstsOf(100);
    join(100);
    for (int i = 0; i < 50; i++) {
      write(20);
      assertThat(burst.begin()).isZero();
    }
  }

  @Test
  void aBurstThatHasBecomeShorterIsWaitedForOnce() {
    burstsOf(100);
    join(10);
    assertThat(burst.begin()).isPositive();
    write(0);
    join(3);
    assertThat(burst.begin()).as("one leader waits for nobody after that was in vain").isZero();
    join(7);
    write(0);
    join(10);
    assertThat(burst.begin()).isZero();
  }

  @Test
  void theWaitEndsWhenTheLastHasComeAndWhenSomebodyElseWaits() {
    burstsOf(3);
    join(2);
    assertThat(burst.begin()).isPositive();
    join(1);
    burst.patience().await(TimeUnit.DAYS.toNanos(1));
    write(0);

    join(2);
    assertThat(burst.begin()).isPositive();
    burst.hurry();
    burst.patience().await(TimeUnit.DAYS.toNanos(1));
  }

  @Test
  void whoJoinedTheLastBurstIsWaitedForWhenAllHaveComeSinceHeWritesItHimself() {
    burstsOf(100);
    join(100);
    burst.join();
    write(0);
    join(100);
    assertThat(burst.begin()).isEqualTo(WRITE_NANOS / 4);
    burst.join();
    burst.patience().await(TimeUnit.DAYS.toNanos(1));
  }

  @Test
  void theWaitEndsWhenHeHasWrittenIt() {
    burstsOf(3);
    join(2);
    assertThat(burst.begin()).isPositive();
    burst.taken();
    burst.patience().await(TimeUnit.DAYS.toNanos(1));
  }

  @Test
  void whoWaitsForWhatIsBeingWrittenDoesNotHurryTheNextBurst() {
    burstsOf(100);
    join(100);
    burst.taken();
    burst.hurry();
    burst.written(WRITE_NANOS, true);
    join(3);
    assertThat(burst.begin()).isPositive();
  }

  @Test
  void whoJoinsWhatIsBeingWrittenIsWaitedForTheNextTime() {
    burstsOf(100);
    join(100);
    burst.taken();
    burst.join();
    burst.written(WRITE_NANOS, true);
    join(100);
    assertThat(burst.begin()).isPositive();
  }

  @Test
  void whoDoesNotJoinAgainIsWaitedForOnce() {
    burstsOf(100);
    join(100);
    burst.join();
    write(0);
    join(100);
    assertThat(burst.begin()).isPositive();
    write(0);
    for (int i = 0; i < 10; i++) {
      join(100);
      assertThat(burst.begin()).isZero();
      write(0);
    }
  }

  @Test
  void whoNeverStopsIsNotWaitedForThoughSomebodyJoins() {
    burstsOf(100);
    join(100);
    for (int i = 0; i < 50; i++) {
      burst.join();
      write(20);
      assertThat(burst.begin()).isZero();
    }
  }

  @Test
  void oneAppendAloneAfterABurstIsWaitedForAMomentAndNoLonger() {
    burstsOf(100);
    join(1);
    assertThat(burst.begin()).isEqualTo(WRITE_NANOS / 16);
    assertThat(burst.begin()).isZero();
    write(0);
    join(1);
    assertThat(burst.begin()).isZero();
  }

  @Test
  void aBurstWhoseFirstAppendTheWriterHasSeenAloneIsWaitedFor() {
    burstsOf(100);
    join(1);
    assertThat(burst.begin()).isPositive();
    join(1);
    burst.patience().await(TimeUnit.DAYS.toNanos(1));
    assertThat(burst.begin()).isEqualTo(WRITE_NANOS / 4);
    assertThat(burst.begin()).as("once").isZero();
  }

  @Test
  void nobodyIsMadeToWaitWhoWaitedBeforeTheWriterCameToIt() {
    burstsOf(100);
    join(3);
    burst.hurry();
    assertThat(burst.begin()).isZero();
    write(0);
    burstsOf(100);
    join(3);
    assertThat(burst.begin()).as("that was about one frame").isPositive();
  }
}
