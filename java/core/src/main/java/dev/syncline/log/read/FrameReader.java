package dev.syncline.log.read;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.SegmentScan;
import dev.syncline.log.recovery.SegmentScanner;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.FileBytes;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.FrameCheck;
import dev.syncline.log.segment.FrameFields;
import dev.syncline.log.segment.FrameSearch;
import dev.syncline.log.segment.RecordTable;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Reads one frame after the other through a window, each checked whole before anything of it is shown. Belongs to one cursor.
 *
 * <p>What is not as it should be is read twice more before that is said: what was read ahead may predate the frame, and a page in the cache
 * may predate a direct write of another process, so the last time it is read past the cache where the storage can.
 */
final class FrameReader {
  /** A larger frame is checked piece by piece before memory is taken for it: its length may be anything. */
  private static final int LARGE_FRAME_BYTES = 4 << 20;

  private static final int ATTEMPTS = 3;

  private final ReadContext context;

  /** Null once closed: who keeps a closed cursor keeps no memory by it. */
  private FileWindow window;

  private final RecordTable table;
  private final FrameCheck check;
  private final Crc crc = new Crc();
  private final FrameFields frame = new FrameFields();

  private Segment segment;
  private FileBytes file;

  // The frame that was read last: where it begins and ends, and its header's checksum. It may have grown since.
  private long lastBytes;
  private long lastEndBytes;
  private int lastCrc;

  /** Why the last header that was looked at is none. */
  private String headerProblem;

  /** The last scan that a damaged place has asked for. */
  private SegmentScan scan;

  private Segment scanned;

  /** How often a scan has found nothing wrong with what could not be read, since the last frame was found. */
  private int readableAfterAll;

  /** @param table where the records of each frame are noted */
  FrameReader(ReadContext context, int windowBytes, RecordTable table) {
    this.context = context;
    this.table = table;
    this.check = new FrameCheck(table);
    this.window = context.windows().borrow(windowBytes);
  }

  /** Goes on in this segment. */
  void use(Segment next) {
    if (next == segment) return;
    segment = next;
    file = context.files().bytesOf(next);
    window.use(file);
    forgetLast();
  }

  /** Offset of a frame at or before the one that holds {@code sequence}, inside the extent. */
  long near(Extent extent, long sequence) throws IOException {
    return FrameSearch.offset(window, segment, extent, sequence, crc);
  }

  /**
   * Finds the first frame from {@code offset} on, inside the extent, that holds a sequence above {@code position}.
   *
   * @throws CorruptLogException if something above {@code position} is unreadable before it
   */
  void find(Extent extent, long offset, long position) throws IOException {
    long at = offset;
    long failedAt = 0;
    // The frame that is read again, and what it was before.
    long againBytes = 0;
    int againCrc = 0;
    for (int attempt = 0; ; ) {
      boolean grown = false;
      if (at < extent.endBytes()) {
        if (!takeHeader(at, extent)) {
          at = skipDamage(at, position);
          forgetLast();
          continue;
        }
        boolean asBefore = at == againBytes && frame.crc == againCrc;
        boolean follows = follows();
        grown = follows && isOlder(extent);
        if (!asBefore && follows && !grown) {
          noteLast();
          readableAfterAll = 0;
          if (frame.lastSequence > position && frame.kind == FrameHeader.DATA) return;
          at = frame.endBytes(segment.header.blockBytes());
          continue;
        }
      }
      // This frame has grown since it was read, or else the one before it has, or a page in the cache predates that.
      if (attempt == 0) failedAt = at;
      if (++attempt > ATTEMPTS) throw corrupt(failedAt, disagreement(failedAt, extent, position), position, segment.lastSequence());
      if (!grown && lastEndBytes == at) {
        againBytes = lastBytes;
        againCrc = lastCrc;
        at = lastBytes;
      }
      if (!grown) forgetLast();
      if (attempt < ATTEMPTS) window.use(file);
      else loadPastCache(at, Layout.FRAME_HEADER_BYTES);
    }
  }

  private String disagreement(long at, Extent extent, long position) {
    return at < extent.endBytes()
        ? "expected frames that follow on each other up to record " + extent.lastSequence() + ", found " + frame.lastSequence
            + " as the last of one"
        : "expected record " + (position + 1) + " before offset " + extent.endBytes() + ", found none";
  }

  /** Whether it follows on the one that was read last, if that ends where this one begins. */
  private boolean follows() {
    return lastEndBytes != frame.offsetBytes || frame.previousCrc == lastCrc;
  }

  /** Whether it has less than readers have been told of. */
  private boolean isOlder(Extent extent) {
    return frame.endBytes(segment.header.blockBytes()) == extent.endBytes() && frame.lastSequence < extent.lastSequence();
  }

  private void noteLast() {
    lastBytes = frame.offsetBytes;
    lastEndBytes = frame.endBytes(segment.header.blockBytes());
    lastCrc = frame.crc;
  }

  private void forgetLast() {
    lastEndBytes = 0;
  }

  private boolean takeHeader(long offset, Extent extent) throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int available = load(attempt, offset, Layout.FRAME_HEADER_BYTES, extent.endBytes());
      headerProblem = window.refusal(offset, Layout.FRAME_HEADER_BYTES);
      if (headerProblem == null)
        headerProblem = FrameHeader.problem(
            window.buffer(), window.indexOf(offset), available, crc, segment.header.epoch(), segment.ordinal, offset);
      if (headerProblem != null) continue;
      frame.take(window.buffer(), window.indexOf(offset));
      if (frame.endBytes(segment.header.blockBytes()) <= extent.endBytes()) return true;
      headerProblem = "expected a frame that ends by offset " + extent.endBytes() + ", found one of " + frame.usedBytes() + " bytes";
    }
    return false;
  }

  private int load(int attempt, long offset, int bytes, long knownEndBytes) throws IOException {
    if (attempt == ATTEMPTS - 1) return loadPastCache(offset, bytes);
    if (attempt > 0) window.use(file);
    return window.load(offset, bytes, knownEndBytes);
  }

  private int loadPastCache(long offset, int bytes) throws IOException {
    try (SegmentFile past = context.storage().open(segment.name, Storage.Access.READ_UNCACHED)) {
      window.use(segment.asItCounts(FileBytes.of(past)));
      return window.load(offset, bytes);
    } finally {
      window.goOnWith(file);
    }
  }

  /**
   * A frame is not where it was. The segment is read whole, to tell what is lost with it and what can still be read behind it.
   *
   * @return the offset of the next readable frame, if nothing that is wanted is lost
   */
  private long skipDamage(long offset, long position) throws IOException {
    if (scanned != segment) {
      scan = new SegmentScanner(context.storage(), Storage.Access.READ).scan(segment.ordinal);
      scanned = segment;
    }
    SegmentScan.Break found = scan.breakAround(offset);
    if (found == null && scan.lastSequence() > position && ++readableAfterAll <= ATTEMPTS) {
      // It was being written again while it was read: in its place, with more records.
      scanned = null;
      window.use(file);
      return offset;
    }
    boolean goesOn = found != null && found.firstAfter() > 0;
    if (goesOn && found.firstAfter() <= position + 1) return found.endBytes();
    // What lies behind where the segment is left does not count, readable or not.
    long last = segment.lastSequence();
    throw corrupt(offset, headerProblem, position, goesOn ? Math.min(last, found.firstAfter() - 1) : last);
  }

  /** Reads and checks the body of the frame that was found; what counts of it is in the window then. */
  void loadBody(Extent extent) throws IOException {
    long offset = frame.offsetBytes;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (frame.usedBytes() > LARGE_FRAME_BYTES) {
        load(attempt, offset, Layout.FRAME_HEADER_BYTES, extent.endBytes());
        check.check(window, offset, frame, frame.firstSequence - 1);
        // What is shown is read once more, and so checked once more.
        int available = window.load(offset, Layout.FRAME_HEADER_BYTES + check.goodBytes, extent.endBytes());
        if (check.problem == null) check.check(window.buffer(), window.indexOf(offset), available, frame, frame.firstSequence - 1);
        else table.fill(window.buffer(), bodyIndex(), bodyIndex() + check.goodBytes);
      } else {
        int available = load(attempt, offset, (int) frame.usedBytes(), extent.endBytes());
        check.check(window.buffer(), window.indexOf(offset), available, frame, frame.firstSequence - 1);
      }
      if (check.problem == null) return;
    }
    long problemAt = offset + check.problemAtBytes;
    String refusal = window.refusal(problemAt, frame.usedBytes() - check.problemAtBytes);
    if (refusal != null) check.problem = refusal;
  }

  ByteBuffer buffer() {
    return window.buffer();
  }

  /** Index of the first record of the frame in {@link #buffer}. */
  int bodyIndex() {
    return window.indexOf(frame.offsetBytes) + Layout.FRAME_HEADER_BYTES;
  }

  /** Bytes of the records that count. */
  int bodyBytes() {
    return check.goodBytes;
  }

  /** Offset in the file of the frame's first record. */
  long bodyOffsetBytes() {
    return frame.offsetBytes + Layout.FRAME_HEADER_BYTES;
  }

  long nextFrameBytes() {
    return frame.endBytes(segment.header.blockBytes());
  }

  /** What is unreadable of the frame and counts, up to {@code clip}; null if nothing is. */
  Damage damage(long position, long clip) {
    if (check.problem == null || check.goodLastSequence >= Math.min(clip, frame.lastSequence)) return null;
    return new Damage(path(), frame.offsetBytes + check.problemAtBytes, check.problem, Math.max(position, check.goodLastSequence) + 1,
        Math.min(clip, frame.lastSequence));
  }

  /** Reading ends with that, and if it is damage whoever watches the log hears of it. */
  <E extends IOException> E told(E failure) {
    if (failure instanceof CorruptLogException corrupt) corrupt.damage().ifPresent(context.events()::damaged);
    return failure;
  }

  private CorruptLogException corrupt(long offset, String problem, long position, long lastLost) {
    return new CorruptLogException(new Damage(path(), offset, problem, position + 1, lastLost), LogCursor.REMEDY);
  }

  private Path path() {
    return context.storage().directory().resolve(segment.name);
  }

  void close() {
    context.windows().giveBack(window);
    window = null;
    scan = null;
  }
}
