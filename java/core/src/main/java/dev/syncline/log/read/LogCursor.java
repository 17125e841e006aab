package dev.syncline.log.read;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.RecordsRewoundException;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.format.CutHistory;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.RecordTable;
import dev.syncline.log.segment.Segment;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Steps through records in order, each frame checked whole before its first record is shown.
 *
 * <p>Belongs to one thread. The record under the cursor is a view of the cursor's own buffer, good until the next {@link #advance}. An open
 * cursor that does not follow keeps the segments ahead of it from being deleted; {@link #close} it.
 */
public final class LogCursor implements RecordView, AutoCloseable {
  static final String REMEDY = "Nothing was changed. 'syncline repair' on the directory shows what can be kept; or restore a copy";

  private final ReadContext context;
  private final ReadSource source;
  private final boolean follows;
  private final FrameReader frames;

  /** Where a cursor ends that does not follow. */
  private final long limit;

  /** The structure that is read: as it was when the cursor was opened, or if it follows as it was last seen. */
  private ReadView view;

  /** The structure as it was last seen. */
  private ReadView latest;

  /** The cuts of the tail that this cursor knows of, since its opening or since it went past them. */
  private CutHistory cutsKnown;

  /** Up to here what the cursor was opened for is still so. */
  private long shared = Long.MAX_VALUE;

  private long position;
  private Damage stoppedAt;
  private boolean closed;

  // The frame being shown.
  private final ShownRecords records;
  private long clip;
  private Damage damageBehindFrame;

  /** Records of this frame up to here may be shown as long as the structure is {@link #latest}: nothing else can take them back. */
  private long sure;

  // Where the next frame is expected.
  private Segment segment;

  /** The run of {@link #segment} that was read from last. */
  private Extent run;

  private long nextFrameOffset;

  LogCursor(ReadContext context, long after, boolean follows, int windowBytes) {
    this.context = context;
    this.source = context.source();
    this.follows = follows;
    RecordTable table = new RecordTable();
    this.records = new ShownRecords(table);
    this.frames = new FrameReader(context, windowBytes, table);
    // All of them, until it is known from where on.
    if (!follows) context.pins().pin(this, 0);
    // The end before the structure, which then holds all up to it.
    this.limit = follows ? Long.MAX_VALUE : source.visibleSequence();
    this.view = source.known();
    this.latest = view;
    this.cutsKnown = view.cuts();
    this.position = follows ? after : Math.max(after, view.truncatedThrough());
    try {
      pin(view.firstBeyond(position));
    } catch (RuntimeException | Error e) {
      context.pins().unpin(this);
      throw e;
    }
  }

  private void pin(Segment first) {
    if (!follows) context.pins().pin(this, first != null ? first.ordinal : view.newest() == null ? 0 : view.newest().ordinal);
  }

  /**
   * Moves to the next record.
   *
   * @return false if there is none: the end, for a following cursor the durable end, or {@link #damage}
   * @throws CorruptLogException for damage that was not known when the log was opened
   * @throws RecordsRewoundException if the tail was cut below what this cursor has shown or was opened for
   * @throws RecordsTruncatedException if the next record was truncated away
   */
  public boolean advance() throws IOException {
    long sequence = records.nextNoted();
    if (sequence > position && sequence <= sure && source.view() == latest) {
      records.take();
      position = sequence;
      return true;
    }
    return advanceLooking();
  }

  private boolean advanceLooking() throws IOException {
    while (!closed) {
      heedChanges();
      if (records.hasNext()) {
        if (takeRecord()) return true;
      } else if (damageBehindFrame != null) {
        lookBeforeFailing();
        if (damageBehindFrame != null) throw frames.told(new CorruptLogException(damageBehindFrame, REMEDY));
      } else {
        source.requireReadable();
        if (position >= end() && !goesOn()) return false;
        if (stoppedAt != null || !loadNext()) return false;
      }
    }
    return false;
  }

  /** Whether there is more than was known. What a cursor was opened for and a cut of the tail has taken is not passed over in silence. */
  private boolean goesOn() throws IOException {
    if (follows) {
      source.current();
      heedChanges();
      return position < end();
    }
    if (position < limit) requireNotCut(position + 1);
    return false;
  }

  private long end() {
    return follows ? source.durableSequence() : Math.min(limit, source.visibleSequence());
  }

  private boolean takeRecord() throws IOException {
    long sequence = records.nextSequence();
    if (sequence <= position) {
      records.skip();
      return false;
    }
    long end = end();
    if (sequence > clip || sequence > end) {
      // Sequences rise: up to there nothing is left to be shown. A cut between two indexes of the caller's ends at no record.
      position = Math.max(position, Math.min(clip, end));
      records.skipAll();
      // The rest of this frame will be wanted later, by a cursor that follows, or if the frame has grown.
      segment = null;
      return false;
    }
    requireNotCut(sequence);
    // A failure takes back what is visible and not durable; that only a cut can, and the structure shows a cut.
    sure = Math.min(Math.min(clip, shared), Math.min(end, source.durableSequence()));
    // Together, and last: whatever was thrown before has passed over nothing.
    records.take();
    position = sequence;
    return true;
  }

  // Changes of the log while it is read.

  /** Looks whether the structure is another than when this was asked last, and what of it concerns this cursor. */
  private void heedChanges() throws IOException {
    ReadView now = source.view();
    if (now == latest) return;
    StackReserve.require(StackReserve.MEMORY);
    long sharedNow = now.cuts().sharedSince(cutsKnown);
    if (follows) {
      if (position > sharedNow) goOnBehind(sharedNow, now);
      // A segment that is not in the structure any more may hold what no longer counts.
      if (sharedNow != Long.MAX_VALUE || segment != null && !now.segments().contains(segment)) forgetWhatWasReadAhead();
      cutsKnown = now.cuts();
      view = now;
      stoppedAt = null;
    } else {
      shared = sharedNow;
    }
    latest = now;
    sure = 0;
  }

  /** The tail goes on where both histories part, so that no cut is missed between this one and the next look. */
  private void goOnBehind(long sharedNow, ReadView now) throws RecordsRewoundException {
    RecordsRewoundException rewound = Gone.rewound(position, sharedNow);
    position = sharedNow;
    cutsKnown = now.cuts();
    view = now;
    latest = now;
    stoppedAt = null;
    forgetWhatWasReadAhead();
    throw rewound;
  }

  private void forgetWhatWasReadAhead() {
    records.skipAll();
    damageBehindFrame = null;
    segment = null;
  }

  private void requireNotCut(long sequence) throws RecordsRewoundException {
    if (sequence > shared) throw Gone.rewound(sequence, shared);
  }

  /** Looks afresh before a failed read counts as one: the log may be closed, or the next record cut away since. */
  private void lookBeforeFailing() throws IOException {
    source.requireReadable();
    source.current();
    heedChanges();
    requireNotCut(position + 1);
  }

  // Finding the next frame.

  /** Finds and checks the frame that holds the next record. Returns false if there is none; if it must be looked for again, true. */
  private boolean loadNext() throws IOException {
    StackReserve.require(StackReserve.DISK);
    requireNotCut(position + 1);
    if (follows && view.truncatedThrough() > position) throw Gone.truncated(position + 1, view.truncatedThrough());
    if (!follows && position < latest.truncatedThrough() && view.firstBeyond(position) == null) position = latest.truncatedThrough();
    long end = end();
    Segment next = nextSegment();
    if (next == null) return loadPending(end);
    try {
      return loadFrom(next);
    } catch (IOException e) {
      segment = null;
      lookBeforeFailing();
      if (isOvertaken(next)) return true;
      throw frames.told(e);
    }
  }

  /**
   * Whether the segment that could not be read was taken away, and the next round finds the record elsewhere or says so. A pinned file was
   * not.
   */
  private boolean isOvertaken(Segment next) throws IOException {
    if (latest.truncatedThrough() > position) {
      if (!follows && !context.pinsHold()) throw Gone.truncated(position + 1, latest.truncatedThrough());
      return follows;
    }
    Segment now = latest.firstBeyond(position);
    if (follows && !latest.segments().contains(next)) return true;
    if (now == next || now == null || context.pinsHold() && !follows) return false;
    view = latest;
    segment = null;
    return true;
  }

  private Segment nextSegment() {
    if (segment != null && segment.reachesBeyond(position)) return segment;
    Segment found = view.firstBeyond(position);
    if (found == null) found = source.known().firstBeyond(position);
    if (found != null && found != segment) pin(found);
    return found;
  }

  /** Records that are in no file yet: copied from memory, where they wait to be written. */
  private boolean loadPending(long end) throws IOException {
    stoppedAt = view.damageAbove(position);
    if (stoppedAt != null) return false;
    ByteBuffer pending = source.copyOfPending(position);
    if (pending == null) {
      // It may have come to a file meanwhile. If not, there is nothing between here and the end: its sequences were given up.
      if (source.known().firstBeyond(position) != null) return true;
      requireNotCut(end);
      // The structure may be that behind a cut and the end that from before it; asking for what is pending has waited for both.
      position = Math.max(position, Math.min(end, end()));
      return true;
    }
    records.showUnnoted(pending, 0, pending.capacity());
    show(Long.MAX_VALUE);
    segment = null;
    return true;
  }

  private boolean loadFrom(Segment next) throws IOException {
    Extent extent = extentBeyond(next);
    if (extent == null) return true;
    Damage ahead = view.damageAbove(position);
    if (ahead != null && ahead.firstLost() < Math.max(extent.firstSequence(), position + 1)) {
      stoppedAt = ahead;
      return false;
    }
    // Also where the extent has ended: what it should have held and did not is not looked for again from its front, for ever.
    boolean goesOn = next == segment && nextFrameOffset > extent.startBytes() && nextFrameOffset <= extent.endBytes();
    frames.use(next);
    long offset = goesOn ? nextFrameOffset : frames.near(extent, position + 1);
    segment = next;
    frames.find(extent, offset, position);
    frames.loadBody(extent);
    records.show(frames.buffer(), frames.bodyIndex(), frames.bodyIndex() + frames.bodyBytes());
    show(extent.lastSequence());
    damageBehindFrame = frames.damage(position, clip);
    nextFrameOffset = frames.nextFrameBytes();
    return true;
  }

  /** The first run of frames that reaches beyond the position; the one that was found last, as long as it does. */
  private Extent extentBeyond(Segment next) {
    if (next == segment && run != null && run.lastSequence() > position) return run;
    run = null;
    for (Extent extent : next.extents()) if (run == null && extent.lastSequence() > position) run = extent;
    return run;
  }

  private void show(long clipSequence) {
    clip = clipSequence;
    sure = 0;
  }

  /** Fails if the record under the cursor was cut away since it was found. */
  public void requireStillThere() throws IOException {
    heedChanges();
    requireNotCut(position);
  }

  // Waiting.

  /** Waits until there may be more than {@link #advance} found last, at most that long; an interrupt ends the wait and stays set. */
  public void await(long timeoutNanos) throws IOException {
    source.await(stoppedAt == null ? position : Long.MAX_VALUE, latest, timeoutNanos);
  }

  // The record.

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
    return records.type();
  }

  @Override
  public int meta() {
    return records.meta();
  }

  @Override
  public int payloadBytes() {
    return records.payloadBytes();
  }

  /** Whether the record counts only with the ones behind it. */
  public boolean groupGoesOn() {
    return records.hasMore();
  }

  @Override
  public byte[] payload() {
    return records.payload();
  }

  @Override
  public ByteBuffer payloadView() {
    return records.payloadView();
  }

  /** What the payload lies in: a read-only buffer of the cursor's, whose bounds anybody may have set. */
  public ByteBuffer memory() {
    return records.memory();
  }

  /** Index of the payload in {@link #memory}. */
  public int payloadIndex() {
    return records.payloadIndex();
  }

  /** Notes where each record of the frame that is being shown lies. */
  void notePositions(RecordPositions positions) {
    if (segment != null) records.notePositions(positions, segment, frames.bodyOffsetBytes());
  }

  @Override
  public void close() {
    if (closed) return;
    // Else it would count as closed and its files be kept.
    StackReserve.require(StackReserve.MEMORY);
    closed = true;
    records.close();
    context.pins().unpin(this);
    frames.close();
    source.readerLeft();
  }
}
