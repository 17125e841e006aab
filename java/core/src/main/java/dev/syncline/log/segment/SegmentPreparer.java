package dev.syncline.log.segment;

import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
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
import java.util.concurrent.ConcurrentLinkedDeque;

/*
 * A commit into space that the file system has yet to find, or whose blocks are reserved and unwritten, also commits metadata and takes up
 * to twice as long (ext4, Linux 6.18). So space is zero-filled and synced ahead of the tail, a chunk at a time, and frames go only where
 * that is done: the filler works beyond readyBytes, appends below it, and the two never meet. A recycled file needs no filling: its old
 * frames name another segment and never validate.
 */

/** Makes space ready for frames ahead of need, begins and seals segments, and keeps truncated files for use again. Housekeeping thread. */
public final class SegmentPreparer {
  private static final long CHUNK_BYTES_MIN = 128 << 10;
  private static final long CHUNK_BYTES_MAX = 1 << 20;
  private static final int FREE_FILES_MIN = 2;
  private static final int FREE_FILES_MAX = 8;

  /** After so many disposals one file less is wanted, if one was never needed in all that time: a burst is not remembered for ever. */
  private static final int DISPOSALS_TO_FORGET = 16;

  /** A file that can become a segment: no records, no name of its own yet. */
  private record Prepared(String name, SegmentFile file, long capacityBytes, long readyBytes) {}

  private record Free(String name, long bytes) {}

  private final Storage storage;
  private final LogOptions options;
  private final MarkFile markFile;
  private final LogId logId;

  /** Changed by the housekeeping thread; whoever asks for statistics looks through it. */
  private final ConcurrentLinkedDeque<Free> freeFiles = new ConcurrentLinkedDeque<>();

  private final Crc crc = new Crc();
  private volatile Prepared next;
  private long names;
  private long recycled;
  private long rotations;
  private long rotationsBeforeLastDisposal;
  private long disposals;

  /** How many files are kept to be used again. */
  private long freeFilesWanted = FREE_FILES_MIN;

  /** How few of them there were at any time since one was last forgotten. */
  private int freeFilesLeast = Integer.MAX_VALUE;

  public SegmentPreparer(Storage storage, LogOptions options, MarkFile markFile) {
    this.storage = storage;
    this.options = options;
    this.markFile = markFile;
    this.logId = markFile.current().logId();
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
    long bytes = ready == null ? 0 : ready.capacityBytes();
    for (Free free : freeFiles) bytes += free.bytes();
    return bytes;
  }

  // The space of the tail.

  /** Opens a segment to go on writing behind its last frame. */
  public void resume(Segment segment) throws IOException {
    segment.startWriting(storage.open(segment.name, Storage.Access.WRITE));
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
      long to = Math.max(Math.min(targetBytes, from + CHUNK_BYTES_MAX), Math.min(from + chunkBytes(tail), Math.max(capacity, targetBytes)));
      SegmentFile file = tail.writer();
      if (tail.reservedBytes < to) reserve(tail, Math.max(capacity, to));
      file.writeZeros(from, to - from);
      syncFilled(file, recordsWait);
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

  /** A log that has held little so far gets little ahead. */
  private static long chunkBytes(Segment tail) {
    return Math.min(CHUNK_BYTES_MAX, Math.max(CHUNK_BYTES_MIN, Long.highestOneBit(tail.endBytes())));
  }

  /** Whether ready space ahead of the tail runs low. */
  public boolean runsLow(Segment tail) {
    long capacity = tail.limitBytes;
    return tail.readyBytes < capacity && tail.readyBytes - tail.endBytes() < chunkBytes(tail);
  }

  /** The same without the commit token, beside frames that are being written. */
  public void fillAhead(Segment tail) throws IOException {
    long targetBytes = Math.min(tail.limitBytes, tail.readyBytes + chunkBytes(tail));
    orWithoutSpares(() -> fillOnce(tail, targetBytes, options.syncMode() != SyncMode.SYNC));
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
      if (next == null) takeNext(capacity);
      fillNext(options.blockBytes() + Math.max(frameBytes, Math.min(CHUNK_BYTES_MIN, capacity - options.blockBytes())));
    });
  }

  private void takeNext(long capacity) throws IOException {
    next = freeFiles.isEmpty() ? newFile(capacity) : reuse(freeFiles.poll(), capacity);
    freeFilesLeast = Math.min(freeFilesLeast, freeFiles.size());
  }

  private Prepared newFile(long capacity) throws IOException {
    if (disposals > 0) wantFreeFiles(freeFilesWanted + 1);
    String name = SegmentName.ready(++names);
    return new Prepared(name, storage.create(name, capacity), capacity, 0);
  }

  private Prepared reuse(Free free, long capacity) throws IOException {
    SegmentFile file = storage.open(free.name(), Storage.Access.WRITE);
    try {
      file.reserve(capacity);
      recycled++;
      return new Prepared(free.name(), file, capacity, Math.min(capacity, free.bytes() & -options.blockBytes()));
    } catch (IOException | RuntimeException e) {
      file.close();
      freeFiles.addFirst(free);
      throw e;
    }
  }

  private void fillNext(long targetBytes) throws IOException {
    long from = next.readyBytes();
    if (from >= targetBytes) return;
    try {
      next.file().writeZeros(from, targetBytes - from);
      next.file().sync();
    } catch (IOException | RuntimeException e) {
      discardNext();
      throw e;
    }
    next = new Prepared(next.name(), next.file(), next.capacityBytes(), targetBytes);
  }

  private void discardNext() throws IOException {
    Prepared unused = next;
    next = null;
    if (unused == null) return;
    unused.file().close();
    storage.delete(unused.name());
  }

  /**
   * Turns the prepared file into the log's newest segment: named, linked to its predecessor, and in the mark, all durable.
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
    SegmentFile file = openAs(prepared, SegmentName.of(ordinal));
    try {
      ByteBuffer block = AlignedBuffers.allocate(options.blockBytes());
      block.limit(options.blockBytes());
      int headerCrc = header.encode(block);
      file.writeDurably(block, 0);
      Segment segment = new Segment(header, headerCrc, prepared.capacityBytes());
      segment.startWriting(file);
      segment.readyBytes = prepared.readyBytes();
      segment.reservedBytes = prepared.capacityBytes();
      segment.fileBytes = storage.traits().preallocates() ? prepared.capacityBytes() : prepared.readyBytes();
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

  /** Gives a prepared file its name, durably. It is opened anew, so that whatever fails on it later is told under the name it has. */
  private SegmentFile openAs(Prepared prepared, String name) throws IOException {
    prepared.file().close();
    storage.rename(prepared.name(), name);
    storage.syncDirectory();
    return storage.open(name, Storage.Access.WRITE);
  }

  /**
   * Makes space for the seal that {@link #seal} will write.
   *
   * @throws StorageFullException if there is none; nothing has changed then
   */
  public void makeRoomForSeal(Segment segment) throws IOException {
    if (segment.sealed() || !canSeal(segment)) return;
    if (segment.writer() == null) resume(segment);
    fill(segment, segment.endBytes() + segment.seal().frameBytes(segment.header.blockBytes()));
  }

  /**
   * Whether the storage takes writes at the segment's blocks, which an earlier user chose. A segment without a seal is read from the
   * front.
   */
  private boolean canSeal(Segment segment) {
    return segment.header.blockBytes() % storage.traits().alignmentBytes() == 0;
  }

  /** Ends a segment with a seal, durably, and closes its file for writing. Every frame of it is durable. */
  public void seal(Segment segment) throws IOException {
    if (segment.sealed() || !canSeal(segment)) return;
    int block = segment.header.blockBytes();
    Seal seal = segment.seal();
    int bytes = seal.frameBytes(block);
    ByteBuffer buffer = AlignedBuffers.allocate(bytes);
    buffer.limit(bytes);
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

  /**
   * Keeps files to be used again where that is safe and wanted, and deletes the others. As many are wanted as segments were begun since the
   * last time, since the log was larger by them before, and more where a new one had to be made in between. Durable only with the next
   * directory sync.
   */
  public void dispose(List<Segment> segments) throws IOException {
    if (++disposals % DISPOSALS_TO_FORGET == 0) {
      if (freeFilesLeast > 0) freeFilesWanted = Math.max(FREE_FILES_MIN, freeFilesWanted - 1);
      freeFilesLeast = Integer.MAX_VALUE;
    }
    wantFreeFiles(rotations - rotationsBeforeLastDisposal);
    rotationsBeforeLastDisposal = rotations;
    for (Segment segment : segments) dispose(segment);
  }

  private void wantFreeFiles(long atLeast) {
    freeFilesWanted = Math.min(FREE_FILES_MAX, Math.max(freeFilesWanted, atLeast));
  }

  private void dispose(Segment segment) throws IOException {
    segment.close();
    boolean keep = freeFiles.size() < freeFilesWanted
        && segment.fileBytes >= capacityFor(0) / 2
        && segment.fileBytes <= 2 * capacityFor(0)
        && storage.linkCount(segment.name) == 1;
    if (!keep) {
      storage.delete(segment.name);
      return;
    }
    String name = SegmentName.free(segment.ordinal);
    storage.rename(segment.name, name);
    freeFiles.add(new Free(name, segment.fileBytes));
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
    for (Free free : List.copyOf(freeFiles)) {
      storage.delete(free.name());
      freeFiles.remove(free);
    }
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
