package dev.syncline.io.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.StorageFullException;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@link NioSegmentFile} does when a channel is closed under it, beyond the contract of every storage. */
@Timeout(900)
class NioSegmentFileTest {
  private static final int BLOCK_BYTES = 4096;

  @TempDir private Path directory;

  private static ByteBuffer block(int fill) {
    ByteBuffer block = AlignedBuffers.allocate(BLOCK_BYTES);
    while (block.hasRemaining()) block.put((byte) fill);
    return block.flip();
  }

  /** Closes the channel that {@code operation} is in at least once, as an interrupt of its thread does. */
  private static void interrupting(Operation operation, int times) throws Exception {
    Thread victim = Thread.currentThread();
    AtomicBoolean ended = new AtomicBoolean();
    Thread storm = new Thread(() -> {
      while (!ended.get()) {
        victim.interrupt();
        LockSupport.parkNanos(5_000);
      }
    });
    storm.start();
    try {
      for (int i = 0; i < times; i++) operation.run(i);
    } finally {
      ended.set(true);
      while (storm.isAlive()) Thread.onSpinWait();
      Thread.interrupted();
    }
  }

  private interface Operation {
    void run(int round) throws IOException;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aDurableWriteFollowsARenameUnderInterrupts(boolean direct) throws Exception {
    NioStorage storage = NioStorage.open(directory, BLOCK_BYTES, direct);
    try (SegmentFile file = storage.create("0.wal", 0)) {
      interrupting(round -> {
        storage.rename(round + ".wal", round + 1 + ".wal");
        Files.write(directory.resolve(round + ".wal"), new byte[1]);
        file.writeDurably(block(round), (long) round * BLOCK_BYTES);
      }, 200);
    }
    byte[] content = Files.readAllBytes(directory.resolve("200.wal"));
    for (int i = 0; i < 200; i++) assertThat(content[i * BLOCK_BYTES + 77]).as("block %d", i).isEqualTo((byte) i);
    for (int i = 0; i < 200; i++) assertThat(directory.resolve(i + ".wal")).hasSize(1);
  }

  @Test
  void aSyncNeverVouchesForBytesOfALostChannel() throws Exception {
    NioStorage storage = NioStorage.open(directory, BLOCK_BYTES, true);
    try (SegmentFile file = storage.create("a.wal", 0)) {
      file.write(block(0), 0);
      file.sync();
      // Every write is followed by one that an interrupt breaks sooner or later: then there are unsynced bytes behind it.
      assertThatThrownBy(() -> interrupting(round -> file.write(block(1), BLOCK_BYTES), 100_000))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("before what was written through it was synced");
      assertThatThrownBy(file::sync).isInstanceOf(IOException.class).hasMessageContaining("synced");
      assertThatThrownBy(() -> file.write(block(2), 0)).isInstanceOf(IOException.class).hasMessageContaining("synced");
      file.writeDurably(block(3), 0);
      ByteBuffer read = AlignedBuffers.allocate(BLOCK_BYTES);
      file.read(read, 0);
      assertThat(read.get(0)).isEqualTo((byte) 3);
    }
  }

  @Test
  void withNothingUnsyncedALostChannelIsReplaced() throws Exception {
    NioStorage storage = NioStorage.open(directory, BLOCK_BYTES, true);
    try (SegmentFile file = storage.create("a.wal", 0)) {
      file.writeDurably(block(1), 0);
      interrupting(round -> file.sync(), 300);
    }
  }

  @Test
  void aDeletedFileCannotBeWrittenAfterAnInterruptAndSaysWhy() throws Exception {
    NioStorage storage = NioStorage.open(directory, BLOCK_BYTES, false);
    try (SegmentFile file = storage.create("a.wal", 0)) {
      file.writeDurably(block(1), 0);
      storage.delete("a.wal");
      assertThatThrownBy(() -> interrupting(round -> file.writeDurably(block(2), 0), 100_000))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("was deleted while it was open");
    }
    assertThat(storage.list()).isEmpty();
  }

  @Test
  void aFileThatSomethingElseReplacedIsNotMistakenForTheOldOne() throws Exception {
    NioStorage storage = NioStorage.open(directory, BLOCK_BYTES, false);
    try (SegmentFile file = storage.create("a.wal", 0)) {
      file.write(block(1), 0);
      Files.move(directory.resolve("a.wal"), directory.resolve("elsewhere"));
      Files.write(directory.resolve("a.wal"), new byte[1]);
      // The durable channel is opened on first use, and thus by name.
      assertThatThrownBy(() -> file.writeDurably(block(2), 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("replaced");
    }
    assertThat(directory.resolve("a.wal")).hasSize(1);
  }

  @Test
  void aFullDiskIsToldFromABrokenOne() throws Exception {
    assumeTrue(Files.exists(Path.of("/dev/full")), "no /dev/full here");
    Files.createSymbolicLink(directory.resolve("a.wal"), Path.of("/dev/full"));
    NioStorage storage = NioStorage.open(directory, BLOCK_BYTES, false);
    try (SegmentFile file = storage.open("a.wal", Access.WRITE)) {
      assertThatThrownBy(() -> file.write(block(1), 8192))
          .isInstanceOf(StorageFullException.class)
          .hasMessageContaining("a.wal")
          .hasMessageContaining("8192")
          .hasMessageContaining("free space");
      assertThatThrownBy(() -> file.writeDurably(block(1), 0)).isInstanceOf(StorageFullException.class);
      assertThatThrownBy(() -> file.writeZeros(0, BLOCK_BYTES)).isInstanceOf(StorageFullException.class);
    }
    Files.delete(directory.resolve("a.wal"));
  }

  @Test
  void blocksSmallerThanTheFileSystemsUnitMeanBufferedTransfers() throws Exception {
    int unitBytes = NioStorage.open(directory, BLOCK_BYTES, true).traits().alignmentBytes();
    assumeTrue(unitBytes > 512, "no direct I/O here, or in units of 512 bytes");
    NioStorage storage = NioStorage.open(directory, 512, true);
    assertThat(storage.traits().directIo()).isFalse();
    assertThat(storage.explanation()).contains("4096").contains("512");
  }

  @Test
  void theExplanationSaysWhatIsDoneAndWhy() throws Exception {
    assertThat(NioStorage.open(directory, BLOCK_BYTES, false).explanation())
        .isEqualTo("buffered I/O, because direct I/O was not asked for");
    assertThat(NioStorage.open(directory, BLOCK_BYTES, true).explanation()).isNotEmpty();
    assertThat(NioStorage.open(directory.resolve("x"), BLOCK_BYTES, true).explanation()).contains("does not exist yet");
  }

  @Test
  void closingAFileClosesEveryDescriptorOfIt() throws Exception {
    Path descriptors = Path.of("/proc/self/fd");
    assumeTrue(Files.isDirectory(descriptors), "descriptors cannot be counted here");
    NioStorage storage = NioStorage.open(directory, BLOCK_BYTES, true);
    try (SegmentFile file = storage.create("a.wal", 0)) {
      file.write(block(1), 0);
      file.writeDurably(block(1), 0);
      file.size();
      SegmentFile reader = storage.open("a.wal", Access.READ);
      storage.delete("a.wal");
      reader.close();
    }
    storage.close();
    try (var open = Files.list(descriptors)) {
      assertThat(open.filter(NioSegmentFileTest.this::isOurs)).isEmpty();
    }
  }

  private boolean isOurs(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(directory.toRealPath());
    } catch (IOException e) {
      return false;
    }
  }
}
