package dev.syncline.io.jna;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;
import dev.syncline.StorageFullException;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.Storage.Access;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only this storage does; what every storage must do is in the contract kit. */
class NativeStorageTest {
  private static final int BLOCK = 4096;

  // Below the build directory, since the system's temporary directory is often a tmpfs, which is less than a disk.
  @TempDir(factory = BuildDirectory.class)
  Path directory;

  private NativeStorage storage;

  @BeforeEach
  void openStorage() throws IOException {
    NativeAvailable.orSkip();
    storage = NativeStorage.open(directory, BLOCK);
  }

  @AfterEach
  void closeStorage() throws IOException {
    if (storage != null) storage.close();
  }

  @Test
  void probingLeavesNothingBehindAndIsExplained() throws IOException {
    assertThat(storage.list()).isEmpty();
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
    assertThat(storage.explanation()).startsWith("native storage").contains("reserved ahead");
    assertThat(storage.traits().alignmentBytes()).isBetween(1, BLOCK);
    assertThat(storage.traits().survivesInterrupt()).isTrue();
  }

  @Test
  void durableBlocksPastTheCacheComeBackThroughIt() throws IOException {
    assumeTrue(storage.traits().directIo(), storage.explanation());
    try (SegmentFile file = storage.create("a.wal", 16 * BLOCK);
        SegmentFile cached = storage.open("a.wal", Access.READ);
        SegmentFile uncached = storage.open("a.wal", Access.READ_UNCACHED)) {
      file.writeZeros(0, 4 * BLOCK);
      ByteBuffer source = block(7);
      file.writeDurably(source, BLOCK);
      assertThat(source.hasRemaining()).isFalse();
      assertThat(read(cached, BLOCK, BLOCK)).containsOnly(7);
      assertThat(read(cached, 0, BLOCK)).containsOnly(0);
      ByteBuffer back = AlignedBuffers.allocate(2 * BLOCK);
      assertThat(uncached.read(back, BLOCK)).isEqualTo(2 * BLOCK);
      assertThat(back.get(0)).isEqualTo((byte) 7);
      assertThat(back.get(BLOCK)).isEqualTo((byte) 0);
    }
  }

  @Test
  void onlyTheBytesBetweenPositionAndLimitAreMoved() throws IOException {
    try (SegmentFile file = storage.create("a.wal", 0)) {
      ByteBuffer source = AlignedBuffers.allocate(3 * BLOCK);
      for (int i = 0; i < 3 * BLOCK; i++) source.put(i, (byte) (1 + i / BLOCK));
      file.write(source.position(BLOCK).limit(2 * BLOCK), 0);
      assertThat(file.size()).isEqualTo(BLOCK);
      ByteBuffer target = AlignedBuffers.allocate(3 * BLOCK).position(BLOCK);
      assertThat(file.read(target, 0)).isEqualTo(BLOCK);
      assertThat(target.position()).isEqualTo(2 * BLOCK);
      assertThat(target.get(BLOCK - 1)).isZero();
      assertThat(target.get(BLOCK)).isEqualTo((byte) 2);
      assertThat(target.get(2 * BLOCK)).isZero();
    }
  }

  @Test
  void cachedReadsTakeAnyOffsetLengthAndBuffer() throws IOException {
    byte[] bytes = new byte[200_000]; // more than one copy buffer
    for (int i = 0; i < bytes.length; i++) bytes[i] = (byte) (i * 31);
    Files.write(directory.resolve("a.wal"), bytes);
    try (SegmentFile file = storage.open("a.wal", Access.READ)) {
      for (boolean direct : new boolean[] {false, true}) {
        for (int offset : new int[] {0, 1, 511, 4097, 199_999}) {
          ByteBuffer target = direct ? ByteBuffer.allocateDirect(150_001) : ByteBuffer.allocate(150_001);
          int expected = Math.min(150_000, bytes.length - offset);
          assertThat(file.read(target.position(1), offset)).isEqualTo(expected);
          assertThat(target.position()).isEqualTo(1 + expected);
          byte[] got = new byte[expected];
          target.get(1, got);
          assertThat(got).isEqualTo(Arrays.copyOfRange(bytes, offset, offset + expected));
        }
      }
      assertThat(file.read(ByteBuffer.allocate(10), bytes.length)).isZero();
      assertThat(file.read(ByteBuffer.allocate(10), 1L << 40)).isZero();
      ByteBuffer readOnly = ByteBuffer.allocateDirect(8).asReadOnlyBuffer();
      assertThatThrownBy(() -> file.read(readOnly, 0)).isInstanceOf(ReadOnlyBufferException.class);
    }
  }

  @Test
  void anUncachedReadEndsWhereTheFileEnds() throws IOException {
    Files.write(directory.resolve("a.wal"), new byte[BLOCK + 100]);
    try (SegmentFile file = storage.open("a.wal", Access.READ_UNCACHED)) {
      assertThat(file.read(AlignedBuffers.allocate(4 * BLOCK), 0)).isEqualTo(BLOCK + 100);
      assertThat(file.read(AlignedBuffers.allocate(BLOCK), 2 * BLOCK)).isZero();
    }
  }

  @Test
  void misalignedDirectWritesAreRefusedWithOffsetLengthAndAlignment() throws IOException {
    assumeTrue(storage.traits().directIo(), storage.explanation());
    int alignment = storage.traits().alignmentBytes();
    try (SegmentFile file = storage.create("a.wal", 0)) {
      assertThatThrownBy(() -> file.write(block(1), 7))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("4096 bytes at offset 7 is not aligned to " + alignment);
      assertThatThrownBy(() -> file.writeDurably(block(1).limit(100), 0)).hasMessageContaining("100 bytes at offset 0");
      assertThatThrownBy(() -> file.writeDurably(ByteBuffer.allocate(BLOCK), 0)).hasMessageContaining("needs a direct buffer");
      ByteBuffer odd = AlignedBuffers.allocate(2 * BLOCK).position(1).limit(1 + BLOCK);
      assertThatThrownBy(() -> file.write(odd, 0)).hasMessageContaining("multiple of " + alignment);
      assertThatThrownBy(() -> file.writeZeros(0, 100)).isInstanceOf(IllegalArgumentException.class);
      assertThat(file.size()).isZero();
    }
  }

  @Test
  void heapBuffersAreWrittenWhereTheCacheIsUsed() throws IOException {
    Probe buffered = new Probe(1, "a test says so", true, "");
    NativeStorage plain = NativeStorage.open(directory, BLOCK, buffered);
    byte[] bytes = new byte[150_000];
    Arrays.fill(bytes, (byte) 3);
    try (SegmentFile file = plain.create("a.wal", BLOCK)) {
      file.write(ByteBuffer.wrap(bytes), 1);
      file.writeDurably(ByteBuffer.wrap(bytes), 150_001);
      assertThat(read(file, 1, 300_000)).hasSize(300_000).containsOnly(3);
    }
    try (SegmentFile file = plain.open("a.wal", Access.READ_UNCACHED)) {
      assertThat(read(file, 1, 300_000)).hasSize(300_000).containsOnly(3);
    }
    assertThat(plain.explanation()).contains("buffered I/O (a test says so)");
  }

  @Test
  void blocksSmallerThanTheDeviceWantsMeanBufferedIo() throws IOException {
    assumeTrue(storage.traits().directIo(), storage.explanation());
    NativeStorage small = NativeStorage.open(directory, 256);
    assertThat(small.traits().directIo()).isFalse();
    assertThat(small.traits().alignmentBytes()).isEqualTo(1);
    assertThat(small.traits().preallocates()).isEqualTo(storage.traits().preallocates());
    assertThat(small.explanation()).contains("256 bytes");
  }

  @Test
  void aDurableWriteAllocatesNothing() throws IOException {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    ByteBuffer[] sources = {block(1), block(2)}; // a log alternates
    try (SegmentFile file = storage.create("a.wal", 8 * BLOCK)) {
      long allocated = Long.MAX_VALUE;
      // The interpreter and the compiler may allocate in an early round; a hot path that allocates does so in each.
      for (int round = 0; round < 5; round++) {
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 200; i++) file.writeDurably(sources[i & 1].rewind(), (i & 7) * BLOCK);
        allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
      }
      // Asking for the count itself may cost an object; 200 writes that allocated would cost 3200 bytes at least.
      assertThat(allocated).isLessThan(200);
    }
  }

  @Test
  void namesThatAreTakenOrMissingAreSaid() throws IOException {
    storage.create("a.wal", 0).close();
    assertThatThrownBy(() -> storage.create("a.wal", 0)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> storage.open("b.wal", Access.WRITE)).isInstanceOf(NoSuchFileException.class);
    assertThatThrownBy(() -> storage.delete("b.wal")).isInstanceOf(NoSuchFileException.class);
    assertThat(storage.list()).containsExactly("a.wal");
  }

  @Test
  void linksAreCountedAndRefusedWhereTheNameIsTaken() throws IOException {
    Storage copy = storage.in(directory.resolve("x/y"));
    copy.createDirectory();
    copy.createDirectory();
    storage.create("a.wal", 0).close();
    assertThat(storage.linkCount("a.wal")).isEqualTo(1);
    assertThat(storage.link("a.wal", copy)).isTrue();
    assertThat(storage.linkCount("a.wal")).isEqualTo(2);
    assertThatThrownBy(() -> storage.link("a.wal", copy)).isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> storage.link("b.wal", copy)).isInstanceOf(NoSuchFileException.class);
    copy.rename("a.wal", "b.wal");
    copy.syncDirectory();
    assertThat(copy.list()).containsExactly("b.wal");
  }

  @Test
  void anotherFileSystemIsNotLinkedTo() throws IOException {
    Path memory = Path.of("/dev/shm");
    assumeTrue(Files.isDirectory(memory), "there is no /dev/shm");
    Object here = Files.getAttribute(directory, "unix:dev");
    assumeTrue(!here.equals(Files.getAttribute(memory, "unix:dev")), "/dev/shm is not another file system");
    storage.create("a.wal", 0).close();
    assertThat(storage.link("a.wal", NativeStorage.openReadOnly(memory, BLOCK))).isFalse();
  }

  @Test
  void namesThatAnUriWouldEncodeReachTheKernelUnchanged() throws IOException {
    Path odd = directory.resolve("50% of a name;?#");
    Storage there = storage.in(odd);
    there.createDirectory();
    there.create("a.wal", 0).close();
    there.syncDirectory();
    assertThat(Files.exists(odd.resolve("a.wal"))).isTrue();
  }

  @Test
  void readingOnlyWritesNothing() throws IOException {
    Files.write(directory.resolve("a.wal"), new byte[] {1, 2, 3});
    NativeStorage reader = NativeStorage.openReadOnly(directory, BLOCK);
    assertThat(reader.traits().directIo()).isFalse();
    assertThat(((NativeStorage) reader.in(directory.resolve("other"))).explanation()).contains("to read only");
    try (SegmentFile file = reader.open("a.wal", Access.READ_UNCACHED)) {
      assertThat(read(file, 0, 3)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void anInterruptNeitherStopsAWriteNorClosesTheFile() throws IOException {
    try (SegmentFile file = storage.create("a.wal", 0)) {
      Thread.currentThread().interrupt();
      file.writeDurably(block(5), 0);
      file.sync();
      assertThat(Thread.interrupted()).isTrue();
      file.writeDurably(block(6), BLOCK);
      assertThat(file.size()).isEqualTo(2 * BLOCK);
    }
  }

  @Test
  void aFileThatIsClosedDuringWritesNeverWritesIntoAnotherFile() throws Exception {
    byte[] innocent = new byte[BLOCK];
    for (int round = 0; round < 50; round++) {
      SegmentFile victim = storage.create("victim.wal", 0);
      CountDownLatch started = new CountDownLatch(1);
      AtomicBoolean stop = new AtomicBoolean();
      AtomicReference<Throwable> end = new AtomicReference<>();
      Thread writer = new Thread(() -> writeUntilRefused(victim, started, stop, end));
      writer.start();
      started.await();
      victim.close();
      try (SegmentFile other = storage.create("other.wal", 0)) {
        other.write(block(0), 0);
        writer.join(10_000);
        stop.set(true);
        assertThat(end.get()).hasMessageContaining("closed");
        try (SegmentFile reader = storage.open("other.wal", Access.READ)) {
          assertThat(read(reader, 0, BLOCK)).isEqualTo(innocent);
        }
      }
      storage.delete("victim.wal");
      storage.delete("other.wal");
    }
  }

  @Test
  void aFullDeviceIsMetWhenSpaceIsReservedAndLeavesNoFile() throws IOException {
    try (TestMount disk = TestMount.smallOrSkip(directory.resolve("small"), 4);
        NativeStorage small = NativeStorage.open(disk.directory(), BLOCK)) {
      assumeTrue(small.traits().preallocates(), small.explanation());
      assertThatThrownBy(() -> small.create("big.wal", 64L << 20))
          .isInstanceOf(StorageFullException.class)
          .hasMessageContaining("ENOSPC")
          .hasMessageContaining("big.wal");
      assertThat(small.list()).isEmpty();
      try (SegmentFile file = small.create("fits.wal", 1 << 20)) {
        file.writeZeros(0, 1 << 20);
        assertThatThrownBy(() -> file.writeZeros(0, 64L << 20)).isInstanceOf(StorageFullException.class);
        // A disk that is full to the last byte can still be opened.
        NativeStorage.open(disk.directory(), BLOCK).close();
      }
    }
  }

  @Test
  void aFileSystemThatRefusesEverythingIsUsedWithoutAndLeftClean() throws IOException {
    try (TestMount mount = TestMount.primitiveOrSkip(directory.resolve("primitive"));
        NativeStorage plain = NativeStorage.open(mount.directory(), BLOCK)) {
      assertThat(plain.traits().directIo()).isFalse();
      assertThat(plain.traits().preallocates()).isFalse();
      assertThat(plain.explanation()).contains("refuses O_DIRECT: EINVAL", "cannot be reserved");
      assertThat(plain.list()).isEmpty();
      try (SegmentFile file = plain.create("a.wal", 1 << 20)) {
        file.reserve(1 << 20);
        file.writeDurably(block(4), 1);
        file.sync();
        assertThat(read(file, 1, BLOCK)).containsOnly(4);
      }
    }
  }

  private static void writeUntilRefused(
      SegmentFile file, CountDownLatch started, AtomicBoolean stop, AtomicReference<Throwable> end) {
    ByteBuffer source = block(9);
    try {
      while (!stop.get()) {
        file.write(source.rewind(), 0);
        started.countDown();
      }
    } catch (Throwable e) {
      end.set(e);
      started.countDown();
    }
  }

  private static ByteBuffer block(int fill) {
    ByteBuffer block = AlignedBuffers.allocate(BLOCK);
    while (block.hasRemaining()) block.put((byte) fill);
    return block.flip();
  }

  private static byte[] read(SegmentFile file, long offset, int length) throws IOException {
    ByteBuffer target = ByteBuffer.allocate(length);
    int got = file.read(target, offset);
    byte[] bytes = new byte[got];
    target.flip().get(bytes);
    return bytes;
  }
}
