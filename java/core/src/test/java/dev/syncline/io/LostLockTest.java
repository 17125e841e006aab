package dev.syncline.io;

import static dev.syncline.StorageMode.NATIVE;
import static dev.syncline.StorageMode.PORTABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogLockedException;
import dev.syncline.StorageMode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** A holder whose lock was dropped or whose files were removed: whoever comes is refused, or the holder stops. */
@Timeout(600)
@EnabledOnOs(OS.LINUX)
class LostLockTest {
  private static final String LOCK = DirectoryLock.FILE_NAME;
  private static final String RECORD = DirectoryLock.PID_FILE_NAME;

  @TempDir private Path temporary;
  private Path directory;

  @BeforeEach
  void make() throws IOException {
    directory = Files.createDirectory(temporary.resolve("log"));
  }

  static Stream<Arguments> pairs() {
    List<StorageMode> modes = List.of(NATIVE, PORTABLE);
    return modes.stream().flatMap(holder -> modes.stream().map(opener -> Arguments.of(holder, opener)));
  }

  private LockChild holder(StorageMode mode) throws IOException {
    LockChild child = LockChild.start(mode, directory);
    assertThat(child.said()).isEqualTo("held");
    return child;
  }

  private void refuses(StorageMode opener, LockChild holder) {
    assertThatThrownBy(() -> LockChild.acquire(opener, directory))
        .isInstanceOf(LogLockedException.class).hasMessageContaining("process " + holder.pid()).hasMessageContaining("alive");
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aHolderThatCopiesItsDirectoryStaysTheOnlyOne(StorageMode holderMode, StorageMode opener) throws IOException {
    LockChild.needs(holderMode, opener);
    try (LockChild holder = holder(holderMode)) {
      assertThat(holder.told("copy")).isEqualTo("copied");
      refuses(opener, holder);
      assertThat(holder.told("check")).isEqualTo("sure");
      refuses(opener, holder);
      assertThat(holder.told("release")).isEqualTo("released");
    }
    LockChild.acquire(opener, directory).release();
  }

  @Test
  void theMessageSaysWhatHasHappenedToTheHolder() throws IOException {
    try (LockChild holder = holder(PORTABLE)) {
      assertThat(holder.told("copy")).isEqualTo("copied");
      assertThatThrownBy(() -> LockChild.acquire(PORTABLE, directory))
          .isInstanceOf(LogLockedException.class).hasMessageContaining("lost its lock").hasMessageContaining("delete log.pid only if");
    }
  }

  @Test
  void aDroppedLockIsTakenAgain() throws IOException {
    try (LockChild holder = holder(PORTABLE)) {
      assertThat(holder.told("copy")).isEqualTo("copied");
      assertThat(anybodyMayLock()).as("else this test shows nothing").isTrue();
      assertThat(holder.told("check")).isEqualTo("sure");
      assertThat(anybodyMayLock()).isFalse();
    }
  }

  /** Whether the whole of the file can be locked by fcntl. */
  private boolean anybodyMayLock() throws IOException {
    try (FileChannel channel = FileChannel.open(directory.resolve(LOCK), StandardOpenOption.WRITE); FileLock lock = channel.tryLock()) {
      return lock != null;
    }
  }

  @ParameterizedTest
  @EnumSource(value = StorageMode.class, names = {"NATIVE", "PORTABLE"})
  void whoTakesADroppedLockWithoutARecordMakesTheHolderStop(StorageMode opener) throws IOException {
    LockChild.needs(opener);
    try (LockChild holder = holder(PORTABLE)) {
      assertThat(holder.told("copy")).isEqualTo("copied");
      Files.delete(directory.resolve(RECORD));
      DirectoryLock lock = LockChild.acquire(opener, directory);
      assertThat(holder.told("check")).startsWith("fenced").contains("another process has taken it", "open it again");
      assertThat(LockChild.check(lock)).isEqualTo("sure");
      assertThat(holder.told("release")).isEqualTo("released");
      assertThat(LockChild.check(lock)).as("what the other leaves does not touch it").isEqualTo("sure");
      lock.release();
    }
  }

  @ParameterizedTest
  @EnumSource(value = StorageMode.class, names = {"NATIVE", "PORTABLE"})
  void whoCameAndWentMakesTheHolderStopToo(StorageMode opener) throws IOException {
    LockChild.needs(opener);
    try (LockChild holder = holder(PORTABLE)) {
      assertThat(holder.told("copy")).isEqualTo("copied");
      Files.delete(directory.resolve(RECORD));
      LockChild.acquire(opener, directory).release();
      assertThat(holder.told("check")).startsWith("fenced").contains(RECORD);
    }
  }

  @ParameterizedTest
  @EnumSource(value = StorageMode.class, names = {"NATIVE", "PORTABLE"})
  void aNativeLockNeedsNoRecord(StorageMode opener) throws IOException {
    LockChild.needs(NATIVE, opener);
    try (LockChild holder = holder(NATIVE)) {
      assertThat(holder.told("copy")).isEqualTo("copied");
      Files.delete(directory.resolve(RECORD));
      assertThatThrownBy(() -> LockChild.acquire(opener, directory)).isInstanceOf(LogLockedException.class);
      assertThat(holder.told("check")).isEqualTo("sure");
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aRemovedLockFileLetsNobodyInAndStopsTheHolder(StorageMode holderMode, StorageMode opener) throws IOException {
    LockChild.needs(holderMode, opener);
    try (LockChild holder = holder(holderMode)) {
      Files.delete(directory.resolve(LOCK));
      refuses(opener, holder);
      assertThat(holder.told("check")).startsWith("fenced").contains(LOCK + " was removed");
      assertThat(holder.told("release")).isEqualTo("released");
      LockChild.acquire(opener, directory).release();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aLockFileThatWasReplacedLetsNobodyInAndStopsTheHolder(StorageMode holderMode, StorageMode opener) throws IOException {
    LockChild.needs(holderMode, opener);
    try (LockChild holder = holder(holderMode)) {
      Files.move(Files.createFile(directory.resolve("other")), directory.resolve(LOCK), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      refuses(opener, holder);
      assertThat(holder.told("check")).startsWith("fenced").contains("replaced by another file");
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void withoutLockFileAndRecordNeverBothAreSure(StorageMode holderMode, StorageMode opener) throws IOException {
    LockChild.needs(holderMode, opener);
    try (LockChild holder = holder(holderMode)) {
      Files.delete(directory.resolve(LOCK));
      Files.delete(directory.resolve(RECORD));
      if (holderMode == NATIVE && opener == NATIVE)
        assertThatThrownBy(() -> LockChild.acquire(opener, directory)).isInstanceOf(LogLockedException.class);
      else LockChild.acquire(opener, directory);
      assertThat(holder.told("check")).startsWith("fenced");
    }
  }

  @Test
  void aRecordThatWasEditedStopsAHolderWhoseLockMayHaveBeenDropped() throws IOException {
    try (LockChild holder = holder(PORTABLE)) {
      assertThat(holder.told("check")).isEqualTo("sure");
      Files.writeString(directory.resolve(RECORD), "1\n");
      assertThat(holder.told("check")).startsWith("fenced").contains(RECORD + " was changed", "process 1");
    }
  }

  @Test
  void aRecordThatWasTouchedStopsNobody() throws IOException {
    try (LockChild holder = holder(PORTABLE)) {
      assertThat(holder.told("check")).isEqualTo("sure");
      Files.setLastModifiedTime(directory.resolve(RECORD), java.nio.file.attribute.FileTime.fromMillis(0));
      assertThat(holder.told("check")).isEqualTo("sure");
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aCopyIsADirectoryOfItsOwn(StorageMode holderMode, StorageMode opener) throws IOException {
    LockChild.needs(holderMode, opener);
    try (LockChild holder = holder(holderMode)) {
      assertThat(holder.told("copy")).isEqualTo("copied");
      Path copy = temporary.resolve("copy");
      assertThat(copy.resolve(RECORD)).exists();
      LockChild.acquire(opener, copy).release();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aKilledHolderLeavesTheDirectoryFreeAtOnce(StorageMode holderMode, StorageMode opener) throws IOException {
    LockChild.needs(holderMode, opener);
    try (LockChild holder = holder(holderMode)) {
      holder.kill();
      LockChild.acquire(opener, directory).release();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void aTakeoverBetweenStoragesKeepsOthersOut(StorageMode holderMode, StorageMode opener) throws IOException {
    LockChild.needs(holderMode, opener);
    DirectoryLock first = LockChild.acquire(holderMode, directory);
    DirectoryLock second = LockChild.acquire(opener, directory);
    assertThat(LockChild.check(first)).startsWith("fenced").contains("newer opener");
    for (StorageMode mode : new StorageMode[] {holderMode, opener})
      try (LockChild other = LockChild.start(mode, directory)) {
        assertThat(other.said()).startsWith("locked").contains("process " + ProcessHandle.current().pid());
      }
    assertThat(LockChild.check(second)).isEqualTo("sure");
    second.release();
    assertThat(LockChild.check(second)).startsWith("fenced").contains("released");
  }
}
