package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFencedException;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.Storage.Access;
import dev.syncline.io.StorageTraits;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What every {@link Storage} must do. A storage passes by extending this class with the one factory.
 *
 * <p>What may differ is asked of {@link StorageTraits} and of nothing else. Tests need a directory on a real disk.
 */
public abstract class StorageContract extends StorageNameContract {
  // The gate.

  @Test
  void aFencedStorageRefusesEveryOperation() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeDurably(blocks(1, 34), 0);
    assertThat(storage.gate().shut(TimeUnit.SECONDS.toNanos(5))).isTrue();
    Map<Op, Attempt> operations = operationsOn(file);
    operations.put(Op.CREATE_DIRECTORY, storage::createDirectory);
    operations.put(Op.LIST, storage::list);
    operations.put(Op.CREATE, () -> storage.create("b.wal", 0));
    operations.put(Op.OPEN, () -> storage.open("a.wal", Access.READ));
    operations.put(Op.RENAME, () -> storage.rename("a.wal", "b.wal"));
    operations.put(Op.LINK, () -> storage.link("a.wal", storage));
    operations.put(Op.LINK_COUNT, () -> storage.linkCount("a.wal"));
    operations.put(Op.DELETE, () -> storage.delete("a.wal"));
    operations.put(Op.SYNC_DIRECTORY, storage::syncDirectory);
    for (Map.Entry<Op, Attempt> operation : operations.entrySet())
      assertThatThrownBy(operation.getValue()::run).as("%s", operation.getKey()).isInstanceOf(LogFencedException.class);
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(1, 34)));
    assertThat(directory.toFile().list()).containsExactly("a.wal");
  }

  @Test
  void aFencedFileCanStillBeClosed() throws IOException {
    SegmentFile file = create("a.wal");
    assertThat(storage.gate().shut(0)).isTrue();
    file.close();
  }

  @Test
  void shuttingTheGateWaitsForTheOperationInside() throws Exception {
    FaultyStorage slow = new FaultyStorage(storage);
    FaultyStorage.Stall stall = slow.on(Op.WRITE_DURABLY).stallBefore();
    SegmentFile file = remember(slow.create("a.wal", 0));
    CompletableFuture<Void> write = onThread(() -> file.writeDurably(blocks(1, 35), 0));
    stall.awaitReached(Duration.ofSeconds(60));
    assertThat(slow.gate().shut(TimeUnit.MILLISECONDS.toNanos(20))).isFalse();
    assertThat(slow.gate().inside()).isEqualTo(1);
    stall.release();
    assertThat(slow.gate().shut(TimeUnit.SECONDS.toNanos(10))).isTrue();
    write.get(60, TimeUnit.SECONDS);
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(1, 35)));
  }

  @Test
  void anOperationThatFailsLeavesTheGate() {
    assertThatThrownBy(() -> storage.delete("a.wal")).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.open("a.wal", Access.WRITE)).isInstanceOf(NoSuchFileException.class);
    assertThat(storage.gate().inside()).isZero();
  }

  // Interrupts.

  @Test
  void anInterruptedThreadDoesEveryOperationAndStaysInterrupted() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeDurably(blocks(2, 36), 0);
    Map<Op, Attempt> operations = operationsOn(file);
    operations.remove(Op.CLOSE);
    operations.put(Op.LIST, storage::list);
    operations.put(Op.CREATE, () -> create("b.wal"));
    operations.put(Op.OPEN, () -> open("a.wal", Access.READ));
    operations.put(Op.SYNC_DIRECTORY, storage::syncDirectory);
    operations.put(Op.CREATE_DIRECTORY, () -> storage.in(directory.resolve("deep/down")).createDirectory());
    for (Map.Entry<Op, Attempt> operation : operations.entrySet()) {
      Thread.currentThread().interrupt();
      operation.getValue().run();
      assertThat(Thread.interrupted()).as("the flag after %s", operation.getKey()).isTrue();
    }
  }

  @Test
  void anInterruptAtAnyMomentOfAnOperationIsStillThereAfterIt() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeDurably(blocks(16, 41), 0);
    Thread victim = Thread.currentThread();
    for (int round = 0; round < 400; round++) {
      long delayNanos = round % 100 * 2_000L;
      Thread once = new Thread(() -> {
        LockSupport.parkNanos(delayNanos);
        victim.interrupt();
      });
      once.start();
      while (once.isAlive()) {
        if (round % 2 == 0) file.writeDurably(blocks(16, 41), 0);
        else read(file, 0, 16 * BLOCK_BYTES);
      }
      assertThat(Thread.interrupted()).as("the flag in round %d", round).isTrue();
    }
  }

  @Test
  void durableWritesSurviveAStormOfInterrupts() throws Exception {
    SegmentFile file = create("a.wal");
    file.writeZeros(0, 400L * BLOCK_BYTES);
    file.sync();
    CompletableFuture<Void> even = storm(() -> writeEverySecond(file, 0));
    CompletableFuture<Void> odd = storm(() -> writeEverySecond(file, 1));
    even.get(50, TimeUnit.SECONDS);
    odd.get(50, TimeUnit.SECONDS);
    for (int i = 0; i < 400; i++)
      assertThat(read(file, (long) i * BLOCK_BYTES, BLOCK_BYTES)).as("block %d", i).isEqualTo(bytes(blocks(1, i)));
  }

  private static void writeEverySecond(SegmentFile file, int first) throws IOException {
    for (int i = first; i < 400; i += 2) {
      ByteBuffer source = blocks(1, i);
      file.writeDurably(source, (long) i * BLOCK_BYTES);
      assertThat(source.hasRemaining()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void readsSurviveAStormOfInterrupts(Access access) throws Exception {
    byte[] content = bytes(blocks(16, 37));
    given("a.wal", content);
    SegmentFile file = open("a.wal", access);
    Attempt readAll = () -> {
      for (int i = 0; i < 200; i++) {
        assertThat(read(file, 0, 16 * BLOCK_BYTES)).isEqualTo(content);
        assertThat(file.size()).isEqualTo(content.length);
      }
    };
    List<CompletableFuture<Void>> readers = List.of(storm(readAll), onThread(readAll), storm(readAll));
    for (CompletableFuture<Void> reader : readers) reader.get(50, TimeUnit.SECONDS);
  }

  @Test
  void anInterruptedReaderLeavesAWritersUnsyncedBytesAlone() throws Exception {
    SegmentFile file = create("a.wal");
    CompletableFuture<Void> reader = storm(() -> {
      for (int i = 0; i < 200; i++) read(file, 0, BLOCK_BYTES);
    });
    for (int i = 0; i < 50; i++) {
      file.write(blocks(1, i), (long) i * BLOCK_BYTES);
      file.sync();
    }
    reader.get(50, TimeUnit.SECONDS);
    assertThat(file.size()).isEqualTo(50L * BLOCK_BYTES);
  }

  @Test
  void anInterruptAfterARenameDoesNotLoseTheFile() throws Exception {
    SegmentFile file = create("a.tmp");
    storage.rename("a.tmp", "a.wal");
    create("a.tmp").writeDurably(blocks(1, 38), 0);
    CompletableFuture<Void> writer = storm(() -> {
      for (int i = 0; i < 100; i++) file.writeDurably(blocks(1, 39), 0);
      assertThat(read(file, 0, BLOCK_BYTES)).isEqualTo(bytes(blocks(1, 39)));
    });
    writer.get(50, TimeUnit.SECONDS);
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(1, 39)));
    assertThat(onDisk("a.tmp")).isEqualTo(bytes(blocks(1, 38)));
  }

  @Test
  void anInterruptAfterADeletionDoesNotLoseTheReader() throws Exception {
    byte[] content = bytes(blocks(4, 40));
    given("a.wal", content);
    SegmentFile reader = open("a.wal", Access.READ);
    storage.delete("a.wal");
    given("a.wal", new byte[BLOCK_BYTES]);
    storm(() -> {
      for (int i = 0; i < 100; i++) assertThat(read(reader, 0, 4 * BLOCK_BYTES)).isEqualTo(content);
    }).get(50, TimeUnit.SECONDS);
  }
}
