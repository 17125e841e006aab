package dev.syncline.log;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.log.recovery.SegmentScan;
import dev.syncline.log.recovery.SegmentScanner;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.FrameCheck;
import dev.syncline.log.segment.FrameFields;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentSet;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Steps through records in order, each frame checked whole before its first record is shown.
 *
 * <p>Belongs to one thread. The record under the cursor is a view of the cursor's own buffer, good until the next {@link #advance}. An open
 * cursor that does not follow keeps the segments ahead of it from being deleted; {@link #close} it.
 */
public final class LogCursor implements RecordView, AutoCloseable {
  private final SegmentedLog log;
  private final SegmentSet segments;
  private final boolean follows;
  private final FileWindow window;
  private final FrameCheck check = new FrameCheck();
  private final Crc crc = new Crc();

  /** Segments as they were when the cursor was opened; those truncated since are still readable here. */
  private final List<Segment> known;

  /** Cuts of the tail that were there when the cursor was opened, or that it has gone past. */
  private int cutsKnown;
  private final long limit;
  private long position;
  private Damage stoppedAt;
  private boolean closed;

  // The frame being shown.
  private ByteBuffer buffer;
  private int nextRecordAt;
  private int framedEnd;
  private long clip;
  private Damage damageBehindFrame;

  private final FrameFields frame = new FrameFields();

  /** Offset of the frame being shown. */
  private long frameOffset;

  // Where the next frame is expected.
  private Segment segment;

  /** The run of {@link #segment} that was read from last. */
  private Extent run;

  private long nextFrameOffset;

  /** Why the last header that was looked at is none. */
  private String frameProblem;

  // The record under the cursor.
  private int recordAt;

  /** A read-only view of {@link #viewed}, which was the buffer when a payload was last asked for. */
  private ByteBuffer view;

  private ByteBuffer viewed;

  LogCursor(SegmentedLog log, SegmentSet segments, long after, long limit, boolean follows, int windowBytes) throws IOException {
    this.log = log;
    this.segments = segments;
    this.follows = follows;
    this.position = after;
    this.limit = limit;
    this.window = log.borrowWindow(windowBytes);
    this.cutsKnown = log.cuts().size();
    if (!follows) segments.pin(this, 0);
    this.known = segments.live();
    pinFrom(after);
  }

  private void pinFrom(long after) {
    if (follows) return;
    Segment first = SegmentSet.firstBeyond(known, after);
    segments.pin(this, first == null ? Long.MAX_VALUE : first.ordinal);
  }

  /**
   * Moves to the next record.
   *
   * @return false if there is none: the end, for a following cursor the durable end, or {@link #damage}
   * @throws CorruptLogException for damage that was not known when the log was opened
   * @throws RecordsTruncatedException if the next record was truncated away
   */
  public boolean advance() throws IOException {
    while (!closed) {
      if (follows) heedCuts();
      if (nextRecordAt < framedEnd) {
        if (takeRecord()) return true;
      } else if (damageBehindFrame != null) {
        throw new CorruptLogException(damageBehindFrame, "Nothing was changed. Run 'syncline verify' on the directory, and restore a copy");
      } else {
        log.requireReadable();
        if (position >= end()) return endsBeforeLimit();
        if (stoppedAt != null || !loadNext()) return false;
      }
    }
    return false;
  }

  /** False; but what this cursor was opened for and a cut of the tail has taken is not passed over in silence. */
  private boolean endsBeforeLimit() throws IOException {
    if (position < limit) requireNotCut(position + 1);
    return false;
  }

  private boolean takeRecord() throws IOException {
    int at = nextRecordAt;
    long sequence = RecordCodec.sequence(buffer, at);
    nextRecordAt += RecordCodec.bytes(buffer, at);
    if (sequence <= position) return false;
    long end = end();
    if (sequence > clip || sequence > end) {
      nextRecordAt = framedEnd;
      // A cut between two indexes of the caller's ends at no record: up to there nothing is left to be shown.
      if (sequence > clip) position = Math.max(position, Math.min(clip, end));
      // A following cursor will want the rest of this frame later; others are through with the segment's part that counts.
      if (follows) segment = null;
      return false;
    }
    requireNotCut(sequence);
    recordAt = at;
    position = sequence;
    return true;
  }

  private long end() {
    return follows ? log.durableSequence() : Math.min(limit, log.visibleSequence());
  }

  /** A bounded cursor ends with an error where a cut of the tail has taken a record that it was opened for. */
  private void requireNotCut(long sequence) throws IOException {
    if (follows) return;
    List<Long> cuts = log.cuts();
    for (int i = cutsKnown; i < cuts.size(); i++) if (sequence > cuts.get(i)) throw cutAway(sequence, cuts.get(i));
  }

  /** A following cursor that had not come to a cut goes on: it drops what it had read ahead, and meets what takes its place. */
  private void heedCuts() throws IOException {
    List<Long> cuts = log.cuts();
    while (cutsKnown < cuts.size()) {
      long cut = cuts.get(cutsKnown);
      if (position > cut) throw cutAway(position, cut);
      cutsKnown++;
      nextRecordAt = framedEnd;
      damageBehindFrame = null;
      segment = null;
    }
  }

  private static RecordsTruncatedException cutAway(long sequence, long cut) {
    return new RecordsTruncatedException(
        "record " + sequence + " was removed by truncateAfter(" + cut + ") after this cursor was opened");
  }

  /** Finds and checks the frame that holds the next record. Returns false if there is none, or it must be looked for again. */
  private boolean loadNext() throws IOException {
    requireNotCut(position + 1);
    if (follows && log.truncatedThrough() > position)
      throw new RecordsTruncatedException(
          "record " + (position + 1) + " was truncated away before the tail came to it: the log was truncated through "
              + log.truncatedThrough() + " and begins at " + (log.truncatedThrough() + 1));
    if (!follows && position < log.truncatedThrough() && SegmentSet.firstBeyond(known, position) == null) position = log.truncatedThrough();
    Segment next = nextSegment();
    if (next == null) return loadPending();
    try {
      return loadFrom(next);
    } catch (CorruptLogException e) {
      requireNotCut(position + 1);
      if (overtaken()) return true;
      throw e;
    } catch (IOException e) {
      log.requireReadable();
      requireNotCut(position + 1);
      if (overtaken()) return true;
      throw e;
    }
  }

  /** Whether the file was taken away under a following cursor: the next round says so. */
  private boolean overtaken() {
    return follows && (log.truncatedThrough() > position || log.cuts().size() > cutsKnown);
  }

  private Segment nextSegment() {
    if (segment != null && segment.reachesBeyond(position)) return segment;
    Segment found = follows ? null : SegmentSet.firstBeyond(known, position);
    if (found == null) found = SegmentSet.firstBeyond(segments.live(), position);
    if (found != null && !follows && found != segment) segments.pin(this, found.ordinal);
    return found;
  }

  /** Records that are in no file yet: copied from memory, where they wait to be written. */
  private boolean loadPending() throws IOException {
    Damage ahead = log.damageAbove(position);
    if (ahead != null) {
      stoppedAt = ahead;
      return false;
    }
    ByteBuffer pending = log.copyOfPending(position);
    if (pending == null) return SegmentSet.firstBeyond(segments.live(), position) != null;
    buffer = pending;
    nextRecordAt = 0;
    framedEnd = pending.capacity();
    clip = Long.MAX_VALUE;
    segment = null;
    return true;
  }

  private boolean loadFrom(Segment next) throws IOException {
    Extent extent = extentBeyond(next);
    if (extent == null) return true;
    Damage ahead = log.damageAbove(position);
    if (ahead != null && ahead.firstLost() < Math.max(extent.firstSequence(), position + 1)) {
      stoppedAt = ahead;
      return false;
    }
    boolean goesOn = next == segment && nextFrameOffset >= extent.startBytes() && nextFrameOffset < extent.endBytes();
    long offset = goesOn ? nextFrameOffset : next.seekOffset(extent, position + 1);
    if (next != segment) window.use(next.reader(log.storage()));
    segment = next;
    while (offset < extent.endBytes()) {
      if (!findHeader(next, offset)) {
        offset = skipDamage(next, offset);
        continue;
      }
      if (frame.lastSequence > position && frame.kind == FrameHeader.DATA) {
        show(next, extent);
        return true;
      }
      offset = frame.endBytes(next.header.blockBytes());
    }
    throw corrupt(next, offset, "expected record " + (position + 1) + " before offset " + extent.endBytes() + ", found none",
        next.lastSequence());
  }

  /** The first run of frames that reaches beyond the position; the one that was found last, as long as it does. */
  private Extent extentBeyond(Segment next) {
    if (next == segment && run != null && run.lastSequence() > position) return run;
    run = null;
    for (Extent extent : next.extents()) if (run == null && extent.lastSequence() > position) run = extent;
    return run;
  }

  /** Takes in the header of the frame at {@code offset}; returns false if it is unreadable. */
  private boolean findHeader(Segment from, long offset) throws IOException {
    // What was read ahead may predate the frame: before it is called damaged it is read again.
    for (int attempt = 0; attempt < 2; attempt++) {
      if (attempt > 0) window.use(from.reader(log.storage()));
      int available = window.load(offset, Layout.FRAME_HEADER_BYTES);
      frameProblem = FrameHeader.problem(
          window.buffer(), window.indexOf(offset), available, crc, from.header.epoch(), from.ordinal, offset);
      if (frameProblem != null) continue;
      frame.take(window.buffer(), window.indexOf(offset));
      return true;
    }
    return false;
  }

  /**
   * A frame is not where it was. The segment is read whole, to tell what is lost with it and what can still be read behind it.
   *
   * @return the offset of the next readable frame, if nothing that is wanted is lost
   */
  private long skipDamage(Segment from, long offset) throws IOException {
    SegmentScan.Break found = SegmentScanner.breakAt(log.storage(), from.ordinal, offset);
    boolean goesOn = found != null && found.firstAfter() > 0;
    if (goesOn && found.firstAfter() <= position + 1) return found.endBytes();
    throw corrupt(from, offset, frameProblem, goesOn ? found.firstAfter() - 1 : from.lastSequence());
  }

  private void show(Segment from, Extent extent) throws IOException {
    long offset = frame.offsetBytes;
    int bytes = Math.toIntExact(frame.usedBytes());
    for (int attempt = 0; attempt < 2; attempt++) {
      if (attempt > 0) window.use(from.reader(log.storage()));
      int available = window.load(offset, bytes);
      check.check(window.buffer(), window.indexOf(offset), available, frame, frame.firstSequence - 1);
      if (check.problem == null) break;
    }
    buffer = window.buffer();
    nextRecordAt = window.indexOf(offset) + Layout.FRAME_HEADER_BYTES;
    framedEnd = nextRecordAt + check.goodBytes;
    clip = extent.lastSequence();
    frameOffset = offset;
    nextFrameOffset = frame.endBytes(from.header.blockBytes());
    if (check.problem != null && check.goodLastSequence < Math.min(clip, frame.lastSequence))
      damageBehindFrame = new Damage(log.storage().directory().resolve(from.name), offset + check.problemAtBytes, check.problem,
          Math.max(position, check.goodLastSequence) + 1, frame.lastSequence);
  }

  private CorruptLogException corrupt(Segment from, long offset, String problem, long lastLost) {
    return new CorruptLogException(
        new Damage(log.storage().directory().resolve(from.name), offset, problem, position + 1, lastLost),
        "Nothing was changed. Run 'syncline verify' on the directory, and restore a copy");
  }

  /** The damage known at open that this cursor stopped at. */
  public Optional<Damage> damage() {
    return Optional.ofNullable(stoppedAt);
  }

  /** Sequence of the record under the cursor, or where it was opened. */
  @Override
  public long sequence() {
    return position;
  }

  @Override
  public int type() {
    return RecordCodec.type(buffer, recordAt);
  }

  @Override
  public int meta() {
    return RecordCodec.meta(buffer, recordAt);
  }

  @Override
  public int payloadBytes() {
    return RecordCodec.payloadBytes(buffer, recordAt);
  }

  /** Whether the record counts only with the ones behind it. */
  public boolean groupGoesOn() {
    return RecordCodec.hasMore(buffer, recordAt);
  }

  @Override
  public byte[] payload() {
    byte[] copy = new byte[payloadBytes()];
    buffer.get(recordAt + Layout.RECORD_HEADER_BYTES, copy);
    return copy;
  }

  @Override
  public ByteBuffer payloadView() {
    if (viewed != buffer) {
      viewed = buffer;
      view = buffer.asReadOnlyBuffer();
    }
    int from = recordAt + Layout.RECORD_HEADER_BYTES;
    return view.limit(from + payloadBytes()).position(from);
  }

  /** Notes where each record of the frame that is being shown lies. */
  void notePositions(RecordPositions positions) {
    if (segment == null) return;
    int bodyAt = framedEnd - check.goodBytes;
    for (int at = bodyAt; at < framedEnd; at += RecordCodec.bytes(buffer, at))
      positions.note(segment, RecordCodec.sequence(buffer, at), frameOffset + Layout.FRAME_HEADER_BYTES + at - bodyAt);
  }

  @Override
  public void close() {
    if (closed) return;
    closed = true;
    buffer = null;
    view = null;
    viewed = null;
    nextRecordAt = 0;
    framedEnd = 0;
    segments.unpin(this);
    log.returnWindow(window);
    log.readerLeft();
  }

}
