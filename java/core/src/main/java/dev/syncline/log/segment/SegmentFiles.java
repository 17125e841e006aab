package dev.syncline.log.segment;

import dev.syncline.format.Layout;
import dev.syncline.format.SegmentName;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;

/**
 * The files of a log: the one place that finds, makes, changes, renames and deletes segments and spare files.
 *
 * <p>A file is changed in place only if this name is its only one, or if it was made here and is still held open to write. Any other may be
 * part of another log, as a snapshot's are by hard links: it is copied as far as it counts, and the copy takes its place once it is
 * durable. Where links cannot be counted every file is such a one. Who cuts or goes on with a file counts just before; who uses a
 * truncated segment's file again takes its name away first, and then counts: by then nobody links it who goes by names.
 */
public final class SegmentFiles {
  private static final int STEP_BYTES = 1 << 20;

  private final Storage storage;

  public SegmentFiles(Storage storage) {
    this.storage = storage;
  }

  // What there is.

  /**
   * Ordinals of the segments.
   *
   * @throws dev.syncline.IncompatibleLogException if a file is named like a segment, and not as a log names one
   */
  public NavigableSet<Long> ordinals() throws IOException {
    NavigableSet<Long> found = new TreeSet<>();
    for (String name : storage.list()) {
      if (!SegmentName.isSegment(name)) continue;
      long ordinal = SegmentName.ordinal(name);
      if (ordinal < 0) throw Incompatible.foreignName(storage, name);
      found.add(ordinal);
    }
    return found;
  }

  /** So many at most, newest first. */
  private List<Long> newest(int count) throws IOException {
    List<Long> all = new ArrayList<>(ordinals().descendingSet());
    return all.subList(0, Math.min(count, all.size()));
  }

  /** What the segments take, or the newest one alone. */
  public long bytes(boolean newestOnly) throws IOException {
    long bytes = 0;
    for (long ordinal : newest(newestOnly ? 1 : Integer.MAX_VALUE)) {
      try (SegmentFile file = storage.open(SegmentName.of(ordinal), Storage.Access.READ)) {
        bytes += file.size();
      } catch (NoSuchFileException e) {
        // Truncated by another process since.
        continue;
      }
    }
    return bytes;
  }

  public boolean contains(String name) throws IOException {
    return storage.list().contains(name);
  }

  /** Whether the file may be part of another log, too. */
  public boolean isShared(String name) throws IOException {
    return storage.linkCount(name) != 1;
  }

  // Changing.

  /** Opens a file to go on writing in it, behind {@code endBytes}: if it is shared, a copy that has taken its place. */
  SegmentFile openToGoOn(Segment segment, long endBytes) throws IOException {
    if (isShared(segment.name)) rewrite(segment, endBytes);
    return storage.open(segment.name, Storage.Access.WRITE);
  }

  /**
   * The tail's file, which may end within the newest frame's block, is about to grow: the file system writes that block then, so a tail
   * slot gets the frame first, durably.
   */
  void beforeGrowing(Segment tail) throws IOException {
    if (tail.writer().size() < tail.endBytes()) keepInSlot(tail.writer(), tail);
  }

  private void keepInSlot(SegmentFile file, Segment segment) throws IOException {
    if (!segment.reachesBeyond(segment.header.baseSequence())) return;
    FileBytes bytes = segment.asItCounts(FileBytes.of(file));
    TailSlots slots = new TailSlots();
    // In the last block begins the last frame, or none: then that takes more than one, and a slot does not take it.
    NewestFrame last = slots.inPlace(bytes, segment.header, segment.endBytes() - segment.header.blockBytes());
    if (last != null && last.header.lastSequence() >= segment.lastSequence()) slots.keep(file, segment.header, last);
  }

  /** A cut that was made ready. */
  public final class Cut {
    private final Segment segment;
    private final String name;
    private final long endBytes;
    private final boolean copied;

    private Cut(Segment segment, long endBytes, boolean copied) {
      this.segment = segment;
      this.name = segment.name;
      this.endBytes = endBytes;
      this.copied = copied;
    }

    /** Cuts, durably. A file that ends before is synced and stays as it is. */
    public void apply() throws IOException {
      if (copied) {
        putInPlace(name);
        return;
      }
      try (SegmentFile file = storage.open(name, Storage.Access.WRITE)) {
        cut(file, segment, endBytes);
      }
    }
  }

  /**
   * Makes a cut at {@code endBytes} ready. Changes nothing that counts, and may meet a full disk.
   *
   * @throws dev.syncline.CorruptLogException if the file is shared, and the disk refuses to read what is to be copied
   */
  public Cut prepareCut(Segment segment, long endBytes) throws IOException {
    boolean shared = isShared(segment.name);
    if (shared) copyBeside(segment, endBytes);
    return new Cut(segment, endBytes, shared);
  }

  /** Cuts, durably, the file of a segment that was written to until now, or that nobody writes to. */
  void cutAtLast(Segment segment, SegmentFile written) throws IOException {
    try (SegmentFile file = written != null ? written : storage.open(segment.name, Storage.Access.READ)) {
      if (file.size() == segment.usedEndBytes() && new TailSlots().areEmpty(FileBytes.of(file))) return;
      // Where links cannot be counted: this log made none of a file that it has written to.
      if (written != null && storage.linkCount(segment.name) <= 1) {
        cut(file, segment, segment.usedEndBytes());
        return;
      }
    }
    prepareCut(segment, segment.usedEndBytes()).apply();
  }

  private void cut(SegmentFile file, Segment segment, long endBytes) throws IOException {
    // Within the newest frame's block: the file system writes that.
    boolean within = endBytes < segment.endBytes();
    if (within) keepInSlot(file, segment);
    else new TailSlots().clearBehind(file, segment.header, endBytes);
    if (file.size() > endBytes) file.truncate(endBytes);
    file.sync();
    // From here on what the file says is what its places say.
    if (endBytes == segment.usedEndBytes()) TailSlots.clear(file);
  }

  /** Puts a copy of the first {@code endBytes} in a file's place, durably. */
  public void rewrite(Segment segment, long endBytes) throws IOException {
    copyBeside(segment, endBytes);
    putInPlace(segment.name);
  }

  void copyBeside(Segment segment, long endBytes) throws IOException {
    beside(segment.name, copy -> {
      copyTo(storage, segment, copy, endBytes);
      try (SegmentFile file = storage.open(copy, Storage.Access.WRITE)) {
        if (endBytes <= segment.endBytes()) TailSlots.clear(file);
        else new TailSlots().clearBehind(file, segment.header, endBytes);
      }
    });
  }

  private interface Copying {
    void to(String name) throws IOException;
  }

  /** Half a copy is of no use to anybody, and takes room. */
  private String beside(String name, Copying copying) throws IOException {
    String copy = SegmentName.temporary(name);
    deleteIfThere(copy);
    try {
      copying.to(copy);
      return copy;
    } catch (IOException | RuntimeException | Error e) {
      discard(copy, e);
      throw e;
    }
  }

  private void discard(String copy, Throwable because) {
    try {
      deleteIfThere(copy);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /** Makes, beside a finished segment, a copy of it with a seal of its own; it lies under the name that is returned. */
  public String sealBeside(Segment segment) throws IOException {
    return beside(segment.name, copy -> SealedCopy.write(storage, segment, storage, copy));
  }

  /** Puts what was made beside a file in its place, durably. */
  public void putInPlace(String name) throws IOException {
    storage.rename(SegmentName.temporary(name), name);
    storage.syncDirectory();
  }

  // Copying.

  /** Gives {@code target} the same file, which never changes any more; a copy of it where it cannot be linked. */
  void shareWith(Storage target, Segment segment) throws IOException {
    if (!storage.link(segment.name, target)) copyTo(target, segment, Long.MAX_VALUE);
  }

  /**
   * Copies a segment's file up to {@code endBytes}, or to its end if that comes first; durable but for its name.
   *
   * @throws dev.syncline.CorruptLogException if the disk refuses to read some of it
   */
  public void copyTo(Storage target, Segment segment, long endBytes) throws IOException {
    copyTo(target, segment, segment.name, endBytes);
  }

  void copyTo(Storage target, Segment segment, String copyName, long endBytes) throws IOException {
    copyTo(target, segment.name, copyName, endBytes, segment);
  }

  private void copyTo(Storage target, String name, String copyName, long endBytes, Segment known) throws IOException {
    ByteBuffer buffer = AlignedBuffers.allocate(STEP_BYTES);
    // Past the page cache where the storage can: a page may predate a direct write that came beside the read that has cached it.
    try (SegmentFile from = storage.open(name, Storage.Access.READ_UNCACHED);
        SegmentFile to = target.create(copyName, 0)) {
      FileBytes bytes = known == null ? FileBytes.of(from) : known.asItCounts(FileBytes.of(from));
      long end = Math.min(endBytes, from.size());
      for (long at = 0; at < end; at += STEP_BYTES) {
        int wanted = (int) Math.min(STEP_BYTES, end - at);
        // Whole units, as direct reads and writes want them; what is too much is cut off below.
        int padded = (wanted + AlignedBuffers.ALIGNMENT_BYTES - 1) & -AlignedBuffers.ALIGNMENT_BYTES;
        int read;
        try {
          read = bytes.read(buffer.clear().limit(padded), at);
        } catch (IOException e) {
          read = new RefusedCopy(storage.directory().resolve(name), from).readAround(e, bytes, buffer.clear(), at, padded, known);
        }
        if (read < wanted) throw new ShortFileException(name + ": expected " + end + " bytes, found " + (at + read));
        to.write(buffer.position(0).limit(padded), at);
      }
      to.truncate(end);
      to.sync();
    }
  }

  /** Empties the tail slots of a copy, in which every frame is in its place; durable. */
  public void clearSlots(String name) throws IOException {
    try (SegmentFile file = storage.open(name, Storage.Access.WRITE)) {
      if (file.size() >= Layout.FRAMES_START_BYTES) TailSlots.clear(file);
    }
  }

  // Moving, once a repair has built what is to take the log's place. Each may be done again after a crash.

  /** Gives a file that never changes any more to {@code target}: durably there before it is deleted here. */
  public void moveTo(Storage target, String name) throws IOException {
    SegmentFiles there = new SegmentFiles(target);
    if (!there.contains(name) && !storage.link(name, target)) copyInPlace(target, name);
    target.syncDirectory();
    storage.delete(name);
  }

  /** The same, in the place of the file that {@code target} has under this name, if it has one; it stays here, too. */
  public void copyInPlace(Storage target, String name) throws IOException {
    SegmentFiles there = new SegmentFiles(target);
    there.deleteIfThere(SegmentName.temporary(name));
    copyTo(target, name, SegmentName.temporary(name), Long.MAX_VALUE, null);
    there.putInPlace(name);
  }

  /** Puts a small file in the place of whatever has its name, whole or not at all, durably. */
  void replace(String name, byte[] content) throws IOException {
    deleteIfThere(SegmentName.temporary(name));
    int padded = (content.length + AlignedBuffers.ALIGNMENT_BYTES - 1) & -AlignedBuffers.ALIGNMENT_BYTES;
    try (SegmentFile file = storage.create(SegmentName.temporary(name), 0)) {
      file.write(AlignedBuffers.allocate(padded).put(0, content).limit(padded), 0);
      file.truncate(content.length);
      file.sync();
    }
    putInPlace(name);
  }

  /** What a crashed user had written and not synced may still sit in the page cache: it is made durable or fails here. */
  public void syncNewest() throws IOException {
    for (long ordinal : newest(2)) {
      try (SegmentFile file = storage.open(SegmentName.of(ordinal), Storage.Access.WRITE)) {
        file.sync();
      }
    }
    storage.syncDirectory();
  }

  // Making, and using again.

  SegmentFile create(String name, long reserveBytes) throws IOException {
    return storage.create(name, reserveBytes);
  }

  /** Gives a spare file the name of a segment, not durably yet. */
  void nameSpare(String spare, String name) throws IOException {
    try {
      storage.rename(spare, name);
    } catch (IOException | RuntimeException | Error e) {
      // Some say so of what they have done.
      if (!contains(name)) throw e;
    }
  }

  /** Opens a spare file to write over what it held; null if it had to be deleted, since another log may have it. */
  SegmentFile openToUseAgain(String spare, long reserveBytes) throws IOException {
    if (isShared(spare)) {
      storage.delete(spare);
      return null;
    }
    SegmentFile file = storage.open(spare, Storage.Access.WRITE);
    try {
      file.reserve(reserveBytes);
      return file;
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** Takes a truncated segment's name away and keeps the file; returns false if it was deleted instead. */
  boolean keepForUseAgain(Segment segment) throws IOException {
    String spare = SegmentName.free(segment.ordinal);
    try {
      storage.rename(segment.name, spare);
    } catch (IOException e) {
      // A name takes space too (XFS, where the disk is full), and a file that cannot be kept is one that is not needed.
      // Some say so of what they have done.
      storage.delete(contains(segment.name) ? segment.name : spare);
      return false;
    }
    if (!isShared(spare)) return true;
    storage.delete(spare);
    return false;
  }

  // Disposal.

  /** Durable only with the next directory sync. */
  public void delete(String name) throws IOException {
    storage.delete(name);
  }

  /** Deletes what is there of a copy that failed. */
  public void deleteIfThere(String name) throws IOException {
    if (contains(name)) storage.delete(name);
  }

  /** Deletes segments, each durably before an earlier one. */
  public void deleteNewestFirst(List<Long> ascendingOrdinals) throws IOException {
    for (int i = ascendingOrdinals.size() - 1; i >= 0; i--) deleteDurably(SegmentName.of(ascendingOrdinals.get(i)));
  }

  public void deleteDurably(String name) throws IOException {
    storage.delete(name);
    storage.syncDirectory();
  }

  /** Deletes files that hold nothing that counts, whoever has left them. */
  public void deleteSpares() throws IOException {
    boolean any = false;
    for (String name : storage.list()) {
      if (!SegmentName.isSpare(name)) continue;
      storage.delete(name);
      any = true;
    }
    if (any) storage.syncDirectory();
  }
}
