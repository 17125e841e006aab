package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Operation;
import dev.syncline.StorageMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.KitDirectory;
import dev.syncline.tck.Together;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.WeakReference;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is left in a process of a log whose class loader is dropped, as an application server does when it deploys an application anew. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DroppedClassLoaderTest {
  private static final int ROUNDS = 3;
  private static final String JNAS_THREAD = "JNA Cleaner";

  @TempDir(factory = KitDirectory.class)
  private Path directory;

  /** An application with a log in it, which ends as CONTRACT.md says: all that its class loader runs. */
  public static final class Application implements Runnable {
    private final Path directory;
    private final String mode;

    public Application(Path directory, String mode) {
      this.directory = directory;
      this.mode = mode;
    }

    @Override
    public void run() {
      WalOptions options = WalOptions.builder().storage(StorageMode.valueOf(mode)).build();
      try (WriteAheadLog log = WriteAheadLog.open(directory, options)) {
        long appended = log.append(new byte[100]);
        log.appendAsync(Operation.entry(new byte[10])).durable().join();
        log.read(appended);
        log.checkpoint(appended);
        log.truncate(appended);
        log.truncateAfter(log.currentSequence() - 1);
        try (WriteAheadLog reader = WriteAheadLog.openReadOnly(directory); WalCursor cursor = reader.replay()) {
          cursor.forEachRemaining(record -> {});
        }
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      if (mode.equals(StorageMode.NATIVE.name())) unregister();
    }

    private static void unregister() {
      try {
        com.sun.jna.Native.unregister(Class.forName("dev.syncline.io.jna.LibSyncline"));
      } catch (ClassNotFoundException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void ofAPortableLogNothingStays() throws Exception {
    assertNothingStays(StorageMode.PORTABLE);
  }

  /** JNA's own thread is told to end; else it does so half a minute later. */
  @Test
  void ofANativeLogNothingStays() throws Exception {
    StoragesUnderTest.needNative();
    assertNothingStays(StorageMode.NATIVE);
  }

  private void assertNothingStays(StorageMode mode) throws Exception {
    Set<String> properties = ours();
    List<String> mapped = mappedLibraries();
    for (int round = 0; round < ROUNDS; round++) {
      WeakReference<ClassLoader> loader = deployAndDrop(mode, directory.resolve("round-" + round));
      awaitCollecting("the class loader is collected", () -> loader.get() == null);
    }
    assertThat(ours()).isEqualTo(properties);
    awaitCollecting("no library is mapped that was not before", () -> mappedLibraries().equals(mapped));
  }

  private interface Condition {
    boolean holds();
  }

  private static void awaitCollecting(String what, Condition condition) throws InterruptedException {
    Together.await(what, () -> {
      System.gc();
      return condition.holds();
    });
  }

  private WeakReference<ClassLoader> deployAndDrop(StorageMode mode, Path own) throws Exception {
    URLClassLoader loader = new URLClassLoader(classPath(own), ClassLoader.getPlatformClassLoader());
    Class<?> type = loader.loadClass(Application.class.getName());
    assertThat(type).isNotSameAs(Application.class);
    Runnable application =
        (Runnable) type.getConstructor(Path.class, String.class).newInstance(directory.resolve("log"), mode.name());
    // In a thread of its own, which ends with it.
    Thread thread = new Thread(application, "application");
    AtomicReference<String> failure = new AtomicReference<>();
    thread.setUncaughtExceptionHandler((which, thrown) -> failure.set(String.valueOf(thrown)));
    thread.setContextClassLoader(loader);
    thread.start();
    thread.join();
    assertThat(failure.get()).isNull();
    Together.await("no thread of the application is left but JNA's", () -> threadsOf(loader).allMatch(DroppedClassLoaderTest::isJnas));
    threadsOf(loader).forEach(Thread::interrupt);
    loader.close();
    return new WeakReference<>(loader);
  }

  private static boolean isJnas(Thread thread) {
    return thread.getName().equals(JNAS_THREAD);
  }

  private static Stream<Thread> threadsOf(ClassLoader loader) {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(each -> each.getContextClassLoader() == loader || each.getClass().getClassLoader() == loader);
  }

  private static Set<String> ours() {
    Set<String> names = new TreeSet<>(System.getProperties().stringPropertyNames());
    names.removeIf(name -> !name.contains("syncline"));
    return names;
  }

  /** That of the tests, behind a copy of the native library: the JVM holds no file for two class loaders. */
  private static URL[] classPath(Path own) throws IOException {
    List<URL> urls = new ArrayList<>(List.of(Files.createDirectories(own).toUri().toURL()));
    String resource = com.sun.jna.Platform.RESOURCE_PREFIX + "/libsyncline.so";
    try (InputStream library = WriteAheadLog.class.getResourceAsStream("/" + resource)) {
      Files.createDirectories(own.resolve(resource).getParent());
      if (library != null) Files.copy(library, own.resolve(resource));
    }
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) urls.add(Path.of(entry).toUri().toURL());
    return urls.toArray(URL[]::new);
  }

  /** Each mapping of a library of ours or JNA's; also of those whose file is gone. */
  private static List<String> mappedLibraries() {
    Path maps = Path.of("/proc/self/maps");
    if (!Files.exists(maps)) return List.of();
    try (Stream<String> lines = Files.lines(maps)) {
      return lines.filter(line -> line.contains("libsyncline.so") || line.contains("/jna")).map(line -> line.substring(line.indexOf('/')))
          .filter(file -> !file.endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
