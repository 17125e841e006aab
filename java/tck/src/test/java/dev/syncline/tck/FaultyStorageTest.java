package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.StorageFullException;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.nio.NioStorage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The kit's disks fail exactly where they are told to, and what they say of the calls is true. */
@Timeout(900)
class FaultyStorageTest {
  private static final int BLOCK_BYTES = 4096;

  @TempDir private Path directory;
  private FaultyStorage faulty;
  private RecordingStorage recording;

  @BeforeEach
  void openBoth() throws IOException {
    faulty = new FaultyStorage(NioStorage.open(directory, BLOCK_BYTES, true));
    recording = new RecordingStorage(faulty);
  }

  private static ByteBuffer ones(int count) {
    ByteBuffer blocks = AlignedBuffers.allocate(count * BLOCK_BYTES);
    while (blocks.hasRemaining()) blocks.put((byte) 1);
    return blocks.flip();
  }

  @Test
  void theNthOperationFailsAndNoOther() throws IOException {
    faulty.on(Op.SYNC).nth(2).fail(() -> new IOException("EIO"));
    try (SegmentFile file = recording.create("a.wal", 0)) {
      file.sync();
      assertThatThrownBy(file::sync).isInstanceOf(IOException.class).hasMessage("syncing %s failed: EIO", directory.resolve("a.wal"));
      file.sync();
    }
    assertThat(recording.count(Op.SYNC)).isEqualTo(3);
  }

  @Test
  void aFaultMayGoOnUntilTheDiskIsHealed() throws IOException {
    faulty.on(Op.CREATE).forever().fail(() -> new StorageFullException("full"));
    for (int i = 0; i < 3; i++)
      assertThatThrownBy(() -> recording.create("a.wal", 0)).isInstanceOf(StorageFullException.class);
    faulty.heal();
    recording.create("a.wal", 0).close();
  }

  @Test
  void onlyNamedFilesAreHit() throws IOException {
    faulty.on(Op.DELETE).named(name -> name.endsWith(".wal")).fail(() -> new IOException("EIO"));
    recording.create("a.tmp", 0).close();
    recording.delete("a.tmp");
    recording.create("a.wal", 0).close();
    assertThatThrownBy(() -> recording.delete("a.wal")).hasMessage("deleting %s failed: EIO", directory.resolve("a.wal"));
    assertThat(recording.list()).containsExactly("a.wal");
  }

  @Test
  void aTornWriteLeavesItsFirstBytes() throws IOException {
    faulty.on(Op.WRITE_DURABLY).failAfterBytes(BLOCK_BYTES, () -> new IOException("torn"));
    try (SegmentFile file = recording.create("a.wal", 0)) {
      assertThatThrownBy(() -> file.writeDurably(ones(3), 0)).hasMessageEndingWith("torn");
    }
    assertThat(Files.size(directory.resolve("a.wal"))).isEqualTo(BLOCK_BYTES);
  }

  @Test
  void anOperationMayBeDoneAndFailAllTheSame() throws IOException {
    faulty.on(Op.RENAME).failAfterwards(() -> new IOException("EIO"));
    recording.create("a.tmp", 0).close();
    assertThatThrownBy(() -> recording.rename("a.tmp", "a.wal")).hasMessage("renaming %s failed: EIO", directory.resolve("a.tmp"));
    assertThat(recording.list()).containsExactly("a.wal");
  }

  /** What the kernel says of a file that is open does not name it, and what an author of a storage throws may not either. */
  @Test
  void whateverFailsSaysOfWhichFileOnce() throws IOException {
    SegmentFile file = recording.create("a.wal", 0);
    Map<Op, ThrowingCallable> calls = new EnumMap<>(Op.class);
    calls.put(Op.CREATE, () -> recording.create("b.wal", 0));
    calls.put(Op.OPEN, () -> recording.open("a.wal", Storage.Access.READ));
    calls.put(Op.RENAME, () -> recording.rename("a.wal", "b.wal"));
    calls.put(Op.LINK, () -> recording.link("a.wal", recording));
    calls.put(Op.LINK_COUNT, () -> recording.linkCount("a.wal"));
    calls.put(Op.DELETE, () -> recording.delete("a.wal"));
    calls.put(Op.LIST, recording::list);
    calls.put(Op.CREATE_DIRECTORY, recording::createDirectory);
    calls.put(Op.SYNC_DIRECTORY, recording::syncDirectory);
    calls.put(Op.WRITE, () -> file.write(ones(1), 0));
    calls.put(Op.WRITE_DURABLY, () -> file.writeDurably(ones(1), 0));
    calls.put(Op.WRITE_ZEROS, () -> file.writeZeros(0, BLOCK_BYTES));
    calls.put(Op.SYNC, file::sync);
    calls.put(Op.READ, () -> file.read(ones(1), 0));
    calls.put(Op.TRUNCATE, () -> file.truncate(0));
    calls.put(Op.RESERVE, () -> file.reserve(BLOCK_BYTES));
    calls.put(Op.SIZE, file::size);
    for (Op op : calls.keySet()) {
      faulty.on(op).fail(() -> new IOException("Input/output error"));
      assertThatThrownBy(calls.get(op)).as("%s", op).isExactlyInstanceOf(IOException.class)
          .hasMessageMatching("[a-z ]+ " + directory + "(/[ab]\\.wal)? failed: Input/output error")
          .hasRootCauseMessage("Input/output error");
    }
    file.close();
  }

  @Test
  void errorsAreThrownAsTheyAre() throws IOException {
    faulty.on(Op.LIST).fail(() -> new OutOfMemoryError("none left"));
    assertThatThrownBy(recording::list).isInstanceOf(OutOfMemoryError.class);
    assertThat(recording.gate().inside()).isZero();
    assertThat(faulty.gate().inside()).isZero();
  }

  @Test
  void aStallHoldsItsCallerThroughInterrupts() throws Exception {
    FaultyStorage.Stall stall = faulty.on(Op.SYNC_DIRECTORY).stallAfter();
    Thread caller = new Thread(() -> {
      try {
        recording.syncDirectory();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
    caller.start();
    stall.awaitReached(Duration.ofSeconds(60));
    caller.interrupt();
    caller.join(50);
    assertThat(caller.isAlive()).isTrue();
    stall.release();
    caller.join();
    assertThat(recording.operationsOf(caller)).hasSize(1);
    assertThat(recording.operationsOf(Thread.currentThread())).isEmpty();
  }

  @Test
  void whatWasDoneIsRecordedWithFileOffsetAndLength() throws IOException {
    try (SegmentFile file = recording.create("a.wal", 3 * BLOCK_BYTES)) {
      recording.reset();
      file.writeDurably(ones(2), BLOCK_BYTES);
      file.writeZeros(0, BLOCK_BYTES);
    }
    Thread here = Thread.currentThread();
    assertThat(recording.operations())
        .containsExactly(
            new Operation(Op.WRITE_DURABLY, "a.wal", BLOCK_BYTES, 2 * BLOCK_BYTES, here),
            new Operation(Op.WRITE_ZEROS, "a.wal", 0, BLOCK_BYTES, here),
            new Operation(Op.CLOSE, "a.wal", 0, 0, here));
  }
}
