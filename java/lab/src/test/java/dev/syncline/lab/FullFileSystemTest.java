package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFailedException;
import dev.syncline.StorageFullException;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.DirectoryBytes;
import dev.syncline.tck.LogTestBase;
import dev.syncline.tck.Quietly;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Promise 21 on a file system that is really full, where {@link FullDiskContract} only pretends.
 *
 * <p>The directory that {@code -Dsyncline.tck.full=DIR} names is filled to its last block; without it, eight megabytes of memory
 * are mounted, which needs root on Linux.
 */
@Tag("laboratory")
class FullFileSystemTest {
  private static final int PAYLOAD_BYTES = 16 << 10;
  private static final int SEGMENT_BYTES = 256 << 10;
  private static final int APPENDS_MAX = 20_000;
  private static final int BLOCK_BYTES = 4096;

  /** What is tried by writing where the file system cannot allocate without. */
  private static final int WRITTEN_BYTES_MAX = 1 << 20;

  /** Here a write into space that was made ready takes a new block, so that a full disk may poison; the contract says so. */
  private static final Set<String> COPY_ON_WRITE = Set.of("btrfs", "zfs", "bcachefs");

  @Nested
  class Native extends OnAFullFileSystem {
    @Override
    Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.nativeStorage(directory);
    }

    @BeforeEach
    void needNative() throws IOException {
      StoragesUnderTest.needNative();
    }
  }

  @Nested
  class Portable extends OnAFullFileSystem {
    @Override
    Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableDirect(directory);
    }
  }

  @Nested
  class PortableBuffered extends OnAFullFileSystem {
    @Override
    Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableBuffered(directory);
    }
  }

  @Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  abstract static class OnAFullFileSystem {
    @TempDir private Path temporary;
    private Path mounted;
    private Path place;
    private WriteAheadLog log;
    private long ballastFiles;

    abstract Storage openStorage(Path directory) throws IOException;

    @BeforeEach
    void findAPlaceToFill() throws Exception {
      String given = System.getProperty("syncline.tck.full");
      Path parent = given == null ? mountMemory() : Files.createDirectories(Path.of(given).toAbsolutePath());
      place = Files.createTempDirectory(parent, "full-");
    }

    private Path mountMemory() throws Exception {
      Path point = Files.createDirectory(temporary.resolve("mount"));
      String said = run("mount", "-t", "tmpfs", "-o", "size=8m", "syncline-tck", point.toString());
      Assumptions.assumeTrue(said == null, () -> "mounting a small file system needs root on Linux; it failed with: " + said);
      mounted = point;
      return point;
    }

    /** Null if it worked, else what it said. */
    private static String run(String... command) throws InterruptedException {
      try {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? null : said;
      } catch (IOException missing) {
        return missing.getMessage();
      }
    }

    @AfterEach
    void leaveNothing() throws Exception {
      if (log != null) Quietly.close(log);
      if (place == null) return;
      deleteAll(place);
      if (mounted != null) assertThat(run("umount", mounted.toString())).as("unmounting").isNull();
    }

    private WriteAheadLog open() throws IOException {
      return open(SEGMENT_BYTES);
    }

    private WriteAheadLog open(int segmentBytes) throws IOException {
      WalOptions options = WalOptions.builder().maxSegmentSize(segmentBytes).build();
      return WriteAheadLog.open(openStorage(place.resolve("log")), options);
    }

    @Test
    void aFullFileSystemRefusesAppendsAndNothingElse() throws Exception {
      log = open();
      boolean mayPoison = COPY_ON_WRITE.contains(Files.getFileStore(place).type());
      for (int i = 0; i < 4 * SEGMENT_BYTES / PAYLOAD_BYTES; i++) append();
      fill();
      long last;
      try {
        last = appendUntilFull();
      } catch (LogFailedException poisoned) {
        assertThat(mayPoison).as("poisoned by %s", poisoned).isTrue();
        reopeningGoesOn();
        return;
      }
      for (int i = 0; i < 3; i++) assertThatThrownBy(this::append).isInstanceOf(StorageFullException.class);
      assertThat(log.currentSequence()).as("no sequence was used").isEqualTo(last);
      assertThat(log.durableSequence()).isEqualTo(last);
      assertThat(log.stats().failed()).isFalse();
      assertHolds(1, last);

      long kept = last / 2;
      log.truncate(kept);
      assertHolds(kept + 1, last);
      assertThat(appendOnceThereIsRoom()).as("what truncation freed is room").isEqualTo(last + 1);
      long second = appendUntilFull();
      assertHolds(kept + 1, second);

      makeRoom();
      assertThat(appendOnceThereIsRoom()).as("without reopening").isEqualTo(second + 1);
      for (int i = 0; i < 3 * SEGMENT_BYTES / PAYLOAD_BYTES; i++) append();
      long end = log.currentSequence();
      assertThat(end).isEqualTo(second + 1 + 3 * SEGMENT_BYTES / PAYLOAD_BYTES);
      assertHolds(kept + 1, end);
      log.close();
      log = open();
      assertThat(log.recovery().closedCleanly()).isTrue();
      assertThat(log.verify().damage()).isEmpty();
      assertHolds(kept + 1, end);
    }

    @Test
    void aLogClosedOnAFullFileSystemOpensThere() throws Exception {
      log = open();
      for (int i = 0; i < 8; i++) append();
      fill();
      try {
        appendUntilFull();
      } catch (LogFailedException poisoned) {
        assertThat(COPY_ON_WRITE).as("poisoned by %s", poisoned).contains(Files.getFileStore(place).type());
        reopeningGoesOn();
        return;
      }
      long last = log.currentSequence();
      log.close();
      fill();
      try {
        log = open();
      } catch (StorageFullException noRoom) {
        // Whether opening needs a block depends on the file system; if it finds none, nothing has changed.
        makeRoom();
        log = open();
      }
      assertThat(log.recovery().damage()).isEmpty();
      assertHolds(1, last);
      makeRoom();
      assertThat(appendOnceThereIsRoom()).isEqualTo(last + 1);
    }

    @Test
    void whatTruncationFreesIsRoomForASegmentThatHasOnlyBegun() throws Exception {
      int segmentBytes = 4 * SEGMENT_BYTES;
      log = open(segmentBytes);
      Path third = place.resolve("log").resolve("%020d.wal".formatted(3));
      while (!Files.exists(third)) append();
      fill();
      try {
        appendUntilFull();
      } catch (LogFailedException poisoned) {
        assertThat(COPY_ON_WRITE).as("poisoned by %s", poisoned).contains(Files.getFileStore(place).type());
        reopeningGoesOn();
        return;
      }
      long last = log.currentSequence();
      log.truncate(last - 1);
      assertThat(appendOnceThereIsRoom()).isEqualTo(last + 1);
      for (int i = 0; i < segmentBytes / PAYLOAD_BYTES / 2; i++) append();
      assertHolds(last, log.currentSequence());
    }

    private void reopeningGoesOn() throws Exception {
      long acknowledged = log.durableSequence();
      assertHolds(1, acknowledged);
      Quietly.close(log);
      makeRoom();
      log = open();
      assertThat(log.currentSequence()).isBetween(acknowledged, acknowledged + 1);
      assertThat(log.recovery().damage()).isEmpty();
      append();
      assertHolds(1, log.currentSequence());
    }

    /** Takes every block that a file can still get, in halves of what is left. */
    private void fill() throws Exception {
      long bytes = Long.highestOneBit(Math.max(BLOCK_BYTES, Files.getFileStore(place).getUsableSpace()));
      while (bytes >= BLOCK_BYTES) if (!takes(bytes)) bytes /= 2;
    }

    private boolean takes(long bytes) throws Exception {
      Path file = place.resolve("ballast-" + ++ballastFiles);
      if (run("fallocate", "-l", String.valueOf(bytes), file.toString()) == null) return true;
      Files.deleteIfExists(file);
      if (bytes > WRITTEN_BYTES_MAX) return false;
      try (OutputStream out = Files.newOutputStream(file)) {
        out.write(new byte[(int) bytes]);
        return true;
      } catch (IOException full) {
        return false;
      }
    }

    private void makeRoom() throws IOException {
      for (Path file : DirectoryBytes.files(place, name -> name.startsWith("ballast-"))) Files.delete(file);
    }

    private static void deleteAll(Path directory) throws IOException {
      try (Stream<Path> below = Files.walk(directory)) {
        for (Path path : below.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
      }
    }

    private static byte[] payload(long sequence) {
      byte[] payload = new byte[PAYLOAD_BYTES];
      for (int i = 0; i < payload.length; i++) payload[i] = (byte) (sequence * 31 + i);
      return payload;
    }

    private long append() throws IOException {
      return log.append(payload(log.currentSequence() + 1));
    }

    /** The last sequence that was taken. */
    private long appendUntilFull() throws IOException {
      for (int i = 0; i < APPENDS_MAX; i++) {
        try {
          append();
        } catch (StorageFullException full) {
          return log.currentSequence();
        }
      }
      throw new AssertionError(APPENDS_MAX + " appends, and the file system is still not full");
    }

    /** Some file systems give back what was deleted only a while later. */
    private long appendOnceThereIsRoom() throws Exception {
      long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      while (true) {
        try {
          return append();
        } catch (StorageFullException stillFull) {
          if (System.nanoTime() - deadlineNanos > 0) throw stillFull;
          TimeUnit.MILLISECONDS.sleep(20);
        }
      }
    }

    private void assertHolds(long first, long last) throws IOException {
      List<WalRecord> records = LogTestBase.records(log.replay());
      assertThat(records.stream().map(WalRecord::sequence)).isEqualTo(LongStream.rangeClosed(first, last).boxed().toList());
      for (WalRecord record : records)
        assertThat(Arrays.equals(record.value(), payload(record.sequence()))).as("bytes of %d", record.sequence()).isTrue();
    }
  }
}
