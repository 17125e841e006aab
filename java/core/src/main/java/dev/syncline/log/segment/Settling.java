package dev.syncline.log.segment;

import dev.syncline.CorruptLogException;
import dev.syncline.format.SegmentName;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;

/** Brings the newest frame to its place when a log is opened that was not closed. */
public final class Settling {
  private final Storage storage;
  private final SegmentFiles files;

  public Settling(Storage storage, SegmentFiles files) {
    this.storage = storage;
    this.files = files;
  }

  /**
   * Writes a frame of which a tail slot has more than its place to that place, durably: if the file is shared, or nobody can say whether
   * what was read is on the disk, in a copy that takes the file's place. There a write to its place that failed looks as if it had not.
   */
  public void settle(Segment segment) throws IOException {
    NewestFrame newest = segment.newestFrame;
    if (newest == null) return;
    boolean pastCache = storage.traits().readsPastCache();
    boolean inPlace;
    try (SegmentFile file = storage.open(segment.name, Storage.Access.READ_UNCACHED)) {
      FileBytes bytes = FileBytes.of(file);
      boolean unsure = !pastCache && new TailSlots().hold(bytes, segment.header, newest);
      inPlace = newest.isInPlace(bytes);
      if (!unsure && inPlace) return;
    }
    if (!pastCache) {
      copySettled(segment, inPlace);
    } else if (files.isShared(segment.name)) {
      files.rewrite(segment, Long.MAX_VALUE);
    } else {
      try (SegmentFile file = storage.open(segment.name, Storage.Access.WRITE)) {
        TailSlots.place(file, newest);
      }
    }
  }

  /** From its places alone, so that it is not done again by every opening. What the disk refuses to read keeps nobody from opening. */
  private void copySettled(Segment segment, boolean inPlace) throws IOException {
    try {
      files.copyBeside(segment, Long.MAX_VALUE);
    } catch (CorruptLogException e) {
      if (inPlace) return;
      throw e;
    }
    files.clearSlots(SegmentName.temporary(segment.name));
    files.putInPlace(segment.name);
  }
}
