package dev.syncline.cli;

import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Finds out whether native storage works somewhere, by opening a log there with it. */
final class NativeProbe {
  private NativeProbe() {}

  /** Why native storage does not work in this directory, which is created; empty if it does. */
  static Optional<String> problem(Path directory) {
    try {
      WriteAheadLog.open(directory, WalOptions.builder().storage(StorageMode.NATIVE).build()).close();
      return Optional.empty();
    } catch (IOException | RuntimeException e) {
      return Optional.of(Failures.describe(e));
    }
  }
}
