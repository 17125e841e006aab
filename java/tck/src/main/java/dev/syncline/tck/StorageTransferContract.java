package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage.Access;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Of {@link StorageContract}: what is written and read, and how long a file is. */
abstract class StorageTransferContract extends StorageTestBase {
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
}
