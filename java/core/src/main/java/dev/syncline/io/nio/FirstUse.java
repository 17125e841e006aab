package dev.syncline.io.nio;

import dev.syncline.shortage.Initialized;

/** What has to be there before the first operation that may find stack or memory short. */
final class FirstUse {
  /** Every class here that does something when it is initialized. */
  private static final String[] CLASSES = {
    "dev.syncline.shortage.Descriptors", "dev.syncline.io.nio.DirectSupport", "dev.syncline.io.nio.Full",
    "dev.syncline.io.nio.NioSegmentFile", "dev.syncline.io.nio.NioStorage",
  };

  private FirstUse() {}

  static void prepare() {
    Initialized.require(FirstUse.class, CLASSES);
  }
}
