package dev.syncline.log.segment;

import dev.syncline.ResourceShortageException;
import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.SynclineException;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.format.Seal;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.options.LogOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/*
 * A commit into space that the file system has yet to find, or whose blocks are reserved and unwritten, also commits metadata and takes up
 * to twice as long (ext4, Linux 6.18). So space is zero-filled and synced ahead of the tail, a chunk at a time, and frames go only where
 * that is done: the filler works beyond readyBytes, appends below it, and the two never meet. A recycled file needs no filling: its old
 * frames name another segment and never validate. In either a fence stands at readyBytes.
 */

/** Makes space ready for frames ahead of need, and begins and seals segments. Housekeeping thread. */
public final class SegmentPreparer {
  private static final long CHUNK_BYTES_MIN = 128 << 10;
  private static final long CHUNK_BYTES_MAX = 1 << 20;

  /** A file that can become a segment, with all that this takes: no records, no name of its own yet. */
  private record Prepared(
      String name, SegmentFile file, long capacityBytes, long writtenBytes, long recycledBytes, ByteBuffer header, SparseIndex index) {
    Prepared with(String newName, long filled) {
      return new Prepared(newName, file, capacityBytes, filled, recycledBytes, header, index);
    }
  }

  private final Storage storage;
  private final LogOptions options;
  private final MarkFile markFile;
  private final LogId logId;

  private final SegmentFiles files;
  private final FreeFiles freeFiles;
  private final Crc crc = new Crc();
  private final Fences fences;
  private volatile Prepared next;

  /** What the seal is encoded in that room was made for; null while there is none. */
  private ByteBuffer sealBuffer;

  private long names;
  private long recycled;
  private long rotations;

  public SegmentPreparer(Storage storage, LogOptions options, MarkFile markFile) {
    this.storage = storage;
    this.options = options;
    this.markFile = markFile;
    this.logId = markFile.current().logId();
    this.files = new SegmentFiles(storage);
    this.fences = new Fences(storage.traits().preallocates());
    this.freeFiles = new FreeFiles(files, capacityFor(0));
  }

  public long recycledFiles() {
    return recycled;
  }

  public long rotations() {
    return rotations;
  }

  /** Bytes of files that are ready or free, on top of the segments'. Any thread. */
  public long spareBytes() {
    Prepared ready = next;
    return (ready == null ? 0 : ready.capacityBytes()) + freeFiles.bytes();
  }

  // The space of the tail.

  /** Opens a segment to go on writing behind its last frame. */
  public void resume(Segment segment) throws IOException {
    orShortage(() -> segment.resumeWriting(files.openToGoOn(segment.name, segment.endBytes()), storage.traits().preallocates()));
    segment.readyBytes = segment.endBytes();
    setLimit(segment, capacityFor(Layout.BLOCK_BYTES_MAX));
  }

  private void setLimit(Segment segment, long capacityBytes) {
    segment.limitBytes = capacityBytes - Layout.sealBytesMax(capacityBytes, options.blockBytes());
  }

  /** Whether a frame of that size still belongs into the tail, ready space or not. */
  public boolean belongs(Segment tail, long frameBytes) {
    return tail.endBytes() + frameBytes <= tail.limitBytes;
  }

  /** Makes the tail's space ready up to {@code targetBytes} at least; the rest of the chunk comes with it. */
  public void fill(Segment tail, long targetBytes) throws IOException {
    orWithoutSpares(() -> fillOnce(tail, targetBytes, false));
  }

  /** @param recordsWait whether records may lie in the file that no sync has covered */
  private void fillOnce(Segment tail, long targetBytes, boolean recordsWait) throws IOException {
    long capacity = capacityFor(0);
    while (tail.readyBytes < targetBytes) {
      long from = tail.readyBytes;
      boolean used = from < tail.recycledBytes;
      long chunk = Math.min(from + chunkBytes(tail), Math.max(capacity, targetBytes));
      long to = used ? Fences.nextStep(tail, from) : Math.max(Math.min(targetBytes, from + CHUNK_BYTES_MAX), chunk);
      if (tail.reservedBytes < to) reserve(tail, Math.max(capacity, to));
      fences.set(tail, to);
      // Over the fence at least, before frames may go there.
      tail.writer().writeZeros(from, used ? tail.header.blockBytes() : to - from);
      syncFilled(tail.writer(), recordsWait);
      tail.fileBytes = Math.max(tail.fileBytes, to);
      tail.readyBytes = to;
    }
  }

  /** A sync reports an error once: if it may be that of records, nobody else will hear of it, and it is never just a full disk. */
  private static void syncFilled(SegmentFile file, boolean recordsWait) throws IOException {
    try {
      file.sync();
    } catch (StorageFullException e) {
      if (!recordsWait) throw e;
      throw new IOException(file.path() + ": a sync failed while records in the file waited for one: " + e.getMessage(), e);
    }
  }

  private void reserve(Segment tail, long bytes) throws IOException {
    tail.writer().reserve(bytes);
    tail.reservedBytes = bytes;
    if (storage.traits().preallocates()) tail.fileBytes = Math.max(tail.fileBytes, bytes);
  }

  /** A log that has held little gets little ahead. */
  private static long chunkBytes(Segment tail) {
    return Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, Long.highestOneBit(tail.endBytes())));
  }

  /** Whether ready space ahead of the tail runs low. */
  public boolean runsLow(Segment tail) {
    return tail.readyBytes < tail.limitBytes && tail.readyBytes - tail.endBytes() < chunkBytes(tail);
  }

  /** The same without the commit token, beside frames that are being written. */
  public void fillAhead(Segment tail) throws IOException {
    long target = Math.min(tail.limitBytes, tail.readyBytes + chunkBytes(tail));
    orWithoutSpares(() -> fillOnce(tail, target, options.syncMode() != SyncMode.SYNC));
  }

  /** Whether the tail is so far used that its successor should be ready. */
  public boolean wantsSuccessor(Segment tail) {
    return next == null && tail.endBytes() > tail.limitBytes / 2;
  }

  // The next segment.

  private long capacityFor(long frameBytes) {
    int block = options.blockBytes();
    long capacity = Layout.roundUp(options.maxSegmentBytes(), block);
    long needed = block + Math.max(frameBytes, block);
    while (capacity - Layout.sealBytesMax(capacity, block) < needed) capacity = needed + Layout.sealBytesMax(needed + capacity, block);
    return capacity;
  }

  /**
   * Has a file ready that can take a frame of that size.
   *
   * @param usedBytes what the log takes on disk without it
   */
  public void prepare(long frameBytes, long usedBytes) throws IOException {
    long capacity = capacityFor(frameBytes);
    if (next != null && next.capacityBytes() < capacity) discardNext();
    if (next == null && usedBytes + capacity > options.maxLogBytes())
      throw new StorageFullException(
          storage.directory() + ": the log takes " + usedBytes + " bytes and a segment of " + capacity + " more would exceed maxLogSize of "
              + options.maxLogBytes() + ". Truncate what is no longer needed");
    orWithoutSpares(() -> {
      orShortage(() -> {
        if (next == null) next = takeNext(capacity);
        // Now and not in the middle of a rotation.
        next.file().prepareDurableWrites();
      });
      fillNext(options.blockBytes() + Math.max(frameBytes, Math.min(CHUNK_BYTES_MIN, capacity - options.blockBytes())));
    });
  }

  /** Gives the file that is ready the name of the next segment, not durably yet. Without its header it is none, whatever becomes of it. */
  public void nameNext() throws IOException {
    String name = SegmentName.of(markFile.current().lastOrdinal() + 1);
    if (next.name().equals(name)) return;
    orShortage(() -> files.nameSpare(next.name(), name));
    next.file().renamed(name);
    next = next.with(name, next.writtenBytes());
  }

  private Prepared takeNext(long capacity) throws IOException {
    ByteBuffer header = AlignedBuffers.allocate(options.blockBytes()).limit(options.blockBytes());
    SparseIndex index = new SparseIndex(capacity);
    Prepared again = takeFree(capacity, header, index);
    if (again != null) return again;
    String name = SegmentName.ready(++names);
    return new Prepared(name, files.create(name, capacity), capacity, 0, 0, header, index);
  }

  /** A file to use again, or null if there is none. */
  private Prepared takeFree(long capacity, ByteBuffer header, SparseIndex index) throws IOException {
    for (FreeFiles.Free free = freeFiles.take(); free != null; free = freeFiles.take()) {
      try {
        SegmentFile file = files.openToUseAgain(free.name(), capacity);
        if (file == null) continue;
        recycled++;
        long used = Math.min(capacity, free.bytes() & -options.blockBytes());
        return new Prepared(free.name(), file, capacity, used, used, header, index);
      } catch (IOException | RuntimeException | Error e) {
        freeFiles.giveBack(free);
        throw e;
      }
    }
    return null;
  }

  /**
   * Making or opening a file that holds no records of a commit under way may fail for want of a descriptor, of memory, of anything: nothing
   * that counts has changed, and the next try may succeed. Which of them it was a channel's exception does not say but in words.
   */
  private void orShortage(Step making) throws IOException {
    try {
      making.run();
    } catch (SynclineException e) {
      throw e;
    } catch (IOException e) {
      throw new ResourceShortageException(
          storage.directory() + ": no file for the next records could be made or opened: " + e + ". Nothing was changed; if descriptors are"
              + " short raise their limit (ulimit -n), then try again", e);
    }
  }

  private void fillNext(long targetBytes) throws IOException {
    long from = next.writtenBytes();
    if (from >= targetBytes) return;
    try {
      next.file().writeZeros(from, targetBytes - from);
      next.file().sync();
    } catch (IOException | RuntimeException e) {
      discardNext();
      throw e;
    }
    next = next.with(next.name(), targetBytes);
  }

  private void discardNext() throws IOException {
    Prepared unused = next;
    next = null;
    if (unused == null) return;
    unused.file().close();
    files.delete(unused.name());
  }

  /**
   * Turns the file that was named into the log's newest segment: linked to its predecessor, and in the mark, all durable.
   *
   * @param predecessor the newest segment, every frame of which is durable, or null
   * @param lastSequence where readers leave the predecessor
   * @param baseSequence the new segment's records come after this
   */
  public Segment begin(Segment predecessor, long lastSequence, long baseSequence) throws IOException {
    Mark mark = markFile.current();
    long ordinal = mark.lastOrdinal() + 1;
    long epoch = options.identifiers().getAsLong();
    SegmentHeader header = new SegmentHeader(
        options.blockBytes(), logId, ordinal, epoch == 0 ? 1 : epoch, baseSequence,
        predecessor == null ? 0 : predecessor.ordinal,
        predecessor == null ? 0 : predecessor.header.epoch(),
        lastSequence,
        predecessor == null ? 0 : predecessor.lastCrc());
    Prepared prepared = next;
    next = null;
    SegmentFile file = prepared.file();
    try {
      storage.syncDirectory();
      int headerCrc = header.encode(prepared.header());
      file.writeDurably(prepared.header(), 0);
      Segment segment = new Segment(header, headerCrc, prepared.index());
      segment.startWriting(file);
      segment.recycledBytes = prepared.recycledBytes();
      segment.reservedBytes = prepared.capacityBytes();
      segment.fileBytes = storage.traits().preallocates() ? prepared.capacityBytes() : prepared.writtenBytes();
      segment.readyBytes = segment.recycledBytes == 0 ? prepared.writtenBytes() : Fences.nextStep(segment, options.blockBytes());
      fences.setDurably(segment, segment.readyBytes);
      setLimit(segment, prepared.capacityBytes());
      Mark.DurablePoint start = new Mark.DurablePoint(ordinal, options.blockBytes(), baseSequence, headerCrc);
      markFile.store(mark.withOrdinals(mark.hasSegments() ? mark.firstOrdinal() : ordinal, ordinal)
          .withFloor(baseSequence).withoutRewind().withDurable(start, false));
      rotations++;
      return segment;
    } catch (Throwable t) {
      closeAfter(file, t);
      throw t;
    }
  }

  private static void closeAfter(SegmentFile file, Throwable because) {
    try {
      file.close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /**
   * Makes space for the seal that {@link #seal} will write.
   *
   * @throws StorageFullException if there is none; nothing has changed then
   */
  public void makeRoomForSeal(Segment segment) throws IOException {
    if (segment.sealed() || !canSeal(segment)) return;
    if (segment.writer() == null) resume(segment);
    // It may have been lost to an interrupt since it was had.
    else orShortage(segment.writer()::prepareDurableWrites);
    int sealBytes = segment.seal().frameBytes(segment.header.blockBytes());
    sealBuffer = AlignedBuffers.allocate(sealBytes);
    fill(segment, segment.endBytes() + sealBytes);
  }

  /**
   * Whether the storage takes writes at the segment's blocks, which an earlier user chose. A segment without a seal is read from the
   * front.
   */
  private boolean canSeal(Segment segment) {
    return segment.header.blockBytes() % storage.traits().alignmentBytes() == 0;
  }

  /** Ends a segment with the seal that room was made for, durably, and closes its file for writing. Every frame of it is durable. */
  public void seal(Segment segment) throws IOException {
    if (segment.sealed() || !canSeal(segment)) return;
    int block = segment.header.blockBytes();
    Seal seal = segment.seal();
    int bytes = seal.frameBytes(block);
    ByteBuffer buffer = sealBuffer.limit(bytes);
    sealBuffer = null;
    int bodyCrc = seal.encode(buffer, block, crc);
    FrameHeader header = segment.sealHeader(seal.bodyBytes(), bodyCrc);
    header.encode(buffer, 0, crc);
    long at = segment.endBytes();
    SegmentFile file = segment.writer();
    file.writeDurably(buffer, at);
    // If a crash takes the cut back, zeros follow the seal: then the segment is read from the front instead of from its end.
    file.truncate(at + bytes);
    segment.markSealed(at + bytes);
    segment.stopWriting().close();
  }

  // Truncated segments.

  /** Lets go of truncated segments' files, or keeps them to be used again. Durable only with the next directory sync. */
  public void dispose(List<Segment> segments) throws IOException {
    freeFiles.dispose(segments, rotations);
  }

  private interface Step {
    void run() throws IOException;
  }

  /** On a full disk the spare files are the room that truncation has made: gives them up, and tries once more. */
  private void orWithoutSpares(Step step) throws IOException {
    try {
      step.run();
    } catch (StorageFullException e) {
      if (!discardSpares()) throw e;
      step.run();
    }
  }

  /** Deletes what was kept ready; returns whether there was any. */
  public boolean discardSpares() throws IOException {
    boolean any = next != null || !freeFiles.isEmpty();
    discardNext();
    freeFiles.discard();
    if (any) storage.syncDirectory();
    return any;
  }

  /** Closes descriptors without touching the directory. */
  public void abandon() throws IOException {
    Prepared unused = next;
    next = null;
    if (unused != null) unused.file().close();
  }
}
