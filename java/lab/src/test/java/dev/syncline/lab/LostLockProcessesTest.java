package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.Storage;
import dev.syncline.tck.ChildProcess;
import dev.syncline.tck.LogTestBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Promise 33 where the process that has the log open loses its lock: nobody else comes in, and every acknowledged record is there. */
@Tag("laboratory")
class LostLockProcessesTest extends LogTestBase {
  private static final List<StorageMode> MODES = List.of(StorageMode.NATIVE, StorageMode.PORTABLE);

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableDirect(directory);
  }

  static Stream<Arguments> pairs() {
    return MODES.stream().flatMap(holder -> MODES.stream().map(opener -> Arguments.of(holder, opener)));
  }

  private static Class<? extends LogTestBase> on(StorageMode mode) {
    return mode == StorageMode.NATIVE ? ProcessesTest.OnNative.class : ProcessesTest.OnPortable.class;
  }

  /** What a holder does that takes its own lock away. */
  private interface Mishap {
    void befalls(Path directory) throws IOException;
  }

  private void staysAlone(StorageMode holder, StorageMode opener, Mishap mishap, boolean mayGoOn) throws Exception {
    if (holder == StorageMode.NATIVE || opener == StorageMode.NATIVE) StoragesUnderTest.needNative();
    WalOptions options = WalOptions.builder().storage(holder).maxSegmentSize(SMALL_SEGMENT_BYTES).build();
    int acknowledged = 3;
    try (WriteAheadLog log = WriteAheadLog.open(directory(), options)) {
      appendEntries(log, acknowledged);
      mishap.befalls(directory());
      try (ChildProcess child = ChildProcess.start(on(opener), directory(), "hold")) {
        assertThat(child.awaitLine("refused")).contains("LogLockedException", "process " + ProcessHandle.current().pid());
      }
      if (mayGoOn) assertThat(log.append(entryPayload(++acknowledged))).isEqualTo(acknowledged);
    }
    assertThat(directory().resolve(DirectoryLock.PID_FILE_NAME)).doesNotExist();
    try (ChildProcess child = ChildProcess.start(on(opener), directory(), "hold")) {
      assertThat(child.awaitLine("opened")).isEqualTo("opened at " + acknowledged);
      child.finish();
    }
    try (WriteAheadLog log = WriteAheadLog.open(directory(), options)) {
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, acknowledged));
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void whoCopiesItsDirectoryStaysAlone(StorageMode holder, StorageMode opener) throws Exception {
    staysAlone(holder, opener, directory -> copy(directory, temporary.resolve("copy")), true);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void whoseLockFileIsRemovedStaysAlone(StorageMode holder, StorageMode opener) throws Exception {
    staysAlone(holder, opener, directory -> Files.delete(directory.resolve(DirectoryLock.FILE_NAME)), false);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void whoseLockFileIsReplacedStaysAlone(StorageMode holder, StorageMode opener) throws Exception {
    staysAlone(holder, opener, directory -> {
      Files.delete(directory.resolve(DirectoryLock.FILE_NAME));
      Files.createFile(directory.resolve(DirectoryLock.FILE_NAME));
    }, false);
  }

  /** As any backup does it. */
  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) Files.copy(file, to.resolve(from.relativize(file).toString()));
    }
  }
}
