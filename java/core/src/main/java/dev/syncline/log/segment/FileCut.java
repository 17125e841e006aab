package dev.syncline.log.segment;

import dev.syncline.format.SegmentName;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;

/**
 * Cuts a segment's file. In place only if nobody else shows it: a file that another directory has a link to, as a snapshot does, is copied
 * up to the cut and the copy takes its place.
 */
public final class FileCut {
  private final Storage storage;
  private final String name;
  private final long endBytes;
  private final boolean copied;

  private FileCut(Storage storage, String name, long endBytes, boolean copied) {
    this.storage = storage;
    this.name = name;
    this.endBytes = endBytes;
    this.copied = copied;
  }

  /** Makes a cut at {@code endBytes} ready. Changes nothing that counts, and may meet a full disk. */
  public static FileCut prepare(Storage storage, String name, long endBytes) throws IOException {
    boolean shared = storage.linkCount(name) != 1;
    if (shared) {
      String copy = name + SegmentName.TEMPORARY_SUFFIX;
      if (storage.list().contains(copy)) storage.delete(copy);
      Snapshot.copy(storage, storage, name, copy, endBytes);
    }
    return new FileCut(storage, name, endBytes, shared);
  }

  /** Cuts, durably. A file that ends before is synced and stays as it is. */
  public void apply() throws IOException {
    if (copied) {
      storage.rename(name + SegmentName.TEMPORARY_SUFFIX, name);
      storage.syncDirectory();
      return;
    }
    try (SegmentFile file = storage.open(name, Storage.Access.WRITE)) {
      if (file.size() > endBytes) file.truncate(endBytes);
      file.sync();
    }
  }
}
