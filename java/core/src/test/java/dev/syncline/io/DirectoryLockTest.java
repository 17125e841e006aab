package dev.syncline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFailedException;
import dev.syncline.LogLockedException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(900)
class DirectoryLockTest {
  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final LongPredicate QUIET = remainingNanos -> true;

  @TempDir private Path directory;
  private final List<Process> children = new ArrayList<>();

  @AfterEach
  void killChildren() throws Exception {
    for (Process child : children) child.destroyForcibly().waitFor();
  }

  /** Holds the lock of the directory in its argument until its standard input ends. Run in a process of its own. */
  static final class Holder {
    public static void main(String[] args) throws Exception {
      try {
        DirectoryLock lock = DirectoryLock.acquire(Path.of(args[0]), QUIET, TIMEOUT_NANOS);
        System.out.println("held");
        while (System.in.read() >= 0) Thread.onSpinWait();
        lock.release();
        System.out.println("released");
        Thread.sleep(Long.MAX_VALUE);
      } catch (LogLockedException e) {
        System.out.println("locked: " + e.getMessage());
      }
    }
  }

  private Process child(Path directory) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    Process child =
        new ProcessBuilder(java, "-Xshare:auto", "-cp", classPath, Holder.class.getName(), directory.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    children.add(child);
    return child;
  }

  private static String line(Process child) throws IOException {
    BufferedReader reader = new BufferedReader(new InputStreamReader(child.getInputStream()));
    return reader.readLine();
  }

  private String whatAChildSees() throws IOException {
    return line(child(directory));
  }

  @Test
  void aFreeDirectoryIsTakenAndGivenUp() throws IOException {
    DirectoryLock lock = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    assertThat(lock.held()).isTrue();
    assertThat(whatAChildSees()).startsWith("locked: ");
    lock.release();
    assertThat(lock.held()).isFalse();
    assertThat(whatAChildSees()).isEqualTo("held");
  }

  @Test
  void anotherProcessIsNamedByItsId() throws IOException {
    Process holder = child(directory);
    assertThat(line(holder)).isEqualTo("held");
    assertThatThrownBy(() -> DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS))
        .isInstanceOf(LogLockedException.class)
        .hasMessageContaining("process " + holder.pid())
        .hasMessageContaining("alive")
        .hasMessageContaining(directory.toString());
  }

  @Test
  void aReleasedLockOfAnotherProcessIsFreeAtOnce() throws IOException {
    Process holder = child(directory);
    BufferedReader out = new BufferedReader(new InputStreamReader(holder.getInputStream()));
    assertThat(out.readLine()).isEqualTo("held");
    holder.getOutputStream().close();
    assertThat(out.readLine()).isEqualTo("released");
    DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS).release();
  }

  @Test
  void aKilledHolderLeavesTheDirectoryFree() throws Exception {
    Process holder = child(directory);
    assertThat(line(holder)).isEqualTo("held");
    holder.destroyForcibly();
    // Not awaited: acquiring must bear with a holder that is just dying.
    DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS).release();
  }

  @Test
  void theNewestOpenerInThisProcessWins() throws IOException {
    AtomicLong askedWithNanos = new AtomicLong();
    DirectoryLock first = DirectoryLock.acquire(directory, nanos -> askedWithNanos.getAndSet(nanos) == 0, TIMEOUT_NANOS);
    DirectoryLock second = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    assertThat(askedWithNanos).hasPositiveValue().hasValueLessThanOrEqualTo(TIMEOUT_NANOS);
    assertThat(first.held()).isFalse();
    assertThat(second.held()).isTrue();
    first.release();
    assertThat(second.held()).isTrue();
    assertThat(whatAChildSees()).startsWith("locked: ").contains("process " + ProcessHandle.current().pid());
    second.release();
    assertThat(whatAChildSees()).isEqualTo("held");
  }

  @Test
  void aTakeoverNeverLetsAnotherProcessIn() throws Exception {
    DirectoryLock lock = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    Process contender = child(directory);
    AtomicBoolean done = new AtomicBoolean();
    CompletableFuture<String> seen = CompletableFuture.supplyAsync(() -> {
      try {
        return line(contender);
      } catch (IOException e) {
        return e.toString();
      } finally {
        done.set(true);
      }
    });
    while (!done.get()) lock = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    assertThat(seen.get()).startsWith("locked: ");
    lock.release();
  }

  @Test
  void aBusyPredecessorKeepsTheSuccessorOutUntilItIsQuiet() throws IOException {
    AtomicBoolean quiet = new AtomicBoolean();
    DirectoryLock first = DirectoryLock.acquire(directory, nanos -> quiet.get(), TIMEOUT_NANOS);
    assertThatThrownBy(() -> DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS))
        .isInstanceOf(LogFailedException.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("still has an operation in progress");
    assertThat(first.held()).as("a fenced owner stays fenced").isFalse();
    first.release();
    assertThat(whatAChildSees()).as("the lock still guards what is in progress").startsWith("locked: ");
    quiet.set(true);
    DirectoryLock second = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    assertThat(second.held()).isTrue();
    second.release();
  }

  @Test
  void aFenceThatThrowsKeepsTheSuccessorOut() throws IOException {
    AtomicBoolean broken = new AtomicBoolean(true);
    DirectoryLock.acquire(directory, nanos -> {
      if (broken.get()) throw new IllegalStateException("broken");
      return true;
    }, TIMEOUT_NANOS);
    assertThatThrownBy(() -> DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS))
        .isInstanceOf(LogFailedException.class)
        .hasRootCauseMessage("broken");
    broken.set(false);
    DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS).release();
  }

  @Test
  void anOwnerMayReleaseWhileItIsFenced() throws IOException {
    DirectoryLock[] first = new DirectoryLock[1];
    first[0] = DirectoryLock.acquire(directory, nanos -> releasedOnAnotherThread(first[0]), TIMEOUT_NANOS);
    DirectoryLock second = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    assertThat(second.held()).isTrue();
    assertThat(whatAChildSees()).startsWith("locked: ");
    second.release();
  }

  private static boolean releasedOnAnotherThread(DirectoryLock lock) {
    CompletableFuture<Void> released = CompletableFuture.runAsync(() -> {
      try {
        lock.release();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
    return released.orTimeout(5, TimeUnit.SECONDS).handle((done, failure) -> failure == null).join();
  }

  @Test
  void manyOpenersAtOnceLeaveOneOwner() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<CompletableFuture<DirectoryLock>> openers = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      CompletableFuture<DirectoryLock> opener = new CompletableFuture<>();
      openers.add(opener);
      new Thread(() -> {
        try {
          start.await();
          opener.complete(DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS));
        } catch (Exception e) {
          opener.completeExceptionally(e);
        }
      }).start();
    }
    start.countDown();
    List<DirectoryLock> locks = new ArrayList<>();
    for (CompletableFuture<DirectoryLock> opener : openers) locks.add(opener.get(60, TimeUnit.SECONDS));
    assertThat(locks.stream().filter(DirectoryLock::held)).hasSize(1);
    for (DirectoryLock lock : locks) lock.release();
    assertThat(whatAChildSees()).isEqualTo("held");
  }

  @Test
  void aSymbolicLinkIsTheSameDirectory() throws IOException {
    Path link = Files.createSymbolicLink(directory.resolveSibling(directory.getFileName() + "-link"), directory);
    try {
      DirectoryLock first = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
      DirectoryLock second = DirectoryLock.acquire(link, QUIET, TIMEOUT_NANOS);
      assertThat(first.held()).isFalse();
      DirectoryLock third = DirectoryLock.acquire(directory.resolve("."), QUIET, TIMEOUT_NANOS);
      assertThat(second.held()).isFalse();
      assertThat(whatAChildSees()).startsWith("locked: ");
      third.release();
    } finally {
      Files.delete(link);
    }
  }

  @Test
  void anotherClassLoaderFindsTheSameOwner() throws Exception {
    DirectoryLock mine = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    URL classes = DirectoryLock.class.getProtectionDomain().getCodeSource().getLocation();
    try (URLClassLoader stranger = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader())) {
      Class<?> type = stranger.loadClass(DirectoryLock.class.getName());
      assertThat(type).isNotSameAs(DirectoryLock.class);
      Method acquire = type.getMethod("acquire", Path.class, LongPredicate.class, long.class);
      AtomicBoolean strangerFenced = new AtomicBoolean();
      LongPredicate fence = nanos -> strangerFenced.getAndSet(true) || true;
      Object theirs = acquire.invoke(null, directory, fence, TIMEOUT_NANOS);
      assertThat(mine.held()).isFalse();
      assertThat(type.getMethod("held").invoke(theirs)).isEqualTo(true);
      mine.release();
      assertThat(whatAChildSees()).startsWith("locked: ");
      DirectoryLock again = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
      assertThat(strangerFenced).isTrue();
      assertThat(type.getMethod("held").invoke(theirs)).isEqualTo(false);
      assertThat(whatAChildSees()).startsWith("locked: ");
      again.release();
    }
    assertThat(whatAChildSees()).isEqualTo("held");
  }

  @Test
  void aDirectoryMadeAgainIsLockedAgain() throws IOException {
    Path log = Files.createDirectory(directory.resolve("log"));
    for (int i = 0; i < 5; i++) {
      // On many file systems the new directory gets the old one's inode, and with it the registry's entry of an abandoned
      // owner.
      DirectoryLock lock = DirectoryLock.acquire(log, QUIET, TIMEOUT_NANOS);
      assertThat(line(child(log))).startsWith("locked: ");
      assertThat(lock.held()).isTrue();
      Files.delete(log.resolve(DirectoryLock.FILE_NAME));
      Files.delete(log.resolve(DirectoryLock.PID_FILE_NAME));
      Files.delete(log);
      Files.createDirectory(log);
    }
  }

  @Test
  void aLockFileThatWasReplacedIsLockedAgain() throws IOException {
    DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    Files.delete(directory.resolve(DirectoryLock.FILE_NAME));
    Files.createFile(directory.resolve(DirectoryLock.FILE_NAME));
    DirectoryLock lock = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    assertThat(whatAChildSees()).startsWith("locked: ");
    lock.release();
  }

  @Test
  void anInterruptedThreadAcquiresAndStaysInterrupted() throws IOException {
    Thread.currentThread().interrupt();
    DirectoryLock first = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    assertThat(Thread.currentThread().isInterrupted()).isTrue();
    DirectoryLock second = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    second.release();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(first.held()).isFalse();
    assertThat(whatAChildSees()).isEqualTo("held");
  }

  @Test
  void anInterruptedThreadIsRefusedProperly() throws IOException {
    assertThat(line(child(directory))).isEqualTo("held");
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS)).isInstanceOf(LogLockedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aMissingDirectoryIsAnError() {
    assertThatThrownBy(() -> DirectoryLock.acquire(directory.resolve("missing"), QUIET, TIMEOUT_NANOS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("missing");
  }

  @Test
  void releasingTwiceIsFine() throws IOException {
    DirectoryLock lock = DirectoryLock.acquire(directory, QUIET, TIMEOUT_NANOS);
    lock.release();
    lock.release();
    assertThat(lock.held()).isFalse();
  }
}
