package dev.syncline.log.commit;

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
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FollowersTest {
  private static final long FOR_EVER = TimeUnit.DAYS.toNanos(1);

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
    public void sleepWhile(int seen, long timeoutNanos) {
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
        outcome.complete(followers.await(own, FOR_EVER));
        followers.leave(own);
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
    for (CompletableFuture<Waiter.Outcome> outcome : outcomes) assertThat(outcome.get(60, TimeUnit.SECONDS)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 7, 8, 64})
  void everyoneWhoParksIsWokenThroughTheTree(int count) throws Exception {
    Followers followers = new Followers(null);
    List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, count);
    followers.settle(Waiter.Outcome.DURABLE);
    followers.wake();
    assertAllAre(Waiter.Outcome.DURABLE, outcomes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 64})
  void everyoneHearsOfAFailure(int count) throws Exception {
    for (SleepWord word : new SleepWord[] {null, new PolledWord()}) {
      Followers followers = new Followers(word);
      List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, count);
      followers.settle(Waiter.Outcome.FAILED);
      followers.wake();
      assertAllAre(Waiter.Outcome.FAILED, outcomes);
    }
  }

  @Test
  void thoseWhoSleepAreWokenTogether() throws Exception {
    PolledWord word = new PolledWord();
    Followers followers = new Followers(word);
    List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, 64);
    followers.settle(Waiter.Outcome.DURABLE);
    followers.wake();
    assertAllAre(Waiter.Outcome.DURABLE, outcomes);
    assertThat(word.wakeUps).hasValue(1);
  }

  @Test
  void theOneThatMayLeadIsWokenAlone() throws Exception {
    PolledWord word = new PolledWord();
    Followers followers = new Followers(word);
    List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, 5);
    followers.successor().offerLead();
    assertThat(outcomes.get(0).get(60, TimeUnit.SECONDS)).isEqualTo(Waiter.Outcome.LEAD);
    assertThat(outcomes.subList(1, 5)).noneMatch(CompletableFuture::isDone);
    followers.leads(followers.successor());
    followers.settle(Waiter.Outcome.DURABLE);
    followers.wake();
    assertAllAre(Waiter.Outcome.DURABLE, outcomes.subList(1, 5));
  }

  /** Whoever may lead and comes too late hears the outcome like everybody else, and passes it on to those that it is to wake. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoComesTooLateToLeadHearsTheOutcome(boolean standsDownFirst) throws Exception {
    Followers followers = new Followers(null);
    CountDownLatch mayLead = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(standsDownFirst ? 0 : 1);
    CountDownLatch hasJoined = new CountDownLatch(1);
    CompletableFuture<Waiter.Outcome> first = new CompletableFuture<>();
    Thread thread = new Thread(() -> {
      Waiter own = followers.newMember();
      followers.join(own);
      hasJoined.countDown();
      while (!first.isDone()) {
        Waiter.Outcome outcome = followers.await(own, FOR_EVER);
        if (outcome != Waiter.Outcome.LEAD) {
          first.complete(outcome);
          followers.leave(own);
          continue;
        }
        mayLead.countDown();
        awaitUninterruptibly(goOn);
        own.declineLead();
      }
    });
    thread.setDaemon(true);
    thread.start();
    hasJoined.await();
    List<CompletableFuture<Waiter.Outcome>> others = joined(followers, 6);
    followers.successor().offerLead();
    mayLead.await();
    followers.settle(Waiter.Outcome.FAILED);
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
  void anInvitationAfterTheOutcomeChangesNothing() {
    Followers followers = new Followers(null);
    Waiter waiter = followers.newMember();
    followers.join(waiter);
    followers.settle(Waiter.Outcome.DURABLE);
    followers.wake();
    waiter.offerLead();
    waiter.declineLead();
    assertThat(followers.await(waiter, FOR_EVER)).isEqualTo(Waiter.Outcome.DURABLE);
    followers.leave(waiter);
    waiter.offerLead();
    waiter.declineLead();
    assertThat(followers.outcome()).isEqualTo(Waiter.Outcome.DURABLE);
  }

  @Test
  void nobodyIsToLeadWhereNobodyWaits() {
    assertThat(new Followers(null).successor()).isNull();
  }

  /** The word goes on from use to use of a frame, and round: what it was before, or is by chance, says nothing about this one. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1})
  void whateverTheWordIsItDoesNotDecide(int before) throws Exception {
    PolledWord word = new PolledWord();
    word.set(before);
    new Followers(word).settle(Waiter.Outcome.DURABLE);
    Followers followers = new Followers(word);
    List<CompletableFuture<Waiter.Outcome>> outcomes = joined(followers, 3);
    for (int other = -3; other <= 3; other++) word.set(before + other);
    word.wakeAll();
    assertThat(followers.outcome()).isEqualTo(Waiter.Outcome.WAITING);
    assertThat(outcomes).noneMatch(CompletableFuture::isDone);
    followers.settle(Waiter.Outcome.FAILED);
    followers.wake();
    assertAllAre(Waiter.Outcome.FAILED, outcomes);
  }

  @Test
  void theFirstOutcomeIsTheLastWord() {
    Followers followers = new Followers(null);
    followers.settle(Waiter.Outcome.DURABLE);
    followers.settle(Waiter.Outcome.FAILED);
    assertThat(followers.outcome()).isEqualTo(Waiter.Outcome.DURABLE);
  }

  /** Whoever should wake it may have run out of memory: one that parks looks for itself when its time is over. */
  @Test
  void whoIsNotWokenFindsTheOutcomeAllTheSame() {
    Followers followers = new Followers(null);
    Waiter first = followers.newMember();
    followers.join(first);
    Waiter second = followers.newMember();
    followers.join(second);
    assertThat(followers.await(first, 1)).isEqualTo(Waiter.Outcome.WAITING);
    assertThat(followers.await(second, 1)).isEqualTo(Waiter.Outcome.WAITING);
    followers.settle(Waiter.Outcome.DURABLE);
    assertThat(followers.await(first, 1)).isEqualTo(Waiter.Outcome.DURABLE);
    assertThat(followers.await(second, 1)).isEqualTo(Waiter.Outcome.DURABLE);
  }

  /** Some find out by themselves, before they are woken or after, and go: whom they were to wake is woken all the same. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whoeverGoesLeavesNobodyAsleep(boolean beforeBeingWoken) throws Exception {
    int count = 7;
    for (int gone = 0; gone < 1 << count; gone++) {
      Followers followers = new Followers(null);
      List<Waiter> going = new ArrayList<>();
      List<CompletableFuture<Waiter.Outcome>> waiting = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        if ((gone >> i & 1) == 0) {
          waiting.addAll(joined(followers, 1));
        } else {
          going.add(followers.newMember());
          followers.join(going.get(going.size() - 1));
        }
      }
      followers.settle(Waiter.Outcome.DURABLE);
      if (!beforeBeingWoken) followers.wake();
      for (Waiter each : going) {
        assertThat(followers.await(each, 1)).isEqualTo(Waiter.Outcome.DURABLE);
        followers.leave(each);
      }
      if (beforeBeingWoken) followers.wake();
      assertAllAre(Waiter.Outcome.DURABLE, waiting);
    }
  }

  @Test
  void thoseWhoSleepCanBeWokenOnceMore() {
    PolledWord word = new PolledWord();
    Followers followers = new Followers(word);
    followers.wakeSleepersAgain();
    assertThat(word.wakeUps).as("while nothing is settled nobody is woken").hasValue(0);
    followers.settle(Waiter.Outcome.DURABLE);
    followers.wakeSleepersAgain();
    followers.wakeSleepersAgain();
    assertThat(word.wakeUps).hasValue(2);
  }
}
