package dev.syncline.log.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.log.commit.Waiter.Outcome;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.Lincheck;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The parts of a commit that threads meet in, run step by step in every order that a model checker finds. It lets a park with a limit
 * return at once, so everybody here also finds out by himself: what is checked is that nobody relies on another who has gone.
 */
@Tag("laboratory")
@Tag("histories")
@Timeout(900)
class InterleavingsTest {
  private static final int ORDERS = 500;

  /** Each body runs in a thread of its own; what one of them throws is thrown. */
  private static void together(Runnable... bodies) {
    Throwable[] thrown = new Throwable[bodies.length];
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < bodies.length; i++) {
      int number = i;
      threads.add(new Thread(() -> {
        try {
          bodies[number].run();
        } catch (Throwable t) {
          thrown[number] = t;
        }
      }));
    }
    for (Thread thread : threads) thread.start();
    try {
      for (Thread thread : threads) thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    for (Throwable t : thrown) if (t != null) throw new IllegalStateException(t);
  }

  private static void require(boolean condition, String what) {
    if (!condition) throw new IllegalStateException(what);
  }

  @Test
  void whoeverFindsOutByHimselfLeavesNobodyAsleep() {
    Lincheck.runConcurrentTest(ORDERS, () -> {
      Followers followers = new Followers(null);
      List<Waiter> members = joined(followers, 4);
      together(
          () -> {
            followers.settle(Outcome.DURABLE);
            followers.wake();
          },
          () -> leaveIfSettled(followers, members.get(0)),
          () -> leaveIfSettled(followers, members.get(3)));
      // In the order of the tree, so that each has been woken by the one before that was to wake it.
      for (int number : new int[] {0, 3, 2, 1}) {
        Outcome own = members.get(number).await(0);
        require(own == Outcome.DURABLE || own == Outcome.GONE, "a member is told " + own);
        if (own == Outcome.DURABLE) followers.leave(members.get(number));
      }
    });
  }

  private static List<Waiter> joined(Followers followers, int count) {
    List<Waiter> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      members.add(followers.newMember());
      followers.join(members.get(i));
    }
    return members;
  }

  private static void leaveIfSettled(Followers followers, Waiter member) {
    if (followers.outcome() == Outcome.WAITING) return;
    require(followers.await(member, 0) == Outcome.DURABLE, "another outcome");
    followers.leave(member);
  }

  @Test
  void anInvitationToLeadNeverHidesTheOutcome() {
    Lincheck.runConcurrentTest(ORDERS, () -> {
      Followers followers = new Followers(null);
      Waiter member = followers.newMember();
      followers.join(member);
      Waiter successor = followers.successor();
      AtomicInteger told = new AtomicInteger();
      together(
          successor::offerLead,
          () -> {
            followers.settle(Outcome.FAILED);
            followers.wake();
          },
          () -> {
            Outcome outcome = followers.await(member, 0);
            if (outcome == Outcome.LEAD) member.declineLead();
            if (outcome == Outcome.FAILED) told.incrementAndGet();
          });
      if (told.get() == 0) require(followers.await(member, 0) == Outcome.FAILED, "told nothing");
      followers.leave(member);
    });
  }

  @Test
  void oneThreadAtATimeHasTheTokenAndWhoLosesItHasLatchedTheFailure() {
    Lincheck.runConcurrentTest(ORDERS, () -> {
      LogState state = new LogState(Path.of("none"), false);
      CommitToken token = new CommitToken(state);
      PatientLock lock = new PatientLock(StackReserve.MEMORY);
      AtomicInteger holders = new AtomicInteger();
      AtomicInteger lost = new AtomicInteger();
      Runnable finishes = () -> {
        long turn = take(token, lock, holders);
        if (turn == 0) return;
        holders.decrementAndGet();
        lock.lock();
        try {
          token.release(turn);
        } finally {
          lock.unlock();
        }
        // What is said after the release changes nothing, whoever has the token by then.
        token.close(turn, new IOException("after the release"));
      };
      Runnable loses = () -> {
        long turn = take(token, lock, holders);
        if (turn == 0) return;
        lost.incrementAndGet();
        holders.decrementAndGet();
        token.close(turn, new IOException("lost"));
        require(state.failure() != null, "the token is free and nothing was latched");
      };
      together(finishes, loses, finishes);
      require(!token.isOut(), "the token is out for ever");
      require(lost.get() == 0 ? state.failure() == null : "lost".equals(state.failure().getMessage()), "failure: " + state.failure());
    });
  }

  /** Returns the turn, or 0 if another has it. */
  private static long take(CommitToken token, PatientLock lock, AtomicInteger holders) {
    lock.lock();
    try {
      if (token.isOut()) return 0;
      require(holders.incrementAndGet() == 1, "two threads have the token");
      return token.take();
    } finally {
      lock.unlock();
    }
  }

  @Test
  void theDurableEndIsNeverAheadOfWhatIsWrittenAndWhoWaitsForItSeesIt() {
    Lincheck.runConcurrentTest(ORDERS, () -> {
      PatientLock lock = new PatientLock(StackReserve.MEMORY);
      DurableEnd end = new DurableEnd(lock);
      together(
          () -> {
            lock.lock();
            try {
              end.restart(1);
            } finally {
              lock.unlock();
            }
          },
          () -> {
            end.awaitBeyond(0, () -> false, Long.MAX_VALUE);
            require(end.sequence() == 1, "woken before the end has moved");
          },
          () -> {
            long durable = end.sequence();
            require(end.writtenSequence() >= durable, "durable and not written");
          });
      require(end.sequence() == 1, "the end has not moved");
    });
  }

  /** The check is one: a follower that goes as it did once, without a word to those whom it was to wake, is found. */
  @Test
  void theCheckFindsAFollowerThatGoesWithoutAWord() {
    AtomicInteger asleep = new AtomicInteger();
    Lincheck.runConcurrentTest(ORDERS, () -> {
      Followers followers = new Followers(null);
      List<Waiter> members = joined(followers, 2);
      together(
          () -> {
            followers.settle(Outcome.DURABLE);
            followers.wake();
          },
          () -> followers.await(members.get(0), 0));
      if (members.get(1).await(0) == Outcome.WAITING) asleep.incrementAndGet();
    });
    assertThat(asleep).as("orders in which the second was not told").hasPositiveValue();
  }
}
