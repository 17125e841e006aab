package dev.syncline.log.segment;

import dev.syncline.StorageFullException;
import dev.syncline.format.SegmentName;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** The file that will be the next segment, made ready ahead: a new one, or one that was used before. Housekeeping thread. */
final class NextFile {

  /** A file that can become a segment, with all that this takes: no records, no name of its own yet. */
  record Prepared(
      String name, SegmentFile file, long capacityBytes, long reservedBytes, long writtenBytes, long recycledBytes, ByteBuffer header,
      SparseIndex index) {
    Prepared named(String newName) {
      return new Prepared(newName, file, capacityBytes, reservedBytes, writtenBytes, recycledBytes, header, index);
    }

    Prepared filled(long reserved, long written) {
      return new Prepared(name, file, capacityBytes, reserved, written, recycledBytes, header, index);
    }
  }

  private final Path directory;
  private final SegmentFiles files;
  private final FreeFiles freeFiles;
  private final int blockBytes;
  private volatile Prepared prepared;
  private long names;
  private long recycled;

  NextFile(Path directory, SegmentFiles files, FreeFiles freeFiles, int blockBytes) {
    this.directory = directory;
    this.files = files;
    this.freeFiles = freeFiles;
    this.blockBytes = blockBytes;
  }

  /** Any thread. */
  boolean isThere() {
    return prepared != null;
  }

  /** Any thread. */
  long reservedBytes() {
    Prepared now = prepared;
    return now == null ? 0 : now.reservedBytes();
  }

  /** How often a file was used again. */
  long recycled() {
    return recycled;
  }

  /**
   * Has a file that can grow to {@code capacityBytes}, with room for {@code neededBytes}, and whatever writing to it takes.
   *
   * @param heldBytes what the log holds before it
   */
  void have(long capacityBytes, long neededBytes, long heldBytes) throws IOException {
    if (prepared == null) prepared = make(capacityBytes, neededBytes, heldBytes);
    // Now and not in the middle of a rotation.
    prepared.file().prepareDurableWrites();
  }

  private Prepared make(long capacity, long neededBytes, long heldBytes) throws IOException {
    ByteBuffer header = AlignedBuffers.allocate(blockBytes).limit(blockBytes);
    SparseIndex index = new SparseIndex(capacity);
    Prepared again = takeFree(capacity, neededBytes, heldBytes, header, index);
    if (again != null) return again;
    String name = SegmentName.ready(++names);
    return Reservation.of(directory, 0, neededBytes, Reservation.wanted(neededBytes, capacity, heldBytes),
        bytes -> new Prepared(name, files.create(name, bytes), capacity, bytes, 0, 0, header, index));
  }

  /** A file to use again, or null if there is none. */
  private Prepared takeFree(long capacity, long neededBytes, long heldBytes, ByteBuffer header, SparseIndex index) throws IOException {
    for (FreeFiles.Free free = freeFiles.take(); free != null; free = freeFiles.take()) {
      try {
        long used = Math.min(capacity, free.bytes() & -blockBytes);
        long needed = Math.max(used, neededBytes);
        String name = free.name();
        Prepared again = Reservation.of(directory, used, needed, Reservation.wanted(needed, capacity, heldBytes), reserved -> {
          SegmentFile file = files.openToUseAgain(name, reserved);
          return file == null ? null : new Prepared(name, file, capacity, reserved, used, used, header, index);
        });
        if (again == null) continue;
        recycled++;
        return again;
      } catch (IOException | RuntimeException | Error e) {
        freeFiles.giveBack(free);
        throw e;
      }
    }
    return null;
  }

  /** Asks for so much space in all. Without it the file is as it was, and is asked for more when it is needed. */
  void reserve(long bytes) throws IOException {
    Prepared now = prepared;
    if (!Reservation.leavesRoom(directory, bytes - now.reservedBytes())) throw Shortages.noRoomAhead(directory, bytes);
    now.file().reserve(bytes);
    prepared = now.filled(bytes, now.writtenBytes());
  }

  /** Makes its first {@code targetBytes} ready for frames. */
  void fill(long targetBytes) throws IOException {
    Prepared now = prepared;
    long from = now.writtenBytes();
    if (from >= targetBytes) return;
    long reserved = Math.max(now.reservedBytes(), targetBytes);
    try {
      if (reserved > now.reservedBytes()) now.file().reserve(reserved);
      now.file().writeZeros(from, targetBytes - from);
      now.file().sync();
    } catch (StorageFullException e) {
      // What was ready before is as it was, and on a full disk it cannot be had again.
      if (from == 0) discard();
      throw e;
    } catch (IOException | RuntimeException e) {
      discard();
      throw e;
    }
    prepared = now.filled(reserved, targetBytes);
  }

  /** Gives it the name of a segment, not durably yet. */
  void name(String name) throws IOException {
    Prepared now = prepared;
    if (now.name().equals(name)) return;
    Shortages.orShortage(directory, () -> files.nameSpare(now.name(), name));
    now.file().renamed(name);
    prepared = now.named(name);
  }

  /** Hands it over. */
  Prepared take() {
    Prepared taken = prepared;
    prepared = null;
    return taken;
  }

  /** Whether it is there and cannot grow so far. */
  boolean isSmallerThan(long capacityBytes) {
    return prepared != null && prepared.capacityBytes() < capacityBytes;
  }

  void discard() throws IOException {
    Prepared unused = take();
    if (unused == null) return;
    unused.file().close();
    files.delete(unused.name());
  }

  /** Closes its descriptor without touching the directory. */
  void abandon() throws IOException {
    Prepared unused = take();
    if (unused != null) unused.file().close();
  }
}
