package dev.syncline.io.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A process that can start no more threads goes on, interrupts or not. */
@Timeout(900)
class UninterruptedTest {
  private static final int BLOCK_BYTES = 4096;

  /** What a JVM does that has reached its limit. */
  private static final ThreadFactory NONE = task -> {
    throw new OutOfMemoryError("unable to create native thread");
  };

  private static final Uninterrupted WITHOUT_THREADS = new Uninterrupted(NONE);

  @TempDir private Path directory;

  @AfterEach
  void clearTheFlag() {
    Thread.interrupted();
  }

  @Test
  void aThreadOfItsOwnRunsTheCallAndIsGoneAfterIt() throws IOException {
    Thread[] helper = new Thread[1];
    assertThat(new Uninterrupted().<Integer>once(() -> {
      helper[0] = Thread.currentThread();
      return 5;
    })).isEqualTo(5);
    assertThat(helper[0]).isNotSameAs(Thread.currentThread());
    assertThatThrownBy(() -> new Uninterrupted().once(() -> {
      throw new IOException("broken");
    })).isInstanceOf(IOException.class).hasMessage("broken");
  }

  /** Some look through the threads of the process for those that they think have hung. */
  @Test
  void whoFindsItsThreadByNameCannotInterruptIt() throws IOException {
    boolean interrupted = new Uninterrupted().<Boolean>once(() -> {
      for (Thread each : Thread.getAllStackTraces().keySet()) if (each.getName().equals("syncline-io")) each.interrupt();
      return Thread.currentThread().isInterrupted();
    });
    assertThat(interrupted).isFalse();
  }

  @Test
  void withoutAThreadTheCallRunsHereWithTheFlagClearWhichIsSetAgain() throws IOException {
    Thread.currentThread().interrupt();
    boolean flag = WITHOUT_THREADS.once(() -> {
      assertThat(Thread.currentThread().isInterrupted()).isFalse();
      return true;
    });
    assertThat(flag).isTrue();
    assertThat(Thread.interrupted()).isTrue();
    assertThatThrownBy(() -> WITHOUT_THREADS.repeatable(() -> {
      throw new IOException("broken");
    })).hasMessage("broken");
  }

  @Test
  void withoutAThreadWhatVouchesForItselfIsMadeAgainAfterAnInterrupt() throws IOException {
    AtomicInteger tries = new AtomicInteger();
    int last = WITHOUT_THREADS.repeatable(() -> {
      if (tries.incrementAndGet() < 3) {
        Thread.currentThread().interrupt();
        throw new ClosedByInterruptException();
      }
      return tries.get();
    });
    assertThat(last).isEqualTo(3);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void withoutAThreadASyncThatAnInterruptBrokeIsNotTriedAgain() {
    AtomicInteger tries = new AtomicInteger();
    assertThatThrownBy(() -> WITHOUT_THREADS.once(() -> {
      tries.incrementAndGet();
      Thread.currentThread().interrupt();
      throw new ClosedByInterruptException();
    })).isInstanceOf(IOException.class).isNotInstanceOf(ClosedChannelException.class).hasMessageContainingAll("interrupt", "limit of threads");
    assertThat(tries).hasValue(1);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aChannelThatOthersClosedIsNoInterrupt() {
    ClosedChannelException closed = new ClosedChannelException();
    assertThatThrownBy(() -> WITHOUT_THREADS.repeatable(() -> {
      throw closed;
    })).isSameAs(closed);
  }

  private static ByteBuffer block(int fill) {
    ByteBuffer block = AlignedBuffers.allocate(BLOCK_BYTES);
    while (block.hasRemaining()) block.put((byte) fill);
    return block.flip();
  }

  @Test
  void withoutThreadsAStorageDoesAllThatItDoes() throws IOException {
    Path deep = directory.resolve("x/y");
    try (NioStorage storage = NioStorage.open(deep, BLOCK_BYTES, true, WITHOUT_THREADS)) {
      storage.createDirectory();
      boolean direct = NioStorage.open(directory, BLOCK_BYTES, true).traits().directIo();
      assertThat(storage.traits().directIo()).as("a lack of threads says nothing about the directory").isEqualTo(direct);
      for (int round = 0; round < 2; round++) {
        if (round == 1) Thread.currentThread().interrupt();
        try (SegmentFile file = storage.create(round + ".tmp", 0)) {
          file.write(block(1), 0);
          file.sync();
          file.writeDurably(block(2), BLOCK_BYTES);
          file.sync();
          storage.rename(round + ".tmp", round + ".wal");
          storage.syncDirectory();
          assertThat(file.size()).isEqualTo(2 * BLOCK_BYTES);
        }
        assertThat(Thread.currentThread().isInterrupted()).isEqualTo(round == 1);
      }
      assertThat(storage.list()).containsExactlyInAnyOrder("0.wal", "1.wal");
    }
  }

  /** So many interrupts for each block and no more: with enough of them nothing would ever get through. */
  @Test
  void withoutThreadsDurableWritesAndReadsSurviveAStormOfInterrupts() throws Exception {
    Thread victim = Thread.currentThread();
    AtomicBoolean ended = new AtomicBoolean();
    AtomicInteger left = new AtomicInteger();
    Thread storm = new Thread(() -> {
      while (!ended.get()) {
        if (left.getAndUpdate(now -> Math.max(0, now - 1)) > 0) victim.interrupt();
        LockSupport.parkNanos(20_000);
      }
    });
    try (NioStorage storage = NioStorage.open(directory, BLOCK_BYTES, false, WITHOUT_THREADS);
        SegmentFile file = storage.create("a.wal", 0)) {
      storm.start();
      try {
        for (int i = 0; i < 200; i++) {
          left.set(20);
          file.writeDurably(block(i), (long) i * BLOCK_BYTES);
          ByteBuffer back = AlignedBuffers.allocate(BLOCK_BYTES);
          assertThat(file.read(back, (long) i * BLOCK_BYTES)).isEqualTo(BLOCK_BYTES);
          assertThat(back.get(7)).isEqualTo((byte) i);
        }
      } finally {
        ended.set(true);
        while (storm.isAlive()) Thread.onSpinWait();
        Thread.interrupted();
      }
      try (SegmentFile reader = storage.open("a.wal", Access.READ)) {
        assertThat(reader.size()).isEqualTo(200L * BLOCK_BYTES);
      }
    }
    assertThat(Files.size(directory.resolve("a.wal"))).isEqualTo(200L * BLOCK_BYTES);
  }
}
