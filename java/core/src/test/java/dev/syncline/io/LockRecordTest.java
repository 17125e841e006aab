package dev.syncline.io;

import static dev.syncline.StorageMode.PORTABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogLockedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom {@code log.pid} names, and when that keeps an opener out who has got the lock. */
@Timeout(900)
@EnabledOnOs(OS.LINUX)
class LockRecordTest {
  @TempDir private Path directory;
  private Process other;
  private String record;

  /** A record of a process that lives, as it would have written it here. */
  @BeforeEach
  void startAnother() throws IOException {
    other = new ProcessBuilder("sleep", "600").start();
    record = recordOf(other.pid());
  }

  @AfterEach
  void endIt() throws InterruptedException {
    other.destroyForcibly().waitFor();
  }

  private String recordOf(long pid) throws IOException {
    Object key = Files.readAttributes(directory, BasicFileAttributes.class).fileKey();
    return LockRecord.text(key)
        .replaceFirst("^\\d+", String.valueOf(pid))
        .replaceFirst("(process start: )\\d+", "$1" + start(pid));
  }

  private static String start(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19];
  }

  /** Through the shell, which knows how: the program of that name is not everywhere. */
  private static void signal(String signal, long pid) throws Exception {
    assertThat(new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid).inheritIO().start().waitFor()).isZero();
  }

  private void leave(String text) throws IOException {
    Files.writeString(directory.resolve(DirectoryLock.PID_FILE_NAME), text);
  }

  private void isFree() throws IOException {
    DirectoryLock lock = LockChild.acquire(PORTABLE, directory);
    lock.check();
    lock.release();
    assertThat(directory.resolve(DirectoryLock.PID_FILE_NAME)).doesNotExist();
  }

  private void isRefused(long pid) {
    assertThatThrownBy(() -> LockChild.acquire(PORTABLE, directory))
        .isInstanceOf(LogLockedException.class).hasMessageContaining("process " + pid);
  }

  @Test
  void aLivingProcessKeepsOthersOutUntilItEnds() throws Exception {
    leave(record);
    isRefused(other.pid());
    assertThat(Files.readString(directory.resolve(DirectoryLock.PID_FILE_NAME))).as("is left as it was").isEqualTo(record);
    other.destroyForcibly().waitFor();
    isFree();
  }

  @Test
  void aStoppedProcessLives() throws Exception {
    leave(record);
    signal("STOP", other.pid());
    isRefused(other.pid());
  }

  /** Where nothing can be opened any more, say. */
  @Test
  void aProcessThatCannotBeLookedAtMayLive() throws IOException {
    ProcessIdentity process = LockRecord.parse(record).orElseThrow().process();
    assertThat(process.lives(other.pid())).isTrue();
    assertThat(process.lives(other.pid(), name -> {
      throw new FileSystemException("/proc/" + name, null, "Too many open files");
    })).isTrue();
    assertThat(process.lives(other.pid(), name -> {
      throw new NoSuchFileException(name);
    })).isFalse();
  }

  /** On a busy machine a killed holder takes longer than an opener waits for one that goes on: whoever starts it again finds it dying. */
  @Test
  void aProcessThatWasKilledIsSeenToBeDyingUntilItIsGone() throws Exception {
    ProcessIdentity process = LockRecord.parse(record).orElseThrow().process();
    assertThat(process.isDying(other.pid())).isFalse();
    assertThat(process.isDying(other.pid(), changed("stat", " [A-Z] ([-0-9]+ [-0-9]+ [-0-9]+ [-0-9]+ [-0-9]+) \\d+ ", " R $1 4194308 ")))
        .as("exiting")
        .isTrue();
    assertThat(process.isDying(other.pid(), changed("status", "(ShdPnd:\t0{13})000", "$1100"))).as("killed, all of it").isTrue();
    assertThat(process.isDying(other.pid(), changed("status", "(SigPnd:\t0{13})000", "$1100"))).as("killed, a thread").isTrue();
    assertThat(process.isDying(other.pid(), changed("status", "(SigPnd:\t0{13})000", "$1200"))).as("another signal").isFalse();
    other.destroyForcibly().waitFor();
    assertThat(process.isDying(other.pid())).as("gone").isFalse();
  }

  /** What the kernel says of the other process, with a change. */
  private ProcessIdentity.Proc changed(String file, String what, String by) {
    return name -> {
      String said = Files.readString(Path.of("/proc", name));
      if (!name.endsWith("/" + file)) return said;
      String otherwise = said.replaceFirst(what, by);
      assertThat(otherwise).as(said).isNotEqualTo(said);
      return otherwise;
    };
  }

  /** What differs from a record that keeps others out. */
  private void isFreeWith(UnaryOperator<String> change) throws IOException {
    String changed = change.apply(record);
    assertThat(changed).isNotEqualTo(record);
    leave(changed);
    isFree();
  }

  @Test
  void aNumberThatIsUsedAgainIsAnotherProcess() throws IOException {
    isFreeWith(text -> text.replaceFirst("(process start: )\\d+", "$11"));
  }

  @Test
  void anotherBootIsAnotherTime() throws IOException {
    isFreeWith(text -> text.replaceFirst("boot: .*", "boot: 00000000-0000-0000-0000-000000000000"));
  }

  @Test
  void anotherNamespaceHasOtherNumbers() throws IOException {
    isFreeWith(text -> text.replaceFirst("pid namespace: .*", "pid namespace: pid:[1]"));
  }

  @Test
  void aRecordThatWasCopiedIsOfAnotherDirectory() throws IOException {
    isFreeWith(text -> text.replaceFirst("directory: .*", "directory: (dev=1,ino=1)"));
  }

  @Test
  void whatThisProcessHasLeftDoesNotKeepItOut() throws IOException {
    leave(recordOf(ProcessHandle.current().pid()));
    isFree();
  }

  @Test
  void aHalfWrittenRecordCountsForNothing() throws IOException {
    for (int bytes = 0; bytes < record.length() - 1; bytes++) {
      leave(record.substring(0, bytes));
      assertThat(LockRecord.read(directory).filter(found -> found.process() != null)).as("the first %d bytes", bytes).isEmpty();
    }
    leave(record.substring(0, record.length() - 2));
    isFree();
  }

  @ParameterizedTest
  @ValueSource(strings = {"4711", "4711\n2026-01-01T00:00:00Z\n", "rubbish", "", "\0\0\0\0", "-1\n", "99999999999999999999\n"})
  void anOlderOrUnreadableRecordCountsForNothing(String text) throws IOException {
    leave(text);
    isFree();
  }

  /** Who cannot read it does not know that nobody lives. */
  @Test
  void aRecordThatCannotBeReadKeepsOthersOutAndLeavesNoLockBehind() throws IOException {
    Path file = directory.resolve(DirectoryLock.PID_FILE_NAME);
    // One that leads to itself.
    Files.createSymbolicLink(file, file.getFileName());
    assertThatThrownBy(() -> LockChild.acquire(PORTABLE, directory))
        .isInstanceOf(IOException.class).hasMessageContaining(file.toString()).hasMessageContaining("cannot be read");
    assertThat(file).isSymbolicLink();
    Files.delete(file);
    isFree();
  }

  @Test
  void aFileOfAnySizeIsReadNoFurtherThanARecordGoes() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(directory.resolve(DirectoryLock.PID_FILE_NAME).toFile(), "rw")) {
      file.setLength(3L << 30);
    }
    isFree();
  }

  @Test
  void aProcessThatHasEndedAndIsStillOnRecordHoldsNothing() throws Exception {
    // The shell's child ends after the shell has become a program that never asks for it.
    Process parent = new ProcessBuilder("sh", "-c", "sleep 600 & echo $!; exec sleep 600").start();
    try (BufferedReader output = parent.inputReader()) {
      long child = Long.parseLong(output.readLine());
      String ofChild = recordOf(child);
      // Until then the shell might still ask.
      while (!Files.readString(Path.of("/proc/" + parent.pid() + "/stat")).contains("(sleep)")) Thread.onSpinWait();
      signal("KILL", child);
      while (!Files.readString(Path.of("/proc/" + child + "/stat")).contains(") Z ")) Thread.onSpinWait();
      leave(ofChild);
      isFree();
    } finally {
      parent.destroyForcibly().waitFor();
    }
  }

  @Test
  void theStateIsReadBehindAnyName() {
    String fields = " 1 1 1 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 %d 0 777 1 1";
    assertThat(ProcessIdentity.startIn("5 (sleep) S" + fields.formatted(1))).contains("777");
    assertThat(ProcessIdentity.startIn("5 (a) Z (b) Z) S" + fields.formatted(1))).contains("777");
    assertThat(ProcessIdentity.startIn("5 (a) S 1) Z" + fields.formatted(1))).isEmpty();
    assertThat(ProcessIdentity.startIn("5 (a) X" + fields.formatted(0))).isEmpty();
    assertThat(ProcessIdentity.startIn("5 (a) Z" + fields.formatted(3))).as("other threads go on").contains("777");
    assertThat(ProcessIdentity.startIn("5 (a) S 1 1")).isEmpty();
    assertThat(ProcessIdentity.startIn("")).isEmpty();
  }

  @Test
  void aReleaseLeavesTheRecordOfSomebodyElse() throws IOException {
    DirectoryLock lock = LockChild.acquire(PORTABLE, directory);
    leave(record);
    lock.release();
    assertThat(Files.readString(directory.resolve(DirectoryLock.PID_FILE_NAME))).isEqualTo(record);
  }

  @Test
  void aLinkInThePlaceOfTheRecordIsNotFollowed() throws IOException {
    Path elsewhere = Files.writeString(directory.resolve("elsewhere"), "kept");
    Files.createSymbolicLink(directory.resolve(DirectoryLock.PID_FILE_NAME), elsewhere);
    isFree();
    assertThat(elsewhere).hasContent("kept");
  }

  @Test
  void aDirectoryWithoutRoomForTheRecordIsLockedAllTheSame() throws IOException {
    // Stands for every reason why the file cannot be written.
    Files.createDirectories(directory.resolve(DirectoryLock.PID_FILE_NAME).resolve("in the way"));
    DirectoryLock lock = LockChild.acquire(PORTABLE, directory);
    lock.check();
    try (LockChild child = LockChild.start(PORTABLE, directory)) {
      assertThat(child.said()).startsWith("locked");
    }
    lock.release();
    assertThat(lock.held()).isFalse();
  }

  @Test
  void aNumberOfAnotherNamespaceIsSaidToBeOne() throws IOException {
    leave(record.replaceFirst("(pid namespace: ).*", "$1pid:[1]"));
    assertThat(LockRecord.holder(directory)).contains("process " + other.pid()).contains("another pid namespace")
        .doesNotContain("alive");
    leave(record);
    assertThat(LockRecord.holder(directory)).contains("which is alive").doesNotContain("namespace");
  }
}
