package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFencedException;
import dev.syncline.LogLockedException;
import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.ChildLog;
import dev.syncline.tck.ChildProcess;
import dev.syncline.tck.LogTestBase;
import dev.syncline.tck.Quietly;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Promise 15 between two openers, each on any storage: two processes, two class loaders, by either name of the directory. */
class ProcessesTest extends LogTestBase {
  private static final List<StorageMode> MODES = List.of(StorageMode.NATIVE, StorageMode.PORTABLE);

  static class OnNative extends ProcessesTest {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.nativeStorage(directory);
    }
  }

  static class OnPortable extends ProcessesTest {}

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return StoragesUnderTest.portableDirect(directory);
  }

  static Stream<Arguments> pairs() {
    return MODES.stream().flatMap(holder -> MODES.stream().map(opener -> Arguments.of(holder, opener)));
  }

  private static Class<? extends LogTestBase> on(StorageMode mode) {
    return mode == StorageMode.NATIVE ? OnNative.class : OnPortable.class;
  }

  private static void needs(StorageMode... modes) throws IOException {
    if (List.of(modes).contains(StorageMode.NATIVE)) StoragesUnderTest.needNative();
  }

  private static WriteAheadLog open(Path directory, StorageMode mode) throws IOException {
    return WriteAheadLog.open(directory, WalOptions.builder().storage(mode).openTimeout(ChildLog.OPEN_TIMEOUT).build());
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void anotherProcessIsRefusedWhateverTheStoragesUntilTheHolderIsKilled(StorageMode holder, StorageMode opener) throws Exception {
    needs(holder, opener);
    Path link = Files.createSymbolicLink(temporary.resolve("link"), directory());
    try (ChildProcess child = ChildProcess.start(on(holder), directory(), "hold")) {
      child.awaitLine("opened");
      for (Path path : List.of(directory(), link))
        assertThatThrownBy(() -> open(path, opener))
            .isInstanceOf(LogLockedException.class).hasMessageContaining(String.valueOf(child.pid()));
      child.kill();
    }
    try (WriteAheadLog log = open(link, opener)) {
      assertThat(log.append(entryPayload(1))).isEqualTo(1);
    }
  }

  /** A directory shows by its time whether a file was made in it, though it is gone again. */
  @ParameterizedTest
  @MethodSource("pairs")
  void whoIsRefusedHasTriedNothingInTheDirectory(StorageMode holder, StorageMode opener) throws Exception {
    needs(holder, opener);
    try (ChildProcess child = ChildProcess.start(on(holder), directory(), "hold")) {
      child.awaitLine("opened");
      FileTime before = FileTime.fromMillis(0);
      Files.setLastModifiedTime(directory(), before);
      assertThatThrownBy(() -> open(directory(), opener)).isInstanceOf(LogLockedException.class);
      assertThat(Files.getLastModifiedTime(directory())).isEqualTo(before);
      child.kill();
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void ofTwoOpenersInOneProcessTheNewerWinsWhateverTheStorages(StorageMode holder, StorageMode opener) throws Exception {
    needs(holder, opener);
    WriteAheadLog fenced = open(directory(), holder);
    appendEntries(fenced, 3);
    try (WriteAheadLog successor = open(directory(), opener)) {
      assertThat(lines(successor.replay())).isEqualTo(entryLines(1, 3));
      assertThatThrownBy(() -> fenced.append(bytes("late"))).isInstanceOf(LogFencedException.class);
      assertThat(successor.append(entryPayload(4))).isEqualTo(4);
    }
    Quietly.close(fenced);
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void ofTwoClassLoadersTheNewerWinsWhateverTheStorages(StorageMode holder, StorageMode opener) throws Exception {
    needs(holder, opener);
    WriteAheadLog fenced = open(directory(), holder);
    appendEntries(fenced, 3);
    List<URL> urls = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) urls.add(Path.of(entry).toUri().toURL());
    try (URLClassLoader stranger = new URLClassLoader(urls.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Object options = options(stranger, opener);
      Class<?> type = stranger.loadClass(WriteAheadLog.class.getName());
      assertThat(type).isNotSameAs(WriteAheadLog.class);
      try (AutoCloseable successor =
          (AutoCloseable) type.getMethod("open", Path.class, options.getClass()).invoke(null, directory(), options)) {
        assertThat(type.getMethod("currentSequence").invoke(successor)).isEqualTo(3L);
        assertThatThrownBy(() -> fenced.append(bytes("late"))).isInstanceOf(LogFencedException.class);
      }
    }
    Quietly.close(fenced);
  }

  /** {@code WalOptions.builder().storage(mode).build()} of another class loader. */
  private static Object options(ClassLoader loader, StorageMode mode) throws ReflectiveOperationException {
    Class<?> modes = loader.loadClass(StorageMode.class.getName());
    Object builder = loader.loadClass(WalOptions.class.getName()).getMethod("builder").invoke(null);
    Method storage = builder.getClass().getMethod("storage", modes);
    storage.invoke(builder, modes.getMethod("valueOf", String.class).invoke(null, mode.name()));
    return builder.getClass().getMethod("build").invoke(builder);
  }
}
