package dev.syncline.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogClosedException;
import dev.syncline.ResourceShortageException;
import dev.syncline.StorageMode;
import dev.syncline.io.Storages.Choice;
import dev.syncline.io.Storages.Opener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoragesTest {
  private static final Supplier<Optional<String>> WORKS = Optional::empty;
  private static final Supplier<Optional<String>> MISSING = () -> Optional.of("the library is missing");
  private static final Opener REFUSES = () -> {
    throw new IOException("EINVAL from O_DIRECT");
  };

  @TempDir private Path directory;
  private final List<String> fallbacks = new ArrayList<>();

  private Choice select(StorageMode mode, Supplier<Optional<String>> problem, Opener nativeStorage) throws IOException {
    return Storages.select(mode, problem, nativeStorage, () -> new Choice(null, "PORTABLE"), fallbacks::add);
  }

  private static Choice opened() {
    return new Choice(null, "NATIVE");
  }

  @Test
  void autoTakesNativeWhereItWorks() throws IOException {
    assertThat(select(StorageMode.AUTO, WORKS, StoragesTest::opened).reason())
        .isEqualTo("native storage works here; NATIVE");
    assertThat(fallbacks).isEmpty();
  }

  @Test
  void autoFallsBackWithoutTheLibraryAndSaysWhy() throws IOException {
    assertThat(select(StorageMode.AUTO, MISSING, StoragesTest::opened).reason())
        .isEqualTo("portable storage instead of native, because the library is missing; PORTABLE");
    assertThat(fallbacks).containsExactly("portable storage instead of native, because the library is missing");
  }

  @Test
  void autoFallsBackWhereTheDirectoryRefusesAndSaysWhy() throws IOException {
    assertThat(select(StorageMode.AUTO, WORKS, REFUSES).reason())
        .contains("the directory refuses it: EINVAL from O_DIRECT")
        .endsWith("PORTABLE");
    assertThat(fallbacks).hasSize(1);
  }

  @Test
  void nativeNeverFallsBack() throws IOException {
    assertThat(select(StorageMode.NATIVE, WORKS, StoragesTest::opened).reason())
        .isEqualTo("native storage was asked for; NATIVE");
    assertThatThrownBy(() -> select(StorageMode.NATIVE, MISSING, StoragesTest::opened))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the library is missing");
    assertThatThrownBy(() -> select(StorageMode.NATIVE, WORKS, REFUSES))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("EINVAL from O_DIRECT")
        .hasCauseInstanceOf(IOException.class);
    assertThat(fallbacks).isEmpty();
  }

  /** Such as a class whose static initializer failed, or that another version of a jar lacks. */
  @Test
  void whatCannotBeLinkedIsRefusedLikeAnythingElse() throws IOException {
    Supplier<Optional<String>> broken = () -> {
      throw new NoClassDefFoundError("Could not initialize class X");
    };
    Opener unlinked = () -> {
      throw new UnsatisfiedLinkError("syncline_open_at");
    };
    assertThat(select(StorageMode.AUTO, broken, StoragesTest::opened).reason()).contains("could not be linked", "X").endsWith("PORTABLE");
    assertThat(select(StorageMode.AUTO, WORKS, unlinked).reason()).contains("could not be linked", "syncline_open_at").endsWith("PORTABLE");
    assertThatThrownBy(() -> select(StorageMode.NATIVE, WORKS, unlinked))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("syncline_open_at")
        .hasCauseInstanceOf(UnsatisfiedLinkError.class);
  }

  @Test
  void portableNeverAsksAboutNative() throws IOException {
    Supplier<Optional<String>> never = () -> {
      throw new AssertionError("the native library was looked for");
    };
    assertThat(select(StorageMode.PORTABLE, never, REFUSES).reason()).isEqualTo("portable storage was asked for; PORTABLE");
    assertThat(fallbacks).isEmpty();
  }

  @Test
  void aFallbackIsLoggedOnceAsOneLineWithoutAStackTrace() {
    List<LogRecord> logged = new ArrayList<>();
    Handler handler = new Handler() {
      @Override
      public void publish(LogRecord record) {
        logged.add(record);
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    Logger logger = Logger.getLogger("dev.syncline.storage");
    logger.addHandler(handler);
    try {
      for (int i = 0; i < 3; i++) Storages.logOnce("portable storage instead of native, because this is a test");
    } finally {
      logger.removeHandler(handler);
    }
    assertThat(logged).hasSize(1);
    assertThat(logged.get(0).getMessage()).contains("because this is a test").doesNotContain("\n");
    assertThat(logged.get(0).getThrown()).isNull();
  }

  /** What the process lacks says nothing about the directory: no log is to stay on another storage for that. */
  @Test
  void aShortageOfTheProcessIsNoReasonToFallBack() {
    Opener withoutDescriptors = () -> {
      throw new ResourceShortageException("no descriptor", null);
    };
    for (StorageMode mode : new StorageMode[] {StorageMode.AUTO, StorageMode.NATIVE})
      assertThatThrownBy(() -> select(mode, WORKS, withoutDescriptors)).isInstanceOf(ResourceShortageException.class);
    assertThat(fallbacks).isEmpty();
  }

  @Test
  void aLoggerThatFailsDoesNotKeepALogFromOpening() {
    Handler handler = new Handler() {
      @Override
      public void publish(LogRecord record) {
        throw new Error("no descriptor for the time zones");
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    Logger logger = Logger.getLogger("dev.syncline.storage");
    logger.addHandler(handler);
    try {
      assertThatCode(() -> Storages.logOnce("portable storage, because a handler throws")).doesNotThrowAnyException();
    } finally {
      logger.removeHandler(handler);
    }
  }

  @Test
  void theWishForPortableIsGranted() throws IOException {
    Choice choice = Storages.open(directory, StorageMode.PORTABLE, 4096);
    assertThat(choice.storage().traits().name()).isEqualTo("portable");
    assertThat(choice.reason()).startsWith("portable storage was asked for; ").doesNotEndWith(".");
  }

  @Test
  void aPropertyKeepsPortableStorageBuffered() throws IOException {
    String before = System.getProperty(Storages.PORTABLE_DIRECT_PROPERTY);
    System.setProperty(Storages.PORTABLE_DIRECT_PROPERTY, "false");
    try {
      assertThat(Storages.open(directory, StorageMode.PORTABLE, 4096).storage().traits().directIo()).isFalse();
    } finally {
      if (before == null) System.clearProperty(Storages.PORTABLE_DIRECT_PROPERTY);
      else System.setProperty(Storages.PORTABLE_DIRECT_PROPERTY, before);
    }
  }

  @Test
  void aDirectoryIsCreatedBeforeAnythingIsTriedInIt() throws IOException {
    Path deep = directory.resolve("x/y");
    Storages.createDirectory(deep);
    assertThat(deep).isEmptyDirectory();
    Storages.createDirectory(deep);
    assertThatThrownBy(() -> Storages.createDirectory(Files.createFile(deep.resolve("file"))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is a file where a directory should be");
  }

  @Test
  void storagesThatAreClosedAreNotKept() throws IOException {
    Storage storage = Storages.open(directory, StorageMode.PORTABLE, 4096).storage();
    for (int i = 0; i < 100; i++) storage.in(directory.resolve("child-" + i)).close();
    assertThat(storage.openChildren()).isZero();
    Storage kept = storage.in(directory.resolve("kept"));
    assertThat(storage.openChildren()).isEqualTo(1);
    storage.close();
    assertThat(storage.openChildren()).isZero();
    assertThatThrownBy(kept::list).isInstanceOf(LogClosedException.class);
  }

  @Test
  void aStorageToReadWritesNothingAndMakesNoDirectory() throws IOException {
    Path missing = directory.resolve("missing");
    assertThat(Storages.openToRead(missing, 4096).storage().traits().alignmentBytes()).isEqualTo(1);
    assertThat(missing).doesNotExist();
  }
}
