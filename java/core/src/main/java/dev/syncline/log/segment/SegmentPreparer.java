package dev.syncline.log.segment;

import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.format.Layout;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
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
  private static final long SUCCESSOR_AT_BYTES = 256 << 10;
  private static final int SUCCESSOR_AT_PART = 4;

  private final Storage storage;
  private final LogOptions options;
  private final MarkFile markFile;
  private final LogId logId;

  private final SegmentFiles files;
  private final FreeFiles freeFiles;
  private final Sealer sealer;
  private final Fences fences;
  private final NextFile next;

  /** What the segments before the tail have taken, as far as they were begun here: a log that was large is thought to become so again. */
  private long usedBeforeBytes;

  /** What those of them take that are not truncated. Housekeeping thread; any thread reads it. */
  private volatile long liveBeforeBytes;

  private long rotations;

  public SegmentPreparer(Storage storage, LogOptions options, MarkFile markFile) {
    this.storage = storage;
    this.options = options;
    this.markFile = markFile;
    this.logId = markFile.current().logId();
    this.files = new SegmentFiles(storage);
    this.sealer = new Sealer(storage);
    this.fences = new Fences(storage.traits().preallocates());
    this.freeFiles = new FreeFiles(files, capacityFor(0));
    this.next = new NextFile(storage.directory(), files, freeFiles, options.blockBytes());
  }

  public long recycledFiles() {
    return next.recycled();
  }

  public long rotations() {
    return rotations;
  }

  /** Bytes of files that are ready or free, on top of the segments'. Any thread. */
  public long spareBytes() {
    return next.reservedBytes() + freeFiles.bytes();
  }

  // The space of the tail.

  /** Opens a segment to go on writing behind its last frame. */
  public void resume(Segment segment) throws IOException {
    Shortages.orShortage(storage.directory(),
        () -> segment.resumeWriting(files.openToGoOn(segment, segment.endBytes()), storage.traits().preallocates()));
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
    fillOnce(tail, targetBytes, chunkBytes(tail), false);
  }

  /** The same, at the cost of the spare files where there is no other room. */
  public void fillInsteadOfSpares(Segment tail, long targetBytes) throws IOException {
    orWithoutSpares(() -> fill(tail, targetBytes));
  }

  /**
   * @param aheadBytes how much is made ready at a time, also beyond the target
   * @param recordsWait whether records may lie in the file that no sync has covered
   */
  private void fillOnce(Segment tail, long targetBytes, long aheadBytes, boolean recordsWait) throws IOException {
    long capacity = capacityFor(0);
    if (tail.readyBytes < targetBytes) files.beforeGrowing(tail);
    while (tail.readyBytes < targetBytes) {
      long from = tail.readyBytes;
      boolean used = from < tail.recycledBytes;
      long chunk = Math.min(from + aheadBytes, Math.max(capacity, targetBytes));
      long to = used ? Fences.nextStep(tail, from) : Math.max(Math.min(targetBytes, from + CHUNK_BYTES_MAX), chunk);
      // With a block for the fence, so that where the file grows one stands before that.
      long needed = Math.max(to, Math.min(capacity, to + tail.header.blockBytes()));
      if (tail.reservedBytes < needed) reserve(tail, needed);
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

  private void reserve(Segment tail, long neededBytes) throws IOException {
    long wanted = Reservation.wanted(neededBytes, capacityFor(0), usedBeforeBytes + tail.endBytes());
    long bytes = Reservation.of(storage.directory(), tail.reservedBytes, neededBytes, wanted, asked -> {
      tail.writer().reserve(asked);
      return asked;
    });
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
    fillOnce(tail, target, chunkBytes(tail), options.syncMode() != SyncMode.SYNC);
  }

  /**
   * Whether the tail is so far used that its successor should be ready. Early, since on a disk that has become full the log goes on in
   * it, and what is truncated then can be given up: nothing of the newest file can. Not at once where the log is larger, since who
   * makes it ready is wanted for the tail's space as well. Later with all its space, so that commits need not wait for some.
   */
  public boolean wantsSuccessor(Segment tail) {
    long used = tail.endBytes() - Layout.FRAMES_START_BYTES;
    long half = (tail.limitBytes - Layout.FRAMES_START_BYTES) / 2;
    if (!next.isThere()) return used > Math.min(half, Math.max(SUCCESSOR_AT_BYTES, liveBeforeBytes / SUCCESSOR_AT_PART));
    return used > half && next.reservedBytes() < capacityFor(0);
  }

  /** Whether it has none, and should. */
  public boolean hasNoSuccessor(Segment tail) {
    return !next.isThere() && wantsSuccessor(tail);
  }

  /** @param usedBytes what the log takes on disk without it */
  public void prepareAhead(Segment tail, long usedBytes) throws IOException {
    if (next.isThere()) next.reserve(capacityFor(0));
    else prepare(0, usedBytes, usedBeforeBytes + tail.endBytes());
  }

  // The next segment.

  private long capacityFor(long frameBytes) {
    int block = options.blockBytes();
    long capacity = Layout.roundUp(options.maxSegmentBytes(), block);
    long needed = Layout.FRAMES_START_BYTES + Math.max(frameBytes, block);
    while (capacity - Layout.sealBytesMax(capacity, block) < needed) capacity = needed + Layout.sealBytesMax(needed + capacity, block);
    return capacity;
  }

  /**
   * Has a file ready that can take a frame of that size.
   *
   * @param usedBytes what the log takes on disk without it
   */
  public void prepare(long frameBytes, long usedBytes) throws IOException {
    prepare(frameBytes, usedBytes, usedBeforeBytes);
  }

  private void prepare(long frameBytes, long usedBytes, long heldBytes) throws IOException {
    long capacity = capacityFor(frameBytes);
    if (next.isSmallerThan(capacity)) next.discard();
    if (!next.isThere() && usedBytes + capacity > options.maxLogBytes())
      throw new StorageFullException(
          storage.directory() + ": the log takes " + usedBytes + " bytes and a segment of " + capacity + " more would exceed maxLogSize of "
              + options.maxLogBytes() + ". Truncate what is no longer needed");
    long targetBytes = Layout.FRAMES_START_BYTES
        + Math.max(frameBytes, Math.min(CHUNK_BYTES_MIN, capacity - Layout.FRAMES_START_BYTES));
    orWithout(this::discardFreeFiles, () -> {
      Shortages.orShortage(storage.directory(), () -> next.have(capacity, targetBytes, heldBytes));
      next.fill(targetBytes);
    });
  }

  /** Gives the file that is ready the name of the next segment, not durably yet. Without its header it is none, whatever becomes of it. */
  public void nameNext() throws IOException {
    next.name(SegmentName.of(markFile.current().lastOrdinal() + 1));
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
    NextFile.Prepared prepared = next.take();
    SegmentFile file = prepared.file();
    try {
      storage.syncDirectory();
      int headerCrc = header.encode(prepared.header());
      file.writeDurably(prepared.header(), 0);
      Segment segment = new Segment(header, headerCrc, prepared.index());
      if (predecessor != null) segment.goOnFrom(predecessor.committedMillis());
      segment.startWriting(file);
      segment.recycledBytes = prepared.recycledBytes();
      segment.reservedBytes = prepared.reservedBytes();
      segment.fileBytes = storage.traits().preallocates() ? prepared.reservedBytes() : prepared.writtenBytes();
      segment.readyBytes = segment.recycledBytes == 0 ? prepared.writtenBytes() : Fences.nextStep(segment, Layout.FRAMES_START_BYTES);
      fences.setDurably(segment, segment.readyBytes);
      setLimit(segment, prepared.capacityBytes());
      Mark.DurablePoint start = new Mark.DurablePoint(ordinal, Layout.FRAMES_START_BYTES, baseSequence, headerCrc);
      markFile.store(mark.withOrdinals(mark.hasSegments() ? mark.firstOrdinal() : ordinal, ordinal)
          .withFloor(baseSequence).withoutRewind().withDurable(start, false));
      if (predecessor != null) {
        usedBeforeBytes = Math.min(prepared.capacityBytes(), usedBeforeBytes + predecessor.fileBytes);
        setLiveBefore(liveBeforeBytes + predecessor.fileBytes);
      }
      rotations++;
      return segment;
    } catch (Throwable t) {
      closeAfter(file, t);
      throw t;
    }
  }

  private void setLiveBefore(long bytes) {
    liveBeforeBytes = Math.max(0, bytes);
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
    orWithoutSpares(() -> makeRoomForSealOnce(segment));
  }

  private void makeRoomForSealOnce(Segment segment) throws IOException {
    if (segment.sealed() || !sealer.isWritable(segment)) return;
    if (segment.writer() == null) resume(segment);
    // It may have been lost to an interrupt since it was had.
    else Shortages.orShortage(storage.directory(), segment.writer()::prepareDurableWrites);
    long end = segment.endBytes() + sealer.prepare(segment);
    // No more than that: where no chunk had room it may still have.
    fillOnce(segment, end, 0, false);
  }

  /** The same, or goes without one where the file has no room for it: a limit on its size, say, which its successor need not meet. */
  public void makeRoomForSealIfThereIs(Segment segment) throws IOException {
    try {
      makeRoomForSealOnce(segment);
    } catch (StorageFullException e) {
      sealer.goWithout();
    }
  }

  /** Ends a segment with the seal that room was made for, durably, and closes its file for writing. Every frame of it is durable. */
  public void seal(Segment segment) throws IOException {
    sealer.seal(segment);
  }

  // Truncated segments.

  /** Lets go of truncated segments' files, or keeps them to be used again. Durable only with the next directory sync. */
  public void dispose(List<Segment> segments) throws IOException {
    for (Segment segment : segments) setLiveBefore(liveBeforeBytes - segment.fileBytes);
    freeFiles.dispose(segments, rotations);
  }

  private interface Discarding {
    /** Returns whether there was anything. */
    boolean run() throws IOException;
  }

  private void orWithoutSpares(Shortages.Step step) throws IOException {
    orWithout(this::discardSpares, step);
  }

  /** On a full disk the spare files are the room that truncation has made: gives them up, and tries once more. */
  private void orWithout(Discarding spares, Shortages.Step step) throws IOException {
    try {
      step.run();
    } catch (StorageFullException e) {
      if (!spares.run()) throw Shortages.noRoom(storage.directory(), options.maxSegmentBytes(), e);
      try {
        step.run();
      } catch (StorageFullException again) {
        throw Shortages.noRoom(storage.directory(), options.maxSegmentBytes(), again);
      }
    }
  }

  /** The file that is ready is kept: what it has would go to the tail, and on a full disk there would never be another. */
  private boolean discardFreeFiles() throws IOException {
    boolean any = !freeFiles.isEmpty();
    freeFiles.discard();
    if (any) storage.syncDirectory();
    return any;
  }

  /** Deletes what was kept ready; returns whether there was any. */
  public boolean discardSpares() throws IOException {
    boolean any = next.isThere() || !freeFiles.isEmpty();
    next.discard();
    freeFiles.discard();
    if (any) storage.syncDirectory();
    return any;
  }

  /** Closes descriptors without touching the directory. */
  public void abandon() throws IOException {
    next.abandon();
  }
}
