package dev.syncline.log.recovery;

import dev.syncline.format.Crc;
import dev.syncline.format.Fence;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.Seal;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.SegmentScan.Break;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.FileBytes;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.FrameCheck;
import dev.syncline.log.segment.FrameFields;
import dev.syncline.log.segment.Incompatible;
import dev.syncline.log.segment.NewestFrame;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SparseIndex;
import dev.syncline.log.segment.TailSlots;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads segments and tells what is readable in them. Reads only; judges nothing, repairs nothing.
 *
 * <p>A crash leaves any subset of the blocks that were being written, and a recycled file is full of an earlier segment's frames. So a
 * length is believed only after the checksum of the header that holds it, a header only if it names this segment, this epoch and
 * this very offset, and a frame only if it follows, by checksum, on the one before. Behind a place where that fails every block is
 * tried: a later frame may promise that what is unreadable here was durable.
 */
public final class SegmentScanner {
  private static final int STEP_BYTES = 1 << 20;
  private static final int FIRST_STEP_BYTES = 64 << 10;
  private static final int GLIMPSE_BYTES = 16 << 10;

  private final Storage storage;
  private final Storage.Access access;
  private final FileWindow steps = new FileWindow(FIRST_STEP_BYTES, STEP_BYTES);

  /** For a segment of which only header and seal are wanted, so that opening a log of many does not read a megabyte of each, twice. */
  private final FileWindow glimpse = new FileWindow(GLIMPSE_BYTES);
  private final FrameCheck check = new FrameCheck();
  private final FrameFields fields = new FrameFields();
  private final TailSlots slots = new TailSlots();
  private final Crc crc = new Crc();

  // What the scan in progress has gathered.
  private FileWindow window;
  private long ordinal;
  private SegmentHeader header;
  private int headerCrc;
  private SegmentHeader found;
  private int blockBytes;
  private long fileBytes;
  private List<Extent> extents;
  private Breaks breaks;
  private SparseIndex index;
  private long[] types;
  /** Checksum of the last frame that is readable at least in part. */
  private int lastCrc;

  /** Checksum that the next frame must follow on: also that of a frame of which only the header is readable. */
  private int chainCrc;
  private long usedEndBytes;
  private long committedMillis;
  private long lastSequence;
  private long promised;
  private Seal seal;
  private NewestFrame newest;
  private long lastFrameBytes;
  private long frames;
  private long overlapBytes;
  private Counting counting = new Counting(0, Long.MAX_VALUE);

  public SegmentScanner(Storage storage, Storage.Access access) {
    this.storage = storage;
    this.access = access;
  }

  /** From now on counts records above {@code after}, up to {@code through}. */
  public void countBetween(long after, long through) {
    counting = new Counting(after, through);
  }

  /** The header of a segment, or null if it is unreadable or not its own. */
  public SegmentHeader header(long segmentOrdinal) throws IOException {
    try (SegmentFile file = open(segmentOrdinal)) {
      start(file);
      readHeader();
      return header;
    }
  }

  /** The header that is there, of whichever segment and log; null if it is unreadable. */
  SegmentHeader anyHeader(long segmentOrdinal) throws IOException {
    header(segmentOrdinal);
    return found;
  }

  /** A segment of which only the header was read, without a frame so far; null if that is unreadable or not its own. */
  public Segment begun(long segmentOrdinal) throws IOException {
    return header(segmentOrdinal) == null ? null : new Segment(header, headerCrc, new SparseIndex());
  }

  /** Reads header and, if there is one, seal: enough for a segment that was finished. Without a readable seal the scan is a full one. */
  public SegmentScan glance(long segmentOrdinal) throws IOException {
    try (SegmentFile file = open(segmentOrdinal)) {
      String problem = begin(file);
      if (seal == null) return scanFrames(file, problem);
      usedEndBytes = seal.framesEndBytes();
      lastCrc = seal.lastCrc();
      System.arraycopy(seal.types(), 0, types, 0, types.length);
      index = SparseIndex.of(seal.firstSequences(), seal.offsetsBytes());
      if (lastSequence > header.baseSequence())
        extents.add(new Extent(Layout.FRAMES_START_BYTES, usedEndBytes, seal.firstSequences()[0], lastSequence));
      return result(null);
    }
  }

  /** Reads and checks every byte that counts. */
  public SegmentScan scan(long segmentOrdinal) throws IOException {
    return scanCopy(SegmentName.of(segmentOrdinal), segmentOrdinal);
  }

  /** The same, of a copy of the segment that has another name. */
  public SegmentScan scanCopy(String name, long segmentOrdinal) throws IOException {
    ordinal = segmentOrdinal;
    try (SegmentFile file = storage.open(name, access)) {
      return scanFrames(file, begin(file));
    }
  }

  /** The same, of a segment whose own header is unreadable, as if this were it, and {@code crc} what the first frame follows on. */
  SegmentScan scanAs(SegmentHeader assumed, int crc) throws IOException {
    try (SegmentFile file = open(assumed.ordinal())) {
      start(file);
      take(assumed, crc);
      return scanFrames(file, null);
    }
  }

  private SegmentFile open(long segmentOrdinal) throws IOException {
    ordinal = segmentOrdinal;
    return storage.open(SegmentName.of(segmentOrdinal), access);
  }

  private void start(SegmentFile file) throws IOException {
    header = null;
    headerCrc = 0;
    found = null;
    // Until a header says otherwise; frames are then looked for at every place where one can begin.
    blockBytes = Layout.BLOCK_BYTES_MIN;
    extents = new ArrayList<>();
    breaks = new Breaks();
    index = new SparseIndex();
    types = new long[4];
    lastCrc = 0;
    chainCrc = 0;
    usedEndBytes = 0;
    committedMillis = 0;
    lastSequence = 0;
    promised = 0;
    seal = null;
    newest = null;
    frames = 0;
    overlapBytes = 0;
    counting.begin();
    fileBytes = file.size();
    window = glimpse;
    window.use(FileBytes.of(file));
  }

  /** Reads header and seal, if they are there; returns what is wrong with the header. */
  private String begin(SegmentFile file) throws IOException {
    start(file);
    String problem = readHeader();
    if (problem == null) readSealFromEnd();
    return problem;
  }

  private String readHeader() throws IOException {
    int available = window.load(0, Layout.SEGMENT_HEADER_BYTES);
    ByteBuffer in = window.buffer();
    String refusal = window.refusal(0, Layout.SEGMENT_HEADER_BYTES);
    String problem = refusal != null ? refusal : SegmentHeader.problem(in, available);
    if (problem != null) return problem;
    if (SegmentHeader.version(in) != Layout.FORMAT_VERSION)
      throw Incompatible.version(storage, SegmentName.of(ordinal), SegmentHeader.version(in));
    found = SegmentHeader.decode(in);
    if (found.ordinal() != ordinal)
      return "expected the header of segment " + ordinal + ", found that of " + SegmentName.of(found.ordinal()) + " (was it renamed?)";
    take(found, SegmentHeader.crc(in));
    return null;
  }

  private void take(SegmentHeader found, int crc) {
    header = found;
    headerCrc = crc;
    lastCrc = crc;
    chainCrc = crc;
    blockBytes = found.blockBytes();
    usedEndBytes = Layout.FRAMES_START_BYTES;
    lastSequence = found.baseSequence();
  }

  /** Takes the seal in that ends the file, if there is one that fits this segment. */
  private void readSealFromEnd() throws IOException {
    long trailerAt = fileBytes - Layout.SEAL_TRAILER_BYTES;
    boolean hasRoom = fileBytes % blockBytes == 0 && trailerAt > Layout.FRAMES_START_BYTES;
    if (!hasRoom || window.load(trailerAt, Layout.SEAL_TRAILER_BYTES) < Layout.SEAL_TRAILER_BYTES) return;
    int sealBytes = Seal.bytesFromTrailer(window.buffer(), window.indexOf(trailerAt), crc);
    long sealAt = fileBytes - sealBytes;
    if (sealBytes < Layout.FRAME_HEADER_BYTES || sealAt < Layout.FRAMES_START_BYTES || sealAt % blockBytes != 0) return;
    int available = window.load(sealAt, sealBytes);
    if (frameProblem(sealAt, available) != null) return;
    FrameHeader frame = FrameHeader.decode(window.buffer(), window.indexOf(sealAt));
    if (!takeSeal(sealAt, available, frame, false)) return;
    lastSequence = frame.lastSequence();
    committedMillis = frame.committedMillis();
  }

  private boolean takeSeal(long offset, int available, FrameHeader frame, boolean chained) {
    if (frame.kind() != FrameHeader.SEAL) return false;
    Seal found = Seal.decode(window.buffer(), window.indexOf(offset), available, frame, crc);
    boolean fits = found != null && found.framesEndBytes() == offset && found.fits(header, frame.lastSequence());
    if (!fits || chained && found.lastCrc() != chainCrc) return false;
    seal = found;
    promised = Math.max(promised, frame.promisedSequence());
    return true;
  }

  private String frameProblem(long offset, int available) {
    String refusal = window.refusal(offset, Layout.FRAME_HEADER_BYTES);
    if (refusal != null) return refusal;
    return FrameHeader.problem(window.buffer(), window.indexOf(offset), available, crc, epoch(), ordinal, offset);
  }

  private long epoch() {
    return header == null ? 0 : header.epoch();
  }

  private SegmentScan scanFrames(SegmentFile file, String headerProblem) throws IOException {
    FileBytes bytes = FileBytes.of(file);
    // Where a seal ends the file every frame is in its place.
    if (seal == null) newest = header == null ? slots.newest(bytes, ordinal) : slots.newest(bytes, header);
    String missed = seal == null ? slots.missed() : null;
    if (newest != null) bytes = newest.over(bytes);
    window = steps;
    window.use(bytes);
    forgetSeal();
    long offset = Layout.FRAMES_START_BYTES;
    boolean chained = header != null;
    while (offset < fileBytes && seal == null) {
      String problem = frameProblem(offset, window.load(offset, blockBytes));
      FrameHeader frame = problem == null ? FrameHeader.decode(window.buffer(), window.indexOf(offset)) : null;
      if (problem == null) problem = frame.orderProblem(chained ? chainCrc : frame.previousCrc(), lastSequence);
      if (problem == null) {
        offset = frame.kind() == FrameHeader.SEAL ? sealAt(offset, frame, chained) : frameAt(offset, frame, chained);
        chained = offset >= frame.endBytes(blockBytes);
      } else {
        offset = probe(offset, problem);
        chained = false;
      }
    }
    if (seal == null && frames > 0 && header != null) newest = slots.newestOrLast(newest, FileBytes.of(file), header, lastFrameBytes);
    if (seal == null && missed != null && frames > 0 && header != null) missCommit(missed);
    return result(headerProblem);
  }

  /** If the last frame has room for more, more may have joined it. */
  private void missCommit(String missed) {
    if (usedEndBytes - lastFrameBytes + Layout.RECORD_HEADER_BYTES > blockBytes) return;
    long end = Layout.roundUp(usedEndBytes, blockBytes);
    addBreak(end, "a tail slot may hold one more commit: " + missed, breaks.takeAt(end), true);
  }

  /** It is taken in again when the frames before it have been read. */
  private void forgetSeal() {
    seal = null;
    promised = 0;
    committedMillis = 0;
    lastSequence = header == null ? 0 : header.baseSequence();
  }

  private long sealAt(long offset, FrameHeader frame, boolean chained) throws IOException {
    long bytes = Layout.roundUp((long) Layout.FRAME_HEADER_BYTES + frame.bodyBytes() + Layout.SEAL_TRAILER_BYTES, blockBytes);
    int available = window.load(offset, (int) Math.min(fileBytes - offset, bytes));
    if (header != null && endsWithTrailer(offset, available, bytes) && takeSeal(offset, available, frame, chained)) {
      // The last frame may hold records that were cut away before the segment was finished.
      lastSequence = Math.min(lastSequence, frame.lastSequence());
      return fileBytes;
    }
    promised = Math.max(promised, frame.promisedSequence());
    long end = Math.min(fileBytes, frame.endBytes(blockBytes));
    boolean refused = window.refusal(offset, bytes) != null;
    return addBreak(offset, "expected a readable seal, found one of which a part does not match", end, refused);
  }

  /** A crash may leave the first sectors of a seal without the last: then it is torn, and is written again. */
  private boolean endsWithTrailer(long offset, int available, long bytes) {
    int trailerAt = window.indexOf(offset) + (int) bytes - Layout.SEAL_TRAILER_BYTES;
    return available >= bytes && Seal.bytesFromTrailer(window.buffer(), trailerAt, crc) == bytes;
  }

  /** Takes in the frame whose header is good; returns where the next one begins. */
  private long frameAt(long offset, FrameHeader frame, boolean chained) throws IOException {
    check.check(window, offset, fields.take(frame), Math.max(lastSequence, frame.firstSequence() - 1));
    promised = Math.max(promised, frame.promisedSequence());
    long at = offset + check.problemAtBytes;
    String refusal = check.problem == null ? null : window.refusal(at, frame.usedEndBytes() - at);
    String problem = refusal != null ? refusal : check.problem;
    long end = frame.endBytes(blockBytes);
    long trueEnd = problem == null ? end : endOfBroken(offset, end);
    if (trueEnd < end) return addBreak(offset, problem, trueEnd, refusal != null);
    long wholeBefore = lastSequence;
    int crcBefore = lastCrc;
    long usedEndBefore = usedEndBytes;
    if (check.goodRecords > 0) addToExtents(offset, frame, chained);
    if (problem != null)
      breaks.add(new Break(at, offset, problem, lastSequence, wholeBefore, crcBefore, usedEndBefore, lastCrc, usedEndBytes, 0,
          Math.min(fileBytes, end), refusal != null));
    chainCrc = frame.crc();
    return end;
  }

  /** A body that is not what its header says may be shorter: then none of it is believed, and what is read again for that is bounded. */
  private long endOfBroken(long offset, long claimedEnd) throws IOException {
    for (long at = offset + blockBytes; at < Math.min(claimedEnd, fileBytes); at += blockBytes) {
      if (!isNewerFrame(at, window.load(at, blockBytes))) continue;
      overlapBytes += Math.min(claimedEnd, fileBytes) - at;
      return overlapBytes <= fileBytes ? at : claimedEnd;
    }
    return claimedEnd;
  }

  private void addToExtents(long offset, FrameHeader frame, boolean chained) throws IOException {
    breaks.close(frame.firstSequence());
    boolean grows = chained && !extents.isEmpty() && extents.get(extents.size() - 1).endBytes() == offset && !breaks.endAt(offset);
    Extent last = grows ? extents.remove(extents.size() - 1) : null;
    long start = grows ? last.startBytes() : offset;
    long first = grows ? last.firstSequence() : frame.firstSequence();
    extents.add(new Extent(start, frame.endBytes(blockBytes), first, check.goodLastSequence));
    index.offer(frame.firstSequence(), offset);
    lastFrameBytes = offset;
    for (int i = 0; i < types.length; i++) types[i] |= check.types[i];
    lastSequence = check.goodLastSequence;
    usedEndBytes = frame.usedEndBytes();
    lastCrc = frame.crc();
    committedMillis = Math.max(committedMillis, frame.committedMillis());
    frames++;
    counting.count(window, frame, check, blockBytes);
  }

  /** Looks for the next block that begins a frame of this segment, up to a fence; returns its offset, or the end of the file. */
  private long probe(long from, String problem) throws IOException {
    boolean refused = window.refusal(from, Layout.FRAME_HEADER_BYTES) != null;
    long suspectEnd = from;
    boolean suspect = true;
    for (long offset = from; offset < fileBytes; offset += blockBytes) {
      int available = window.load(offset, blockBytes);
      if (offset > from && isNewerFrame(offset, available)) return addBreak(from, problem, offset, refused);
      if (isFence(offset, available)) break;
      suspect = suspect && EarlierLife.isNone(window.buffer(), window.indexOf(offset), Math.min(available, blockBytes), crc, ordinal);
      if (suspect) suspectEnd = Math.min(fileBytes, offset + blockBytes);
    }
    addBreak(from, problem, suspectEnd, refused);
    return fileBytes;
  }

  /** Believed only with the segment's epoch: of a file whose header is unreadable nobody knows which life a fence is of. */
  private boolean isFence(long offset, int available) {
    return header != null && Fence.isAt(window.buffer(), window.indexOf(offset), available, crc, header.epoch(), ordinal, offset);
  }

  private boolean isNewerFrame(long offset, int available) {
    ByteBuffer in = window.buffer();
    int at = window.indexOf(offset);
    if (window.refusal(offset, Layout.FRAME_HEADER_BYTES) != null) return false;
    boolean isFrame = FrameHeader.isAt(in, at, available, crc, epoch(), ordinal, offset);
    return isFrame && (FrameHeader.kind(in, at) == FrameHeader.SEAL || FrameHeader.firstSequence(in, at) > lastSequence);
  }

  /** Returns where it ends. */
  private long addBreak(long from, String problem, long endBytes, boolean refused) {
    breaks.add(Break.between(from, problem, lastSequence, lastCrc, usedEndBytes, endBytes, refused));
    return endBytes;
  }

  private SegmentScan result(String headerProblem) {
    return new SegmentScan(header, headerCrc, headerProblem, found == null ? null : found.logId(), fileBytes, List.copyOf(extents),
        breaks.all(), index, types, lastCrc, usedEndBytes, committedMillis, lastSequence, promised, seal, newest, frames,
        counting.counts());
  }
}
