package dev.syncline.tck;

import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import dev.syncline.io.nio.NioStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;

/** How the storages that ship are opened, and whether the native one can be. */
final class StoragesUnderTest {
  /** With {@code -Dnative.required=true} a build without a working native storage fails instead of skipping its tests. */
  private static final String NATIVE_REQUIRED_PROPERTY = "native.required";

  private StoragesUnderTest() {}

  static Storage portableDirect(Path directory) throws IOException {
    return NioStorage.open(directory, LogTestBase.BLOCK_BYTES, true);
  }

  static Storage portableBuffered(Path directory) throws IOException {
    return NioStorage.open(directory, LogTestBase.BLOCK_BYTES, false);
  }

  static Storage nativeStorage(Path directory) throws IOException {
    return Storages.open(directory, StorageMode.NATIVE, LogTestBase.BLOCK_BYTES).storage();
  }

  /** Skips with the reason where native storage does not work, unless it is required. */
  static void needNative() throws IOException {
    Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target", "tck")), "native-");
    try (Storage works = nativeStorage(directory)) {
      works.traits();
    } catch (IOException unavailable) {
      if (Boolean.getBoolean(NATIVE_REQUIRED_PROPERTY)) throw new AssertionError("native storage is required here", unavailable);
      Assumptions.abort(unavailable.getMessage());
    }
  }
}
