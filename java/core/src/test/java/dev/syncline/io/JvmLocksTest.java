package dev.syncline.io;

import static dev.syncline.StorageMode.NATIVE;
import static dev.syncline.StorageMode.PORTABLE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogLockedException;
import dev.syncline.StorageMode;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the locks of one JVM share, whatever class loaders they are of, and what is left of it afterwards. */
@Timeout(900)
class JvmLocksTest {
  private static final long TIMEOUT_NANOS = LockChild.TIMEOUT_NANOS;
  private static final String GROUP = "dev.syncline.io.DirectoryLock.held";

  @TempDir private Path directory;

  /** A copy of the library's lock. */
  private static final class Stranger implements AutoCloseable {
    private URLClassLoader loader;
    private Object lock;

    Stranger() throws IOException {
      URL classes = DirectoryLock.class.getProtectionDomain().getCodeSource().getLocation();
      loader = new URLClassLoader(new URL[] {classes}, ClassLoader.getPlatformClassLoader());
    }

    void acquire(Path directory, LongPredicate fence) throws ReflectiveOperationException {
      Class<?> type = loader.loadClass(DirectoryLock.class.getName());
      assertThat(type).isNotSameAs(DirectoryLock.class);
      lock = type.getMethod("acquire", Path.class, LongPredicate.class, long.class).invoke(null, directory, fence, TIMEOUT_NANOS);
    }

    boolean held() throws ReflectiveOperationException {
      return (boolean) lock.getClass().getMethod("held").invoke(lock);
    }

    void release() throws ReflectiveOperationException {
      lock.getClass().getMethod("release").invoke(lock);
    }

    WeakReference<ClassLoader> forgotten() throws IOException {
      WeakReference<ClassLoader> reference = new WeakReference<>(loader);
      loader.close();
      loader = null;
      lock = null;
      return reference;
    }

    @Override
    public void close() throws IOException {
      if (loader != null) loader.close();
    }
  }

  private static void isCollected(WeakReference<ClassLoader> loader) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    List<byte[]> garbage = new ArrayList<>();
    while (loader.get() != null) {
      assertThat(System.nanoTime()).as("something still leads to the class loader").isLessThan(deadlineNanos);
      garbage.add(new byte[1 << 16]);
      System.gc();
      Thread.sleep(10);
    }
  }

  private static List<ThreadGroup> groups() {
    ThreadGroup root = Thread.currentThread().getThreadGroup();
    while (root.getParent() != null) root = root.getParent();
    ThreadGroup[] groups = new ThreadGroup[1_000];
    int count = root.enumerate(groups, true);
    return Stream.of(groups).limit(count).filter(group -> group.getName().equals(GROUP)).toList();
  }

  private DirectoryLock acquire() throws IOException {
    return DirectoryLock.acquire(directory, nanos -> true, TIMEOUT_NANOS);
  }

  @ParameterizedTest
  @EnumSource(value = StorageMode.class, names = {"NATIVE", "PORTABLE"})
  void thePropertiesCanBeListedDuringAndAfter(StorageMode mode) throws IOException {
    LockChild.needs(mode);
    LockChild.acquire(mode, directory).release();
    Properties before = (Properties) System.getProperties().clone();
    DirectoryLock lock = LockChild.acquire(mode, directory);
    System.getProperties().list(new PrintStream(new ByteArrayOutputStream()));
    lock.release();
    System.getProperties().list(new PrintStream(new ByteArrayOutputStream()));
    assertThat(System.getProperties()).isEqualTo(before);
  }

  @Test
  void replacedPropertiesChangeNothing() throws Exception {
    Properties own = System.getProperties();
    DirectoryLock mine = acquire();
    try (Stranger stranger = new Stranger()) {
      Properties others = new Properties();
      others.putAll(own);
      System.setProperties(others);
      stranger.acquire(directory, nanos -> true);
      assertThat(mine.held()).isFalse();
      System.setProperties(own);
      DirectoryLock again = acquire();
      assertThat(stranger.held()).isFalse();
      again.release();
    } finally {
      System.setProperties(own);
    }
  }

  @Test
  void amongManyClassLoadersTheNewestWins() throws Exception {
    List<Stranger> strangers = new ArrayList<>();
    AtomicInteger fenced = new AtomicInteger();
    for (int i = 0; i < 8; i++) {
      Stranger stranger = new Stranger();
      strangers.add(stranger);
      stranger.acquire(directory, nanos -> fenced.incrementAndGet() > 0);
    }
    for (Stranger stranger : strangers) assertThat(stranger.held()).isEqualTo(stranger == strangers.get(7));
    assertThat(fenced).hasValue(7);
    for (Stranger stranger : strangers) stranger.release();
    try (LockChild child = LockChild.start(PORTABLE, directory)) {
      assertThat(child.said()).isEqualTo("held");
    }
    for (Stranger stranger : strangers) isCollected(stranger.forgotten());
  }

  @Test
  void classLoadersThatComeAtOnceFindEachOther() throws Exception {
    for (int round = 0; round < 20; round++) {
      List<Stranger> strangers = new ArrayList<>();
      List<Thread> threads = new ArrayList<>();
      AtomicInteger failed = new AtomicInteger();
      for (int i = 0; i < 4; i++) {
        Stranger stranger = new Stranger();
        strangers.add(stranger);
        threads.add(new Thread(() -> {
          try {
            stranger.acquire(directory, nanos -> true);
          } catch (ReflectiveOperationException | RuntimeException e) {
            failed.incrementAndGet();
          }
        }));
      }
      for (Thread thread : threads) thread.start();
      for (Thread thread : threads) thread.join();
      assertThat(failed).hasValue(0);
      int held = 0;
      for (Stranger stranger : strangers) if (stranger.held()) held++;
      assertThat(held).isEqualTo(1);
      for (Stranger stranger : strangers) stranger.release();
    }
  }

  @Test
  void aClassLoaderIsCollectedOnceItHasReleased() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Stranger stranger = new Stranger();
    stranger.acquire(directory, nanos -> true);
    DirectoryLock mine = DirectoryLock.acquire(elsewhere, nanos -> true, TIMEOUT_NANOS);
    stranger.release();
    isCollected(stranger.forgotten());
    assertThat(mine.held()).isTrue();
    mine.release();
  }

  @Test
  void theEntriesOutliveTheClassLoaderThatMadeThem() throws Exception {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Stranger stranger = new Stranger();
    stranger.acquire(elsewhere, nanos -> true);
    DirectoryLock mine = acquire();
    stranger.release();
    isCollected(stranger.forgotten());
    try (Stranger another = new Stranger()) {
      another.acquire(directory, nanos -> true);
      assertThat(mine.held()).isFalse();
      another.release();
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void nothingIsLeft() throws Exception {
    for (StorageMode mode : new StorageMode[] {NATIVE, PORTABLE}) {
      LockChild.needs(mode);
      LockChild.acquire(mode, directory).release();
      Set<Thread> before = Thread.getAllStackTraces().keySet();
      int groups = groups().size();
      for (int i = 0; i < 5; i++) {
        LockChild.acquire(mode, directory);
        DirectoryLock lock = LockChild.acquire(mode, directory);
        lock.check();
        assertThat(descriptors()).isNotEmpty();
        lock.release();
      }
      assertThat(descriptors()).as(mode.name()).isEmpty();
      // The JVM starts and ends some of its own, for child processes of other tests too; a thread whose work is done ends soon after it.
      while (Thread.getAllStackTraces().keySet().stream().anyMatch(thread -> !before.contains(thread) && isOurs(thread))) Thread.sleep(1);
      // Since Java 19 a group goes when it is collected.
      if (Runtime.version().feature() < 19) assertThat(groups()).hasSize(groups);
      try (Stream<Path> files = Files.list(directory)) {
        assertThat(files.map(file -> file.getFileName().toString())).containsExactly(DirectoryLock.FILE_NAME);
      }
    }
  }

  private static boolean isOurs(Thread thread) {
    return thread.getName().startsWith("syncline");
  }

  /** What this process has open in the directory, itself included. */
  private List<String> descriptors() throws IOException {
    List<String> found = new ArrayList<>();
    for (File descriptor : new File("/proc/self/fd").listFiles()) {
      try {
        String target = Files.readSymbolicLink(descriptor.toPath()).toString();
        if (target.startsWith(directory.toRealPath().toString())) found.add(target);
      } catch (IOException closedMeanwhile) {
        continue;
      }
    }
    return found;
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aLockOfOtherCodeInThisProcessIsLeftAloneAndCostsOneDescriptor() throws IOException {
    try (FileChannel other = FileChannel.open(
        directory.resolve(DirectoryLock.FILE_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      other.lock();
      for (int i = 0; i < 3; i++)
        assertThatThrownBy(this::acquire).isInstanceOf(LogLockedException.class).hasMessageContaining("other code of this process");
      assertThat(descriptors()).hasSize(2);
      try (LockChild child = LockChild.start(PORTABLE, directory)) {
        assertThat(child.said()).as("its lock was not dropped").startsWith("locked");
      }
    }
    acquire().release();
    assertThat(descriptors()).isEmpty();
  }

  @Test
  void aReleaseThatMetAFailedTakeoverCountsOnceAllIsQuiet() throws IOException {
    boolean[] quiet = {false};
    DirectoryLock first = DirectoryLock.acquire(directory, nanos -> quiet[0], TIMEOUT_NANOS);
    assertThatThrownBy(this::acquire).hasMessageContaining("still has an operation in progress");
    first.release();
    assertThat(locked()).isTrue();
    quiet[0] = true;
    first.release();
    assertThat(locked()).isFalse();
  }

  @Test
  void aReleaseDuringATakeoverThatFailsIsNotLost() throws IOException {
    DirectoryLock[] first = new DirectoryLock[1];
    AtomicInteger asked = new AtomicInteger();
    first[0] = DirectoryLock.acquire(directory, nanos -> {
      // Its last operation returns just after the newer opener has given up.
      if (asked.incrementAndGet() > 1) return true;
      released(first[0]);
      return false;
    }, TIMEOUT_NANOS);
    assertThatThrownBy(this::acquire).hasMessageContaining("still has an operation in progress");
    assertThat(asked).hasValue(2);
    assertThat(locked()).isFalse();
  }

  @Test
  void aReleaseInsideTheFenceItselfIsNotLostEither() throws IOException {
    DirectoryLock[] first = new DirectoryLock[1];
    AtomicInteger asked = new AtomicInteger();
    first[0] = DirectoryLock.acquire(directory, nanos -> {
      try {
        first[0].release();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      return asked.incrementAndGet() > 1;
    }, TIMEOUT_NANOS);
    assertThatThrownBy(this::acquire).hasMessageContaining("still has an operation in progress");
    assertThat(locked()).isFalse();
  }

  private static void released(DirectoryLock lock) {
    Thread releaser = new Thread(() -> {
      try {
        lock.release();
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    });
    releaser.start();
    try {
      releaser.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private boolean locked() throws IOException {
    try (LockChild child = LockChild.start(PORTABLE, directory)) {
      return !child.said().equals("held");
    }
  }

  @Test
  void aCheckIsTheSameInAnInterruptedThread() throws IOException {
    DirectoryLock lock = acquire();
    Thread.currentThread().interrupt();
    lock.check();
    lock.check();
    assertThat(Thread.interrupted()).isTrue();
    assertThat(locked()).isTrue();
    lock.release();
  }

  @Test
  void manyThreadsMayCheckAtOnce() throws Exception {
    DirectoryLock lock = acquire();
    AtomicInteger failed = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++)
      threads.add(new Thread(() -> {
        try {
          for (int n = 0; n < 500; n++) lock.check();
        } catch (IOException | RuntimeException e) {
          failed.incrementAndGet();
        }
      }));
    for (Thread thread : threads) thread.start();
    for (Thread thread : threads) thread.join();
    assertThat(failed).hasValue(0);
    lock.release();
  }
}
