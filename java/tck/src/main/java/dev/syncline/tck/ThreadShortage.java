package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.ResourceShortageException;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process that cannot start a thread: what needs one is refused, and nothing else, and goes on when it can. */
final class ThreadShortage {
  private static final Path CONTROLLER = Path.of("/sys/fs/cgroup/pids");
  private static final String LIMIT_FILE = "syncline.tck.threads.limit";
  private static final byte[] VALUE = {1};

  private ThreadShortage() {}

  /** A group of processes whose number of tasks can be limited, or null where that takes another user or system. */
  static Path newGroup() {
    try {
      return Files.createTempDirectory(CONTROLLER, "syncline-tck-");
    } catch (IOException noController) {
      return null;
    }
  }

  static List<String> enter(Path group) {
    return List.of("sh", "-c", "echo $$ > " + group.resolve("cgroup.procs") + " && exec \"$@\"", "sh");
  }

  static String limitFile(Path group) {
    return "-D" + LIMIT_FILE + "=" + group.resolve("pids.max");
  }

  static void run(LogTestBase storage, Path directory, SyncMode mode) throws Exception {
    WalOptions options = WalOptions.builder().syncMode(mode).build();
    // Classes and the JVM's own threads are there then.
    try (WriteAheadLog other = WriteAheadLog.open(storage.openStorage(directory.resolveSibling("other")), options)) {
      other.put(VALUE, VALUE);
      other.sync();
      other.appendAsync(Operation.entry(VALUE)).durable();
    }
    forbid();
    assertThatThrownBy(() -> WriteAheadLog.open(storage.openStorage(directory), options)).isInstanceOf(ResourceShortageException.class);
    allow();
    try (WriteAheadLog log = WriteAheadLog.open(storage.openStorage(directory), options)) {
      forbid();
      for (int i = 0; i < 3; i++) {
        if (mode == SyncMode.SYNC) assertThat(log.put(VALUE, VALUE)).isEqualTo(i + 1);
        else assertThatThrownBy(() -> log.put(VALUE, VALUE)).isInstanceOf(ResourceShortageException.class);
        assertThatThrownBy(() -> log.appendAsync(Operation.entry(VALUE)).durable()).isInstanceOf(ResourceShortageException.class);
        assertThatThrownBy(() -> log.appendAsync(Operation.entry(VALUE))).isInstanceOf(ResourceShortageException.class);
        assertThat(log.stats().failed()).isFalse();
      }
      assertThat(log.awaitRoom(Duration.ofMillis(150))).as("room, where a thread is missing").isFalse();
      long refusedAt = log.currentSequence();
      assertThat(refusedAt).as("no sequence was used by what was refused").isEqualTo(mode == SyncMode.SYNC ? 3 : 0);
      allow();
      assertThat(log.awaitRoom(Duration.ofSeconds(60))).isTrue();
      assertThat(log.put(VALUE, VALUE)).isEqualTo(refusedAt + 1);
      var future = log.appendAsync(Operation.entry(VALUE)).durable();
      log.sync();
      assertThat(future.get(60, TimeUnit.SECONDS)).isEqualTo(refusedAt + 2);
    }
    try (WriteAheadLog reopened = WriteAheadLog.open(storage.openStorage(directory), options)) {
      assertThat(reopened.currentSequence()).isEqualTo(mode == SyncMode.SYNC ? 5 : 2);
    }
  }

  /** The limit is below what there is: none may be added, until so many have ended. */
  private static void forbid() throws IOException {
    limit("1");
  }

  private static void allow() throws IOException {
    limit("max");
  }

  private static void limit(String tasks) throws IOException {
    Files.write(Path.of(System.getProperty(LIMIT_FILE)), tasks.getBytes(StandardCharsets.US_ASCII));
  }
}
