package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.Storage.Access;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The vocabulary of the storage's contract, around the one method that a storage's author writes. */
@Timeout(900)
public abstract class StorageTestBase {
  /** A length and offset that suits any storage: no alignment asked for is larger. */
  protected static final int BLOCK_BYTES = AlignedBuffers.ALIGNMENT_BYTES;

  @TempDir Path directory;
  Storage storage;
  private final List<SegmentFile> opened = new ArrayList<>();

  /** A storage on {@code directory}, which may or may not exist. */
  protected abstract Storage openStorage(Path directory) throws IOException;

  @BeforeEach
  void openIt() throws IOException {
    storage = openStorage(directory);
  }

  @AfterEach
  void closeAll() throws IOException {
    // A test that leaves the flag set would break the next one.
    Thread.interrupted();
    for (SegmentFile file : opened) file.close();
    storage.close();
  }

  // The vocabulary.

  SegmentFile create(String name) throws IOException {
    return create(name, 0);
  }

  SegmentFile create(String name, long reserveBytes) throws IOException {
    return remember(storage.create(name, reserveBytes));
  }

  SegmentFile open(String name, Access access) throws IOException {
    return remember(storage.open(name, access));
  }

  SegmentFile remember(SegmentFile file) {
    opened.add(file);
    return file;
  }

  /** {@code count} blocks, each byte of which depends on {@code seed} and its place. */
  static ByteBuffer blocks(int count, int seed) {
    ByteBuffer blocks = AlignedBuffers.allocate(count * BLOCK_BYTES);
    while (blocks.hasRemaining()) blocks.put((byte) (seed + blocks.position() * 31 + blocks.position() / BLOCK_BYTES));
    return blocks.flip();
  }

  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  byte[] onDisk(String name) throws IOException {
    return Files.readAllBytes(directory.resolve(name));
  }

  static byte[] read(SegmentFile file, long offsetBytes, int lengthBytes) throws IOException {
    ByteBuffer target = AlignedBuffers.allocate(lengthBytes).limit(lengthBytes);
    int read = file.read(target, offsetBytes);
    assertThat(read).isEqualTo(target.position());
    return bytes(target.flip());
  }

  void given(String name, byte[] content) throws IOException {
    Files.write(directory.resolve(name), content);
  }


  // Threads.

  /** Something that may fail. */
  protected interface Attempt {
    void run() throws IOException;
  }

  static CompletableFuture<Void> onThread(Attempt attempt) {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    Thread thread = new Thread(() -> settle(outcome, attempt), "storage-contract");
    thread.setDaemon(true);
    thread.start();
    return outcome;
  }

  private static void settle(CompletableFuture<Void> outcome, Attempt attempt) {
    try {
      attempt.run();
      outcome.complete(null);
    } catch (Throwable e) {
      outcome.completeExceptionally(e);
    }
  }

  /**
   * Runs {@code attempt} on a thread that is interrupted every few dozen microseconds, and checks that the flag is set at
   * the end.
   */
  static CompletableFuture<Void> storm(Attempt attempt) {
    CompletableFuture<Void> outcome = new CompletableFuture<>();
    AtomicBoolean ended = new AtomicBoolean();
    Thread victim = new Thread(() -> {
      settle(outcome, () -> {
        Thread.currentThread().interrupt();
        attempt.run();
        assertThat(Thread.currentThread().isInterrupted()).as("the interrupt flag").isTrue();
      });
      ended.set(true);
    }, "storm-victim");
    Thread storm = new Thread(() -> {
      while (!ended.get()) {
        victim.interrupt();
        LockSupport.parkNanos(20_000);
      }
    }, "storm");
    victim.setDaemon(true);
    storm.setDaemon(true);
    victim.start();
    storm.start();
    return outcome;
  }

  /** Every operation on a file of at least one block; those that follow one another leave it at one block. */
  static Map<Op, Attempt> operationsOn(SegmentFile file) {
    Map<Op, Attempt> operations = new LinkedHashMap<>();
    operations.put(Op.WRITE, () -> file.write(blocks(1, 0), 0));
    operations.put(Op.WRITE_DURABLY, () -> file.writeDurably(blocks(1, 0), 0));
    operations.put(Op.WRITE_ZEROS, () -> file.writeZeros(0, BLOCK_BYTES));
    operations.put(Op.SYNC, file::sync);
    operations.put(Op.READ, () -> file.read(blocks(1, 0), 0));
    operations.put(Op.RESERVE, () -> file.reserve(BLOCK_BYTES));
    operations.put(Op.TRUNCATE, () -> file.truncate(BLOCK_BYTES));
    operations.put(Op.SIZE, file::size);
    return operations;
  }
}
