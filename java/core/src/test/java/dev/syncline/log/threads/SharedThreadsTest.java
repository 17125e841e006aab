package dev.syncline.log.threads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each member gets its turns, one at a time, whatever others do. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SharedThreadsTest {
  private final SharedThreads threads = new SharedThreads(2);

  private static final class Counting extends Member {
    final AtomicInteger taken = new AtomicInteger();
    final AtomicInteger atOnce = new AtomicInteger();
    volatile boolean overlapped;
    volatile boolean leaves;
    final LongSupplier work;

    Counting(LongSupplier work) {
      this.work = work;
    }

    @Override
    protected long turn() {
      if (atOnce.incrementAndGet() > 1) overlapped = true;
      try {
        if (leaves) return LAST;
        return work.getAsLong();
      } finally {
        taken.incrementAndGet();
        atOnce.decrementAndGet();
      }
    }
  }

  private Counting joined(LongSupplier work) throws Exception {
    Counting member = new Counting(work);
    threads.join();
    return member;
  }

  private void leave(Counting member) {
    member.leaves = true;
    threads.leave(member);
  }

  private static void await(java.util.function.BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) Thread.sleep(1);
  }

  @Test
  void aCallIsNeverLostAndTurnsOfAMemberDoNotOverlap() throws Exception {
    List<Counting> members = new ArrayList<>();
    List<AtomicInteger> seen = new ArrayList<>();
    AtomicInteger wanted = new AtomicInteger();
    for (int i = 0; i < 50; i++) {
      AtomicInteger mine = new AtomicInteger();
      seen.add(mine);
      members.add(joined(() -> {
        mine.set(wanted.get());
        return Long.MAX_VALUE;
      }));
    }
    for (int round = 1; round <= 500; round++) {
      wanted.set(round);
      for (Counting member : members) threads.call(member);
      int now = round;
      while (!seen.stream().allMatch(each -> each.get() >= now)) Thread.onSpinWait();
    }
    assertThat(members).noneMatch(member -> member.overlapped);
    members.forEach(this::leave);
    assertThat(threads.close()).isTrue();
  }

  @Test
  void aMemberComesAgainWhenItsTimeComesAndNotIfItIsCalledBefore() throws Exception {
    List<Counting> members = new ArrayList<>();
    for (int i = 1; i <= 40; i++) {
      long nanos = TimeUnit.MILLISECONDS.toNanos(i % 7 + 1);
      members.add(joined(() -> nanos));
    }
    members.forEach(threads::call);
    for (Counting member : members) await(() -> member.taken.get() > 20);
    for (Counting member : members) threads.call(member);
    for (Counting member : members) await(() -> member.taken.get() > 40);
    assertThat(members).noneMatch(member -> member.overlapped);
    members.forEach(this::leave);
    assertThat(threads.close()).isTrue();
  }

  @Test
  void turnsThatHangDoNotHoldUpOthers() throws Exception {
    CountDownLatch disk = new CountDownLatch(1);
    List<Counting> hanging = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      hanging.add(joined(() -> {
        awaitQuietly(disk);
        return Long.MAX_VALUE;
      }));
    }
    hanging.forEach(threads::call);
    Counting other = joined(() -> Long.MAX_VALUE);
    threads.call(other);
    await(() -> other.taken.get() == 1);
    disk.countDown();
    for (Counting each : hanging) await(() -> each.taken.get() == 1);
    hanging.forEach(this::leave);
    leave(other);
    assertThat(threads.close()).isTrue();
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("engine threads are not interrupted", e);
    }
  }

  @Test
  void aTurnThatThrowsIsTakenAgain() throws Exception {
    AtomicInteger thrown = new AtomicInteger();
    Counting member = joined(() -> {
      if (thrown.incrementAndGet() < 5) throw new OutOfMemoryError("test");
      return Long.MAX_VALUE;
    });
    threads.call(member);
    await(() -> thrown.get() == 5);
    leave(member);
    assertThat(threads.close()).isTrue();
  }

  @Test
  void oneIsNotClosedWhileItHasMembersAndTakesNoneAfterwards() throws Exception {
    Counting member = joined(() -> Long.MAX_VALUE);
    assertThat(threads.close()).isFalse();
    threads.call(member);
    await(() -> member.taken.get() == 1);
    leave(member);
    assertThat(threads.close()).isTrue();
    assertThat(threads.close()).isTrue();
    assertThatThrownBy(threads::join).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    await(() -> !threads.isAlive());
  }
}
