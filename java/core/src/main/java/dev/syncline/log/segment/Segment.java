package dev.syncline.log.segment;

import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.format.Seal;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.io.SegmentFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One segment of the log, as far as it is known to hold readable frames.
 *
 * <p>The holder of the commit token changes the end of the newest segment ({@link #advance}); nobody changes another one. Readers look at
 * {@link #extents} and {@link #lastSequence} without a lock.
 */
public final class Segment {
  public final long ordinal;
  public final String name;
  public final SegmentHeader header;
  public final int headerCrc;

  private final SparseIndex index;
  private final long[] types;

  /** Readable runs that will not grow any more, oldest first. */
  private final List<Extent> finishedExtents;

  /** Where the run that grows begins, and with which sequence. Commit token; set before {@link #runLastSequence} is. */
  private long runStartBytes;

  private long runFirstSequence;

  /** Offset behind the growing run. Written before {@link #runLastSequence}, read after it: never behind it. */
  private volatile long runEndBytes;

  /** Last sequence of the growing run, 0 while there is none. Each write lets readers see one more frame. */
  private volatile long runLastSequence;

  /** Checksum that the next frame's chain begins with. Commit token. */
  private int lastCrc;

  /** Offset behind the last frame's last record, unpadded; what a clean close cuts the file to. Commit token. */
  private long usedEndBytes;

  /** When the last frame here was committed, since 1970, or what is in the segment before; 0 if that is not known. Commit token. */
  private volatile long committedMillis;

  /** Whether a seal ends the file. Commit token, or the thread that opens the log. */
  private boolean sealed;

  /** The file as a writer has it, while this is the tail; else null. Commit token. */
  private SegmentFile writer;

  /**
   * Bytes from 0 that may be written without asking the file system for space, and where a fence stands if the file goes on behind it.
   * Written by the preparing thread, read by appenders.
   */
  public volatile long readyBytes;

  /** Bytes from 0 that hold an earlier life of the file, and need no filling. Set when the segment is begun. */
  long recycledBytes;

  /** Bytes from 0 that the storage was asked to reserve. Preparing thread. */
  public long reservedBytes;

  /** Where frames must end, so that a seal still fits what was reserved. Set when the segment becomes the tail. */
  public volatile long limitBytes;

  /** Whether some of its bytes have no space on the device, so that the file is not one to be used again. Preparing thread. */
  public boolean hasHoles;

  /** Bytes the file takes on disk, roughly: for statistics and the size limit. */
  public volatile long fileBytes;

  /**
   * What is to be read in the place of the newest frame, or null where the file has just what counts. Set before a record that it has is
   * shown.
   */
  public volatile NewestFrame newestFrame;

  /** The file as readers have it, or null. {@link ReaderFiles}. */
  volatile ReaderFiles.Handle readHandle;

  /** Whether its file is not the segment's any more. {@link ReaderFiles}. */
  volatile boolean disposed;

  /** The one of {@code segments} that has this ordinal, or null; of many one of the last is meant mostly. */
  public static Segment withOrdinal(List<Segment> segments, long ordinal) {
    for (int i = segments.size() - 1; i >= 0; i--) if (segments.get(i).ordinal == ordinal) return segments.get(i);
    return null;
  }

  /** A new segment. */
  public Segment(SegmentHeader header, int headerCrc, SparseIndex emptyIndex) {
    this(header, headerCrc, emptyIndex, new long[4], List.of(), headerCrc, Layout.FRAMES_START_BYTES, 0, false);
  }

  public Segment(
      SegmentHeader header, int headerCrc, SparseIndex index, long[] types, List<Extent> extents, int lastCrc, long usedEndBytes,
      long committedMillis, boolean sealed) {
    this.ordinal = header.ordinal();
    this.name = SegmentName.of(ordinal);
    this.header = header;
    this.headerCrc = headerCrc;
    this.index = index;
    this.types = types;
    this.finishedExtents = extents.isEmpty() ? List.of() : List.copyOf(extents.subList(0, extents.size() - 1));
    if (!extents.isEmpty()) grow(extents.get(extents.size() - 1));
    this.lastCrc = lastCrc;
    this.usedEndBytes = usedEndBytes;
    this.committedMillis = committedMillis;
    this.sealed = sealed;
  }

  /** Readable runs of frames, oldest first, as of now. */
  public List<Extent> extents() {
    long last = runLastSequence;
    if (last == 0) return finishedExtents;
    Extent run = new Extent(runStartBytes, runEndBytes, runFirstSequence, last);
    if (finishedExtents.isEmpty()) return List.of(run);
    List<Extent> all = new ArrayList<>(finishedExtents);
    all.add(run);
    return all;
  }

  /** Highest sequence that counts here; the base if the segment holds none. */
  public long lastSequence() {
    return runLastSequence == 0 ? header.baseSequence() : runLastSequence;
  }

  /** What {@link #lastSequence} becomes when nothing above {@code sequence} counts, which may lie where no record is. */
  public long lastWithin(long sequence) {
    long last = header.baseSequence();
    for (Extent extent : extents()) if (extent.firstSequence() <= sequence) last = Math.min(extent.lastSequence(), sequence);
    return last;
  }

  /** Whether any record of it has a sequence above {@code sequence}. */
  public boolean reachesBeyond(long sequence) {
    return runLastSequence > sequence;
  }

  /** Offset where the next frame would begin. */
  public long endBytes() {
    return Layout.roundUp(usedEndBytes, header.blockBytes());
  }

  public long usedEndBytes() {
    return usedEndBytes;
  }

  /** Where the segment ends if nothing follows any more: with its seal, or with its last record. */
  public Mark.DurablePoint endPoint() {
    return new Mark.DurablePoint(ordinal, sealed ? fileBytes : usedEndBytes, lastSequence(), lastCrc);
  }

  public int lastCrc() {
    return lastCrc;
  }

  public long committedMillis() {
    return committedMillis;
  }

  /** Nothing here is committed earlier than that. Before the first frame. */
  public void goOnFrom(long millis) {
    committedMillis = Math.max(committedMillis, millis);
  }

  public boolean sealed() {
    return sealed;
  }

  public SegmentFile writer() {
    return writer;
  }

  public void startWriting(SegmentFile file) {
    writer = file;
  }

  /** Goes on writing behind the last frame, with all that this takes; what fails leaves the file closed. */
  void resumeWriting(SegmentFile file, boolean preallocates) throws IOException {
    try {
      file.prepareDurableWrites();
      // A close cuts within a block of the log, which may be many of the file system's: what comes behind gives the rest of it no space.
      hasHoles = !preallocates && file.size() < endBytes();
      startWriting(file);
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /** Gives the writing descriptor back to whoever closes it; null if there is none. */
  public SegmentFile stopWriting() {
    SegmentFile file = writer;
    writer = null;
    return file;
  }

  public void markSealed(long sealedFileBytes) {
    sealed = true;
    fileBytes = sealedFileBytes;
  }

  public boolean hasType(int type) {
    return (types[type >> 6] & 1L << (type & 63)) != 0;
  }

  /**
   * Takes a written frame in: from now on readers find it.
   *
   * @param offsetBytes where it begins
   * @param bodyBytes its records, without header and padding
   * @param crc checksum of its header
   * @param millis when it was committed
   */
  public void advance(long firstSequence, long lastSequence, long offsetBytes, int bodyBytes, int crc, long millis) {
    lastCrc = crc;
    committedMillis = millis;
    usedEndBytes = offsetBytes + Layout.FRAME_HEADER_BYTES + bodyBytes;
    index.offer(firstSequence, offsetBytes);
    if (runLastSequence == 0) {
      runStartBytes = offsetBytes;
      runFirstSequence = firstSequence;
    }
    runEndBytes = endBytes();
    runLastSequence = lastSequence;
  }

  /** The last frame has grown in a tail slot; what its place has of it readers see as before. */
  public void grow(long offsetBytes, int bodyBytes, int crc, long millis) {
    lastCrc = crc;
    committedMillis = millis;
    usedEndBytes = offsetBytes + Layout.FRAME_HEADER_BYTES + bodyBytes;
  }

  /** The last frame's place has its records up to {@code last}: from now on readers find them there. */
  public void growThrough(long last) {
    runLastSequence = last;
  }

  /** Adds types of records, 256 bits, before {@link #advance} shows the first of them. */
  public void noteTypes(long[] more) {
    for (int i = 0; i < types.length; i++) types[i] |= more[i];
  }

  private void grow(Extent run) {
    runStartBytes = run.startBytes();
    runFirstSequence = run.firstSequence();
    runEndBytes = run.endBytes();
    runLastSequence = run.lastSequence();
  }

  /** The file's bytes, as they count. */
  public FileBytes asItCounts(FileBytes file) {
    NewestFrame newest = newestFrame;
    return newest == null ? file : newest.over(file);
  }

  /** The same, with its last frame as the file has that in its place. */
  public Segment asPlaced() {
    Segment placed = cutAfter(lastSequence(), lastCrc, usedEndBytes, indexBefore(usedEndBytes));
    placed.newestFrame = null;
    return placed;
  }

  /** Forgets everything above {@code sequence}, which ends in the frame with {@code crc} that is used up to {@code usedEnd}. */
  public Segment cutAfter(long sequence, int crc, long usedEnd, SparseIndex keptIndex) {
    List<Extent> kept = new ArrayList<>();
    for (Extent extent : extents()) {
      if (extent.firstSequence() > sequence) break;
      long end = Math.min(extent.endBytes(), Layout.roundUp(usedEnd, header.blockBytes()));
      kept.add(new Extent(extent.startBytes(), end, extent.firstSequence(), Math.min(extent.lastSequence(), sequence)));
    }
    Segment cut = new Segment(header, headerCrc, keptIndex, types.clone(), kept, crc, usedEnd, committedMillis, false);
    cut.fileBytes = Layout.roundUp(usedEnd, header.blockBytes());
    NewestFrame newest = newestFrame;
    if (newest != null && newest.offsetBytes() < usedEnd) cut.newestFrame = newest;
    return cut;
  }

  /** The index of the frames that begin before {@code endBytes}. */
  public SparseIndex indexBefore(long endBytes) {
    return index.before(endBytes);
  }

  /** Whether the segment with this header goes on where this one ends. */
  public boolean isFollowedBy(SegmentHeader successor) {
    return successor != null && successor.predecessorOrdinal() == ordinal && successor.predecessorEpoch() == header.epoch()
        && successor.predecessorLastSequence() == lastSequence() && successor.predecessorCrc() == lastCrc;
  }

  /** What its seal says, or would say. */
  public Seal seal() {
    return new Seal(endBytes(), lastCrc, types.clone(), index.sequences(), index.offsetsBytes());
  }

  /** The header of the seal frame, checksum aside. */
  public FrameHeader sealHeader(int bodyBytes, int bodyCrc) {
    long last = lastSequence();
    return new FrameHeader(
        0, header.epoch(), ordinal, endBytes(), header.baseSequence() + 1, last, last, bodyBytes, 0, bodyCrc, lastCrc, FrameHeader.SEAL,
        committedMillis);
  }

  /** Offset of a frame at or before the one that holds {@code sequence}, inside {@code extent}. */
  public long seekOffset(Extent extent, long sequence) {
    return Math.max(extent.startBytes(), index.floorOffset(sequence));
  }

  /** Offset of a frame behind the one that holds {@code sequence}, as far as the index knows one inside {@code extent}; else its end. */
  long searchedUpTo(Extent extent, long sequence) {
    return Math.min(extent.endBytes(), index.ceilingOffset(sequence));
  }

  /** Closes the writing descriptor, if this is the tail. */
  public void close() throws IOException {
    SegmentFile written = stopWriting();
    if (written != null) written.close();
  }

  @Override
  public String toString() {
    return name + " (sequences " + (header.baseSequence() + 1) + " to " + lastSequence() + ")";
  }
}
