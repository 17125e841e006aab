package dev.syncline.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.io.SleepWord;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who waits for a frame is told, once, whichever way it waits. */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FollowersTest {
  /** A word that threads look at again and again; counts how often all were woken. */
  private static final class PolledWord implements SleepWord {
    final AtomicInteger wakeUps = new AtomicInteger();
    private volatile int value;

    @Override
    public int value() {
      return value;
    }

    @Override
    public void set(int newValue) {
      value = newValue;
    }

    @Override
    public void wakeAll() {
      wakeUps.incrementAndGet();
    }

    @Override
    public void sleepWhile(int seen) {
      Thread.yield();
    }
  }

  private static List<CompletableFuture<Waiter.Outcome>> joined(Followers followers, int count) throws InterruptedException {
    List<CompletableFuture<Waiter.Outcome>> outcomes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      CompletableFuture<Waiter.Outcome> outcome = new CompletableFuture<>();
      CompletableFuture<Void> member = new CompletableFuture<>();
      Thread thread = new Thread(() -> {
        Waiter own = followers.newMember();
        followers.join(own);
        member.complete(null);
        outcome.complete(followers.await(own));
      });
      thread.setDaemon(true);
      thread.start();
      // One after another: in the log the queue's lock sees to that.
      member.join();
      outcomes.add(outcome);
    }
    return outcomes;
  }

  private static void assertAllAre(Waiter.Outcome expected, List<CompletableFuture<Waiter.Outcome>> outcomes) throws Exception {
    for (CompletableFuture<Waiter.Outcome> outcome : outcomes) assertThat(outcome.get(20, TimeUnit.SECONDS)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7, 8, 64})
  void everyoneWhoParksIsWokenThroughTheTree(int count) throws Exception {
    Followers followers = new Followers(null, 1);
    List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, count);
    followers.settle(false);
    followers.wake();
    assertAllAre(Waiter.Outcome.DURABLE, outcomes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64})
  void everyoneHearsOfAFailure(int count) throws Exception {
    for (SleepWord word : new SleepWord[] {null, new PolledWord()}) {
      Followers followers = new Followers(word, 1);
      List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, count);
      followers.settle(true);
      followers.wake();
      assertAllAre(Waiter.Outcome.FAILED, outcomes);
    }
  }

  @Test
  void thoseWhoSleepAreWokenTogether() throws Exception {
    PolledWord word = new PolledWord();
    Followers followers = new Followers(word, 1);
    List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, 64);
    followers.settle(false);
    followers.wake();
    assertAllAre(Waiter.Outcome.DURABLE, outcomes);
    assertThat(word.wakeUps).hasValue(1);
  }

  @Test
  void theOneThatMayLeadIsWokenAlone() throws Exception {
    PolledWord word = new PolledWord();
    Followers followers = new Followers(word, 1);
    List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, 5);
    followers.successor().invite();
    assertThat(outcomes.get(0).get(20, TimeUnit.SECONDS)).isEqualTo(Waiter.Outcome.LEAD);
    assertThat(outcomes.subList(1, 5)).noneMatch(CompletableFuture::isDone);
    followers.successorLeads();
    followers.settle(false);
    followers.wake();
    assertAllAre(Waiter.Outcome.DURABLE, outcomes.subList(1, 5));
  }

  /** Whoever may lead and comes too late hears the outcome like everybody else, and passes it on to those that it is to wake. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoComesTooLateToLeadHearsTheOutcome(boolean standsDownFirst) throws Exception {
    Followers followers = new Followers(null, 1);
    CountDownLatch mayLead = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(standsDownFirst ? 0 : 1);
    CountDownLatch hasJoined = new CountDownLatch(1);
    CompletableFuture<Waiter.Outcome> first = new CompletableFuture<>();
    Thread thread = new Thread(() -> {
      Waiter own = followers.newMember();
      followers.join(own);
      hasJoined.countDown();
      while (!first.isDone()) {
        Waiter.Outcome outcome = followers.await(own);
        if (outcome != Waiter.Outcome.LEAD) {
          first.complete(outcome);
          continue;
        }
        mayLead.countDown();
        awaitUninterruptibly(goOn);
        own.standDown();
      }
    });
    thread.setDaemon(true);
    thread.start();
    hasJoined.await();
    List<CompletableFuture<Waiter.Outcome>> others = joined(followers, 6);
    followers.successor().invite();
    mayLead.await();
    followers.settle(true);
    followers.wake();
    goOn.countDown();
    assertAllAre(Waiter.Outcome.FAILED, List.of(first));
    assertAllAre(Waiter.Outcome.FAILED, others);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void anInvitationAfterTheOutcomeChangesNothing() throws Exception {
    Followers followers = new Followers(null, 1);
    List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, 1);
    Waiter waiter = followers.successor();
    followers.settle(false);
    followers.wake();
    waiter.invite();
    waiter.standDown();
    assertAllAre(Waiter.Outcome.DURABLE, outcomes);
    assertThat(waiter.await()).isEqualTo(Waiter.Outcome.DURABLE);
  }

  @Test
  void nobodyIsToLeadWhereNobodyWaits() {
    assertThat(new Followers(null, 1).successor()).isNull();
  }

  @Test
  void anEarlierTurnOfTheWordIsNotOurs() throws Exception {
    PolledWord word = new PolledWord();
    new Followers(word, Integer.MAX_VALUE).settle(false);
    Followers followers = new Followers(word, Integer.MIN_VALUE);
    List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, 2);
    assertThat(outcomes).noneMatch(CompletableFuture::isDone);
    followers.settle(false);
    followers.wake();
    assertAllAre(Waiter.Outcome.DURABLE, outcomes);
  }
}
