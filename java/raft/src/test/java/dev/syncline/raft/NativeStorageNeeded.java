package dev.syncline.raft;

import dev.syncline.io.Storages;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;

/** Skips with the reason where native storage does not work; with {@code -Dnative.required=true} fails instead. */
final class NativeStorageNeeded {
  private NativeStorageNeeded() {}

  static void orSkip() throws IOException {
    Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target", "tck")), "probe-");
    Optional<String> problem = Storages.nativeProblem(directory, 4096);
    if (problem.isEmpty()) return;
    if (Boolean.getBoolean("native.required")) throw new AssertionError("required here, but: " + problem.get());
    Assumptions.abort(problem.get());
  }
}
