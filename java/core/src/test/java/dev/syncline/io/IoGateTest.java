package dev.syncline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFencedException;
import dev.syncline.SynclineException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(900)
class IoGateTest {
  private final IoGate gate = new IoGate();

  @Test
  void anOpenGateCountsWhoIsInside() throws Exception {
    gate.enter();
    gate.enter();
    assertThat(gate.inside()).isEqualTo(2);
    gate.leave();
    assertThat(gate.inside()).isEqualTo(1);
    assertThat(gate.isShut()).isFalse();
  }

  @Test
  void aShutGateRefusesAndStaysEmpty() {
    assertThat(gate.shut(0)).isTrue();
    assertThatThrownBy(gate::enter).isInstanceOf(LogFencedException.class);
    assertThat(gate.inside()).isZero();
    assertThat(gate.isShut()).isTrue();
  }

  @Test
  void whoeverIsInsideAGateInsideIsInsideAllAroundIt() throws Exception {
    IoGate middle = new IoGate();
    IoGate inner = new IoGate();
    middle.putInside(gate);
    inner.putInside(middle);
    inner.enter();
    assertThat(gate.inside()).isEqualTo(1);
    assertThat(middle.inside()).isEqualTo(1);
    assertThat(gate.shut(0)).as("somebody is inside").isFalse();
    assertThatThrownBy(inner::enter).isInstanceOf(LogFencedException.class);
    assertThatThrownBy(middle::enter).isInstanceOf(LogFencedException.class);
    assertThat(gate.inside() + middle.inside() + inner.inside()).as("a refused entry leaves everything again").isEqualTo(3);
    inner.leave();
    assertThat(gate.shut(0)).isTrue();
    assertThat(gate.inside() + middle.inside() + inner.inside()).isZero();
    assertThat(inner.isShut()).isFalse();
  }

  @Test
  void aGateInsideTwoOthersIsRefusedByEither() throws Exception {
    IoGate other = new IoGate();
    IoGate inner = new IoGate();
    inner.putInside(gate);
    inner.putInside(other);
    assertThat(other.shut(0)).isTrue();
    assertThatThrownBy(inner::enter).isInstanceOf(LogFencedException.class);
    assertThat(gate.inside() + other.inside() + inner.inside()).isZero();
    gate.enter();
    gate.leave();
  }

  @Test
  void shuttingTwiceIsFine() {
    assertThat(gate.shut(0)).isTrue();
    assertThat(gate.shut(0)).isTrue();
  }

  @Test
  void shuttingGivesUpInTimeAndStaysShut() throws Exception {
    gate.enter();
    long startNanos = System.nanoTime();
    assertThat(gate.shut(TimeUnit.MILLISECONDS.toNanos(30))).isFalse();
    assertThat(System.nanoTime() - startNanos).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
    assertThatThrownBy(gate::enter).isInstanceOf(LogFencedException.class);
    gate.leave();
    assertThat(gate.shut(0)).isTrue();
  }

  @Test
  void anInterruptNeitherCutsTheWaitShortNorGetsLost() throws Exception {
    gate.enter();
    Thread.currentThread().interrupt();
    long startNanos = System.nanoTime();
    assertThat(gate.shut(TimeUnit.MILLISECONDS.toNanos(30))).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(System.nanoTime() - startNanos).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(30));
  }

  @Test
  void nobodyIsInsideOnceShutHasSaidSo() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean quiet = new AtomicBoolean();
    AtomicBoolean trespassed = new AtomicBoolean();
    CountDownLatch busy = new CountDownLatch(4);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread = new Thread(() -> {
        busy.countDown();
        while (entered()) {
          inside.incrementAndGet();
          if (quiet.get()) trespassed.set(true);
          inside.decrementAndGet();
          gate.leave();
        }
      });
      threads.add(thread);
      thread.start();
    }
    busy.await();
    assertThat(gate.shut(TimeUnit.SECONDS.toNanos(10))).isTrue();
    assertThat(inside).hasValue(0);
    quiet.set(true);
    for (Thread thread : threads) thread.join();
    assertThat(trespassed).isFalse();
  }

  private boolean entered() {
    try {
      gate.enter();
      return true;
    } catch (SynclineException e) {
      return false;
    }
  }
}
