package dev.syncline.io.jna;

import dev.syncline.shortage.Initialized;

/** What has to be there before the first operation that may find stack or memory short. */
final class FirstUse {
  /** Every class here that does something when it is initialized. */
  private static final String[] CLASSES = {
    "dev.syncline.io.jna.CopyBuffers", "dev.syncline.io.jna.Errno", "dev.syncline.io.jna.NativeDirectory",
    "dev.syncline.io.jna.NativeLoader$Holder", "dev.syncline.io.jna.NativeLock", "dev.syncline.io.jna.NativeSleepWord",
    "dev.syncline.io.jna.NativeStorage",
  };

  private FirstUse() {}

  static void prepare() {
    Initialized.require(FirstUse.class, CLASSES);
    NativeSleepWord.rehearse();
  }
}
