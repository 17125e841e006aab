package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LockStateTest {
  @TempDir Path directory;

  @Test
  void anEmptyDirectoryHasNobodyOnRecord() {
    LockState state = LockState.of(directory);
    assertThat(state.pid()).isNull();
    assertThat(state.held()).isNotEqualTo(true);
  }

  @Test
  void aProcessThatEndedIsSaidToHaveEnded() throws IOException, InterruptedException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process ended = new ProcessBuilder(java.toString(), "-version").redirectErrorStream(true).start();
    ended.getInputStream().readAllBytes();
    ended.waitFor();
    Files.writeString(directory.resolve("log.pid"), ended.pid() + "\n2026-01-01T00:00:00Z\n");
    assertThat(LockState.of(directory).describe()).contains("process " + ended.pid() + " (which has ended)");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aHeldLockIsSeenWithoutOpeningItsFile() throws IOException {
    Path lockFile = directory.resolve("log.lock");
    try (FileChannel channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      assertThat(LockState.of(directory).held()).isFalse();
      channel.lock();
      assertThat(LockState.of(directory).held()).isTrue();
    }
    assertThat(LockState.of(directory).held()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(value = StorageMode.class, names = {"AUTO", "PORTABLE"})
  @EnabledOnOs(OS.LINUX)
  void anOpenLogIsSeenToBeHeldOnEitherStorage(StorageMode mode) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.open(directory, WalOptions.builder().storage(mode).build())) {
      assertThat(LockState.of(directory).held()).isTrue();
      assertThat(LockState.of(directory).pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(log.currentSequence()).isZero();
    }
    assertThat(LockState.of(directory).held()).isFalse();
    assertThat(LockState.of(directory).pid()).isNull();
  }

  @Test
  void aHolderThatIsNotSeenHasNotEnded() {
    assertThat(new LockState(4711L, false, true).describe()).startsWith("held by process 4711").contains("another container")
        .doesNotContain("ended");
  }

  /** Its number may be anybody's here: an attached process is asked by a signal. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aNumberOfAnotherNamespaceIsNoProcessHere() throws IOException {
    Files.writeString(directory.resolve("log.pid"), ProcessHandle.current().pid() + "\n2026-01-01T00:00:00Z\nboot: b\n"
        + "pid namespace: pid:[1]\nprocess start: 1\ndirectory: d\nend\n");
    assertThat(LockState.of(directory).alive()).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aNumberThatWasGivenOutAnewIsAnotherProcess() throws IOException {
    String namespace = Files.readSymbolicLink(Path.of("/proc/self/ns/pid")).toString();
    Files.writeString(directory.resolve("log.pid"), ProcessHandle.current().pid() + "\n2026-01-01T00:00:00Z\nboot: b\n"
        + "pid namespace: " + namespace + "\nprocess start: 1\ndirectory: d\nend\n");
    assertThat(LockState.of(directory).alive()).isFalse();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aProcessInAContainerIsKnownByItsNumberHere() throws Exception {
    assumeTrue(Files.isReadable(Path.of("/proc/1/environ")), "a pid namespace takes root");
    Process inside = new ProcessBuilder("unshare", "--pid", "--fork", "sh", "-c", "readlink /proc/self/ns/pid; exec sleep 60").start();
    try {
      String namespace = new String(inside.getInputStream().readNBytes("pid:[4026532247]".length()), StandardCharsets.UTF_8);
      assumeTrue(namespace.startsWith("pid:["), "no pid namespace is to be had");
      Files.writeString(directory.resolve("log.pid"), "1\n2026-01-01T00:00:00Z\nboot: b\npid namespace: " + namespace
          + "\nprocess start: 1\ndirectory: d\nend\n");
      LockState state = LockState.of(directory);
      assertThat(state.pid()).isEqualTo(inside.children().findFirst().orElseThrow().pid());
      assertThat(state.alive()).isTrue();
      assertThat(state.describe()).contains("(1 in its container)");
    } finally {
      inside.descendants().forEach(ProcessHandle::destroyForcibly);
      inside.destroyForcibly();
    }
  }

  @Test
  void rubbishIsNobody() throws IOException {
    Files.writeString(directory.resolve("log.pid"), "not a number");
    assertThat(LockState.of(directory).pid()).isNull();
  }
}
