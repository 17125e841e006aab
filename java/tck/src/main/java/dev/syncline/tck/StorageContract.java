package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.LogFencedException;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.Storage.Access;
import dev.syncline.io.StorageTraits;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every {@link Storage} must do. A storage passes by extending this class with the one factory.
 *
 * <p>What may differ is asked of {@link StorageTraits} and of nothing else. Tests need a directory on a real disk.
 */
@Timeout(900)
public abstract class StorageContract {
  /** A length and offset that suits any storage: no alignment asked for is larger. */
  protected static final int BLOCK_BYTES = AlignedBuffers.ALIGNMENT_BYTES;

  @TempDir private Path directory;
  private Storage storage;
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

  private SegmentFile create(String name) throws IOException {
    return create(name, 0);
  }

  private SegmentFile create(String name, long reserveBytes) throws IOException {
    return remember(storage.create(name, reserveBytes));
  }

  private SegmentFile open(String name, Access access) throws IOException {
    return remember(storage.open(name, access));
  }

  private SegmentFile remember(SegmentFile file) {
    opened.add(file);
    return file;
  }

  /** {@code count} blocks, each byte of which depends on {@code seed} and its place. */
  private static ByteBuffer blocks(int count, int seed) {
    ByteBuffer blocks = AlignedBuffers.allocate(count * BLOCK_BYTES);
    while (blocks.hasRemaining()) blocks.put((byte) (seed + blocks.position() * 31 + blocks.position() / BLOCK_BYTES));
    return blocks.flip();
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  private byte[] onDisk(String name) throws IOException {
    return Files.readAllBytes(directory.resolve(name));
  }

  private static byte[] read(SegmentFile file, long offsetBytes, int lengthBytes) throws IOException {
    ByteBuffer target = AlignedBuffers.allocate(lengthBytes).limit(lengthBytes);
    int read = file.read(target, offsetBytes);
    assertThat(read).isEqualTo(target.position());
    return bytes(target.flip());
  }

  private void given(String name, byte[] content) throws IOException {
    Files.write(directory.resolve(name), content);
  }

  // Writing and reading.

  @Test
  void aWriteMovesEveryByteOfItsBuffer() throws IOException {
    ByteBuffer source = blocks(300, 1);
    create("a.wal").write(source, 0);
    assertThat(source.hasRemaining()).isFalse();
    assertThat(onDisk("a.wal")).isEqualTo(bytes(source.rewind()));
  }

  @Test
  void aDurableWriteMovesEveryByteOfItsBuffer() throws IOException {
    ByteBuffer source = blocks(300, 2);
    create("a.wal").writeDurably(source, 0);
    assertThat(source.hasRemaining()).isFalse();
    assertThat(onDisk("a.wal")).isEqualTo(bytes(source.rewind()));
  }

  @Test
  void aWriteTakesOnlyWhatLiesBetweenPositionAndLimit() throws IOException {
    ByteBuffer source = blocks(4, 3).position(BLOCK_BYTES).limit(3 * BLOCK_BYTES);
    byte[] expected = bytes(source);
    create("a.wal").writeDurably(source, 0);
    assertThat(onDisk("a.wal")).isEqualTo(expected);
  }

  @Test
  void writesLandAtTheirOffsetsAndLeaveTheRestAlone() throws IOException {
    SegmentFile file = create("a.wal");
    file.write(blocks(4, 4), 0);
    file.writeDurably(blocks(1, 5), 2 * BLOCK_BYTES);
    file.write(blocks(1, 6), BLOCK_BYTES);
    assertThat(read(file, 0, BLOCK_BYTES)).isEqualTo(bytes(blocks(1, 4)));
    assertThat(read(file, BLOCK_BYTES, BLOCK_BYTES)).isEqualTo(bytes(blocks(1, 6)));
    assertThat(read(file, 2 * BLOCK_BYTES, BLOCK_BYTES)).isEqualTo(bytes(blocks(1, 5)));
    assertThat(read(file, 3 * BLOCK_BYTES, BLOCK_BYTES))
        .isEqualTo(bytes(blocks(4, 4).position(3 * BLOCK_BYTES)));
  }

  @Test
  void bytesBetweenWritesAreZero() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeDurably(blocks(1, 7), 5 * BLOCK_BYTES);
    assertThat(read(file, 0, 5 * BLOCK_BYTES)).isEqualTo(new byte[5 * BLOCK_BYTES]);
  }

  @Test
  void writingZerosReplacesWhatWasThere() throws IOException {
    SegmentFile file = create("a.wal");
    file.write(blocks(3, 8), 0);
    file.writeZeros(BLOCK_BYTES, BLOCK_BYTES);
    assertThat(read(file, BLOCK_BYTES, BLOCK_BYTES)).isEqualTo(new byte[BLOCK_BYTES]);
    assertThat(read(file, 0, BLOCK_BYTES)).isEqualTo(bytes(blocks(1, 8)));
    assertThat(file.size()).isEqualTo(3L * BLOCK_BYTES);
  }

  @Test
  void writingZerosExtendsTheFileByManyBlocks() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeZeros(0, 300L * BLOCK_BYTES);
    file.sync();
    assertThat(file.size()).isEqualTo(300L * BLOCK_BYTES);
    assertThat(onDisk("a.wal")).isEqualTo(new byte[300 * BLOCK_BYTES]);
  }

  @Test
  void writingNoZerosChangesNothing() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeZeros(0, 0);
    assertThat(file.size()).isZero();
  }

  @Test
  void aReadIsShortAtTheEndOfTheFileAndEmptyPastIt() throws IOException {
    given("a.wal", bytes(blocks(3, 9)));
    SegmentFile file = open("a.wal", Access.READ);
    assertThat(read(file, 2 * BLOCK_BYTES, 4 * BLOCK_BYTES)).hasSize(BLOCK_BYTES);
    assertThat(read(file, 3 * BLOCK_BYTES, BLOCK_BYTES)).isEmpty();
    assertThat(read(file, 100 * BLOCK_BYTES, BLOCK_BYTES)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatEndsInsideABlockIsReadToItsLastByte(Access access) throws IOException {
    byte[] content = bytes(blocks(3, 10).limit(2 * BLOCK_BYTES + 123));
    given("a.wal", content);
    assertThat(read(open("a.wal", access), 0, 4 * BLOCK_BYTES)).isEqualTo(content);
  }

  @ParameterizedTest
  @EnumSource
  void everyAccessReadsWhatWasWritten(Access access) throws IOException {
    create("a.wal").writeDurably(blocks(8, 11), 0);
    SegmentFile file = open("a.wal", access);
    assertThat(read(file, 3 * BLOCK_BYTES, 2 * BLOCK_BYTES))
        .isEqualTo(bytes(blocks(8, 11).position(3 * BLOCK_BYTES).limit(5 * BLOCK_BYTES)));
  }

  @Test
  void readAccessTakesAnyOffsetAndAnyBuffer() throws IOException {
    byte[] content = bytes(blocks(4, 12));
    given("a.wal", content);
    SegmentFile file = open("a.wal", Access.READ);
    for (int offset : new int[] {0, 1, 511, 4095, 4097, 9999}) {
      for (ByteBuffer target : List.of(ByteBuffer.allocate(700), ByteBuffer.allocateDirect(701).position(3).slice())) {
        int length = target.remaining();
        assertThat(file.read(target, offset)).isEqualTo(length);
        assertThat(bytes(target.flip())).isEqualTo(bytes(ByteBuffer.wrap(content, offset, length)));
      }
    }
  }

  @Test
  void readersSeeWhatIsWrittenAfterTheyOpened() throws IOException {
    SegmentFile writer = create("a.wal");
    writer.write(blocks(1, 13), 0);
    SegmentFile reader = open("a.wal", Access.READ);
    assertThat(read(reader, 0, BLOCK_BYTES)).isEqualTo(bytes(blocks(1, 13)));
    writer.write(blocks(1, 14), 0);
    writer.writeDurably(blocks(1, 15), BLOCK_BYTES);
    assertThat(read(reader, 0, BLOCK_BYTES)).isEqualTo(bytes(blocks(1, 14)));
    assertThat(read(reader, BLOCK_BYTES, BLOCK_BYTES)).isEqualTo(bytes(blocks(1, 15)));
  }

  @Test
  void manyThreadsWriteDisjointRangesAtOnce() throws Exception {
    SegmentFile file = create("a.wal");
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int writer = 0; writer < 8; writer++) {
      int first = writer * 20;
      writers.add(onThread(() -> {
        for (int i = first; i < first + 20; i++)
          if (i % 2 == 0) file.writeDurably(blocks(1, i), (long) i * BLOCK_BYTES);
          else file.write(blocks(1, i), (long) i * BLOCK_BYTES);
      }));
    }
    for (CompletableFuture<Void> writer : writers) writer.get(60, TimeUnit.SECONDS);
    for (int i = 0; i < 160; i++) assertThat(read(file, (long) i * BLOCK_BYTES, BLOCK_BYTES)).isEqualTo(bytes(blocks(1, i)));
  }

  /** The traits say which of the two a storage does. */
  @Test
  void aMisalignedWriteIsTakenWholeOrRefusedWithTheUnitThatItNeeds() throws IOException {
    int unitBytes = storage.traits().alignmentBytes();
    if (unitBytes == 1) anyWriteIsTaken();
    else misalignedWritesAreRefused(unitBytes);
  }

  private void misalignedWritesAreRefused(int unitBytes) throws IOException {
    SegmentFile file = create("a.wal");
    List<Attempt> misaligned = List.of(
        () -> file.write(blocks(1, 0), 1),
        () -> file.write(blocks(1, 0).limit(100), 0),
        () -> file.write(blocks(2, 0).position(8).limit(8 + BLOCK_BYTES), 0),
        () -> file.write(ByteBuffer.allocate(BLOCK_BYTES), 0),
        () -> file.writeDurably(blocks(1, 0), 100),
        () -> file.writeDurably(blocks(1, 0).limit(unitBytes - 1), 0),
        () -> file.writeZeros(10, BLOCK_BYTES),
        () -> file.writeZeros(0, 10));
    for (Attempt attempt : misaligned)
      assertThatThrownBy(attempt::run).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("" + unitBytes);
    assertThat(file.size()).isZero();
  }

  private void anyWriteIsTaken() throws IOException {
    SegmentFile file = create("a.wal");
    file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 5);
    file.writeDurably(ByteBuffer.wrap(new byte[] {4}), 8);
    assertThat(onDisk("a.wal")).containsExactly(0, 0, 0, 0, 0, 1, 2, 3, 4);
  }

  @Test
  void negativeOffsetsAndLengthsAreRefused() throws IOException {
    SegmentFile file = create("a.wal");
    List<Attempt> negative = List.of(
        () -> file.write(blocks(1, 0), -BLOCK_BYTES),
        () -> file.writeDurably(blocks(1, 0), -BLOCK_BYTES),
        () -> file.writeZeros(-BLOCK_BYTES, 0),
        () -> file.writeZeros(0, -BLOCK_BYTES),
        () -> file.read(blocks(1, 0), -BLOCK_BYTES),
        () -> file.truncate(-1),
        () -> file.reserve(-1),
        () -> storage.create("b.wal", -1));
    for (Attempt attempt : negative) assertThatThrownBy(attempt::run).isInstanceOf(IllegalArgumentException.class);
    assertThat(storage.list()).containsExactly("a.wal");
  }

  @ParameterizedTest
  @EnumSource(names = {"READ", "READ_UNCACHED"})
  void aFileOpenedToReadIsNeverChanged(Access access) throws IOException {
    byte[] content = bytes(blocks(2, 16));
    given("a.wal", content);
    SegmentFile file = open("a.wal", access);
    assertThatThrownBy(() -> file.write(blocks(1, 0), 0)).isInstanceOf(Exception.class);
    assertThatThrownBy(() -> file.writeDurably(blocks(1, 0), 0)).isInstanceOf(Exception.class);
    assertThatThrownBy(() -> file.writeZeros(0, BLOCK_BYTES)).isInstanceOf(Exception.class);
    assertThatThrownBy(() -> file.truncate(0)).isInstanceOf(Exception.class);
    assertThat(onDisk("a.wal")).isEqualTo(content);
  }

  // Sizes.

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 4096, 5000, 8192})
  void truncatingCutsToTheByte(long sizeBytes) throws IOException {
    SegmentFile file = create("a.wal");
    file.writeDurably(blocks(2, 17), 0);
    file.truncate(sizeBytes);
    file.sync();
    assertThat(file.size()).isEqualTo(sizeBytes);
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(2, 17).limit((int) sizeBytes)));
  }

  @ParameterizedTest
  @ValueSource(ints = {101, 4095, 4096, 4097, 100_000})
  void truncatingToMoreExtendsWithZeros(int sizeBytes) throws IOException {
    given("a.wal", bytes(blocks(1, 18).limit(100)));
    SegmentFile file = open("a.wal", Access.WRITE);
    file.truncate(sizeBytes);
    byte[] expected = new byte[sizeBytes];
    blocks(1, 18).get(expected, 0, 100);
    assertThat(file.size()).isEqualTo(sizeBytes);
    assertThat(onDisk("a.wal")).isEqualTo(expected);
  }

  @Test
  void whatWasCutOffReadsAsZerosWhenTheFileGrowsAgain() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeDurably(blocks(2, 19), 0);
    file.truncate(0);
    file.writeDurably(blocks(1, 20), 2 * BLOCK_BYTES);
    assertThat(read(file, 0, 2 * BLOCK_BYTES)).isEqualTo(new byte[2 * BLOCK_BYTES]);
  }

  @Test
  void aReservedFileIsNoLargerThanAskedForAndReadsAsZeros() throws IOException {
    SegmentFile file = create("a.wal", 64L * BLOCK_BYTES);
    assertThat(file.size()).isBetween(0L, 64L * BLOCK_BYTES);
    file.writeDurably(blocks(1, 21), 63L * BLOCK_BYTES);
    assertThat(read(file, 0, 63 * BLOCK_BYTES)).isEqualTo(new byte[63 * BLOCK_BYTES]);
    assertThat(file.size()).isEqualTo(64L * BLOCK_BYTES);
  }

  @Test
  void reservingKeepsTheBytesThatAreThere() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeDurably(blocks(2, 22), 0);
    file.reserve(100L * BLOCK_BYTES);
    assertThat(read(file, 0, 2 * BLOCK_BYTES)).isEqualTo(bytes(blocks(2, 22)));
  }

  @Test
  void blocksAreReservedExactlyWhereTheTraitsSaySo() throws IOException {
    assumeTrue(Files.getFileStore(directory).supportsFileAttributeView("unix"), "allocated blocks cannot be seen here");
    long freeBytes = Files.getFileStore(directory).getUsableSpace();
    long reserveBytes = 256L << 20;
    assumeTrue(freeBytes > 4 * reserveBytes, "the disk is too full to tell");
    create("a.wal", reserveBytes);
    boolean took = freeBytes - Files.getFileStore(directory).getUsableSpace() > reserveBytes / 2;
    assertThat(took).isEqualTo(storage.traits().preallocates());
  }

  // Names.

  @Test
  void creatingATakenNameFailsAndChangesNothing() throws IOException {
    create("a.wal").writeDurably(blocks(1, 23), 0);
    assertThatThrownBy(() -> create("a.wal")).isInstanceOf(FileAlreadyExistsException.class);
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(1, 23)));
  }

  @ParameterizedTest
  @EnumSource
  void openingAMissingFileFailsAndCreatesNothing(Access access) throws IOException {
    assertThatThrownBy(() -> open("a.wal", access)).isInstanceOf(NoSuchFileException.class);
    assertThat(storage.list()).isEmpty();
  }

  @Test
  void theListHoldsPlainFilesOnly() throws IOException {
    create("a.wal");
    given("b.tmp", new byte[3]);
    Files.createDirectory(directory.resolve("quarantine"));
    assertThat(storage.list()).containsExactlyInAnyOrder("a.wal", "b.tmp");
  }

  @Test
  void aRenamedFileIsFoundUnderItsNewNameOnly() throws IOException {
    create("a.tmp").writeDurably(blocks(1, 24), 0);
    storage.rename("a.tmp", "a.wal");
    assertThat(storage.list()).containsExactly("a.wal");
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(1, 24)));
  }

  @Test
  void renamingReplacesAFileOfThatName() throws IOException {
    create("a.tmp").writeDurably(blocks(1, 25), 0);
    create("a.wal").writeDurably(blocks(2, 26), 0);
    storage.rename("a.tmp", "a.wal");
    assertThat(storage.list()).containsExactly("a.wal");
    assertThat(onDisk("a.wal")).isEqualTo(bytes(blocks(1, 25)));
  }

  @Test
  void anOpenFileGoesOnThroughARename() throws IOException {
    SegmentFile file = create("a.tmp");
    file.write(blocks(1, 27), 0);
    storage.rename("a.tmp", "a.wal");
    file.writeDurably(blocks(1, 28), BLOCK_BYTES);
    file.sync();
    assertThat(onDisk("a.wal")).hasSize(2 * BLOCK_BYTES);
    assertThat(file.size()).isEqualTo(2L * BLOCK_BYTES);
  }

  @Test
  void renamingAMissingFileFails() {
    assertThatThrownBy(() -> storage.rename("a.tmp", "a.wal")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void aDeletedFileIsGoneAndItsNameFree() throws IOException {
    create("a.wal").writeDurably(blocks(1, 29), 0);
    storage.delete("a.wal");
    assertThat(storage.list()).isEmpty();
    assertThat(create("a.wal").size()).isZero();
  }

  @Test
  void deletingAMissingFileFails() {
    assertThatThrownBy(() -> storage.delete("a.wal")).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void anOpenFileStaysReadableAfterItWasDeleted() throws IOException {
    create("a.wal").writeDurably(blocks(2, 30), 0);
    SegmentFile reader = open("a.wal", Access.READ);
    storage.delete("a.wal");
    assertThat(read(reader, 0, 2 * BLOCK_BYTES)).isEqualTo(bytes(blocks(2, 30)));
  }

  @Test
  void aLinkIsTheSameFileInAnotherDirectory() throws IOException {
    try (Storage other = storage.in(directory.resolve("copy"))) {
      other.createDirectory();
      SegmentFile file = create("a.wal");
      file.writeDurably(blocks(1, 31), 0);
      assumeTrue(storage.link("a.wal", other), "no hard links here");
      assertThat(onDisk("copy/a.wal")).isEqualTo(bytes(blocks(1, 31)));
      file.writeDurably(blocks(1, 32), 0);
      assertThat(onDisk("copy/a.wal")).isEqualTo(bytes(blocks(1, 32)));
    }
  }

  @Test
  void theLinkCountFollowsLinksAndDeletions() throws IOException {
    try (Storage other = storage.in(directory.resolve("copy"))) {
      other.createDirectory();
      create("a.wal");
      assertThat(storage.linkCount("a.wal")).isIn(0, 1);
      assumeTrue(storage.linkCount("a.wal") == 1 && storage.link("a.wal", other), "links cannot be made or counted here");
      assertThat(storage.linkCount("a.wal")).isEqualTo(2);
      other.delete("a.wal");
      assertThat(storage.linkCount("a.wal")).isEqualTo(1);
    }
  }

  @Test
  void linkingOntoATakenNameFails() throws IOException {
    try (Storage other = storage.in(directory.resolve("copy"))) {
      other.createDirectory();
      create("a.wal");
      other.create("a.wal", 0).close();
      assertThatThrownBy(() -> storage.link("a.wal", other)).isInstanceOf(FileAlreadyExistsException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "../a.wal", "d/a.wal", "d\\a.wal", "/a.wal", ".hidden", DirectoryLock.FILE_NAME})
  void aNameThatIsNotPlainIsRefused(String name) throws IOException {
    create("a.wal");
    List<Attempt> named = List.of(
        () -> storage.create(name, 0),
        () -> storage.open(name, Access.READ),
        () -> storage.rename("a.wal", name),
        () -> storage.rename(name, "a.wal"),
        () -> storage.link(name, storage),
        () -> storage.linkCount(name),
        () -> storage.delete(name));
    for (Attempt attempt : named) assertThatThrownBy(attempt::run).isInstanceOf(IllegalArgumentException.class);
    assertThat(storage.list()).containsExactly("a.wal");
  }

  @Test
  void aFileKnowsItsNameAndPath() throws IOException {
    SegmentFile file = create("a.wal");
    assertThat(file.name()).isEqualTo("a.wal");
    assertThat(file.path()).isEqualTo(directory.resolve("a.wal"));
  }

  // Directories.

  @Test
  void theDirectoryCanBeSyncedAgainAndAgain() throws IOException {
    storage.syncDirectory();
    create("a.wal");
    storage.syncDirectory();
    storage.delete("a.wal");
    storage.syncDirectory();
  }

  @Test
  void aDirectoryIsCreatedWithItsParents() throws IOException {
    Path deep = directory.resolve("x/y/z");
    try (Storage other = storage.in(deep)) {
      other.createDirectory();
      assertThat(deep).isDirectory();
      assertThat(other.traits()).isEqualTo(storage.traits());
      other.create("a.wal", 0).close();
      assertThat(other.list()).containsExactly("a.wal");
    }
  }

  @Test
  void creatingADirectoryThatExistsChangesNothing() throws IOException {
    create("a.wal");
    storage.createDirectory();
    assertThat(storage.list()).containsExactly("a.wal");
  }

  @Test
  void aFileWhereTheDirectoryShouldBeIsAnErrorThatNamesIt() throws IOException {
    given("x", new byte[1]);
    assertThatThrownBy(() -> {
          try (Storage other = storage.in(directory.resolve("x"))) {
            other.createDirectory();
          }
        })
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory.resolve("x").toString());
  }

  @Test
  void probingLeavesNoFileBehind() throws IOException {
    storage.traits();
    assertThat(storage.list()).isEmpty();
  }

  @Test
  void traitsDoNotChange() throws IOException {
    StorageTraits before = storage.traits();
    create("a.wal").writeDurably(blocks(1, 0), 0);
    assertThat(storage.traits()).isEqualTo(before);
    assertThat(before.name()).isNotEmpty();
    assertThat(before.directIo() || before.alignmentBytes() == 1).isTrue();
  }

  // After close.

  @Test
  void closingAFileTwiceIsFine() throws IOException {
    SegmentFile file = create("a.wal");
    file.close();
    file.close();
  }

  @Test
  void aClosedFileRefusesEveryOperationAndSaysSo() throws IOException {
    SegmentFile file = create("a.wal");
    file.writeDurably(blocks(1, 33), 0);
    file.close();
    for (Map.Entry<Op, Attempt> operation : operationsOn(file).entrySet())
      assertThatThrownBy(operation.getValue()::run)
          .as("%s", operation.getKey())
          .isInstanceOf(IOException.class)
          .hasMessageContaining("a.wal")
          .hasMessageContaining("closed");
  }

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

  // Threads.

  /** Something that may fail. */
  protected interface Attempt {
    void run() throws IOException;
  }

  private static CompletableFuture<Void> onThread(Attempt attempt) {
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
  private static CompletableFuture<Void> storm(Attempt attempt) {
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
  private static Map<Op, Attempt> operationsOn(SegmentFile file) {
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
