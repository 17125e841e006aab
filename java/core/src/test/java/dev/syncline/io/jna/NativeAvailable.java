package dev.syncline.io.jna;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/** Decides what a test does without the native library: skip, or fail where {@code -Dnative.required=true} is set. */
final class NativeAvailable {
  private NativeAvailable() {}

  static void orSkip() {
    NativeLoader.problem().ifPresent(NativeAvailable::skipOrFail);
  }

  private static void skipOrFail(String problem) {
    if (Boolean.getBoolean("native.required")) fail("native storage is required but " + problem);
    abort("native storage is unavailable: " + problem);
  }
}
