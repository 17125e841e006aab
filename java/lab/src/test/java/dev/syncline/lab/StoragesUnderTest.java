package dev.syncline.lab;

import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import dev.syncline.io.nio.NioStorage;
import dev.syncline.tck.LogTestBase;
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
    try (Storage works = nativeStorage(someDirectory())) {
      works.traits();
    } catch (IOException unavailable) {
      skipOrFail(unavailable.getMessage());
    }
  }

  /** Skips with the reason where the portable storage does not get past the page cache, unless native is required: then this is too. */
  static void needDirectIo() throws IOException {
    NioStorage portable = NioStorage.open(someDirectory(), LogTestBase.BLOCK_BYTES, true);
    if (!portable.traits().directIo()) skipOrFail(portable.explanation());
  }

  /** Where the portable storage does not get past the page cache, tests go through it, or fail if native is required: then this is too. */
  static void preferDirectIo() throws IOException {
    if (Boolean.getBoolean(NATIVE_REQUIRED_PROPERTY)) needDirectIo();
  }

  private static Path someDirectory() throws IOException {
    return Files.createTempDirectory(Files.createDirectories(Path.of("target", "tck")), "probe-");
  }

  static void skipOrFail(String reason) {
    if (Boolean.getBoolean(NATIVE_REQUIRED_PROPERTY)) throw new AssertionError("required here, but: " + reason);
    Assumptions.abort(reason);
  }
}
