package dev.syncline.log.segment;

import dev.syncline.IncompatibleLogException;
import dev.syncline.format.Layout;
import dev.syncline.format.LogId;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;

/** The messages for directories that this library must leave alone. */
public final class Incompatible {
  private Incompatible() {}

  public static IncompatibleLogException version(Storage storage, long ordinal, int version) {
    return new IncompatibleLogException(
        storage.directory().resolve(SegmentName.of(ordinal)) + " was written in format version " + version
            + ", this library reads version " + Layout.FORMAT_VERSION + ". Use a newer Syncline for this directory; nothing was changed.");
  }

  public static IncompatibleLogException foreignSegment(Storage storage, long ordinal, LogId expected, LogId found) {
    return new IncompatibleLogException(
        storage.directory().resolve(SegmentName.of(ordinal)) + " belongs to another log: expected log id " + expected + ", found " + found
            + ". Move it back to where it came from; nothing was changed.");
  }

  public static IncompatibleLogException foreignName(Storage storage, String name) {
    return new IncompatibleLogException(
        storage.directory().resolve(name) + " is no name that this log gives: expected twenty digits above 0 and .wal. "
            + "Move the file elsewhere; nothing was changed.");
  }
}
