package dev.syncline.log.commit;

import dev.syncline.format.FrameHeader;
import dev.syncline.io.SegmentFile;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;

/** Brings frames to the disk, counts, and says how long it has been at it. The token's holder. */
final class FrameWriter {
  private final CommitCounters counters;
  private final LockWatch lockWatch;
  private final InstantSource clock;
  private final TailFrame newest;
  private final CommitReport report;

  /** Whether the last frame has joined the newest one. */
  private boolean joined;

  /** Whether it was written durably. */
  private boolean durable;

  /** When the write or sync that is running began, by nanoTime; 0 while none is. */
  private volatile long ioBeganNanos;

  private long ioNanos;

  /**
   * @param clock tells when a frame is committed
   * @param joinMillis for how long commits join the newest frame
   */
  FrameWriter(CommitCounters counters, LockWatch lockWatch, InstantSource clock, long joinMillis, LogEvents events) {
    this.counters = counters;
    this.lockWatch = lockWatch;
    this.clock = clock;
    this.newest = new TailFrame(joinMillis);
    this.report = new CommitReport(events);
  }

  TailFrame newest() {
    return newest;
  }

  long ioInProgressNanos() {
    long began = ioBeganNanos;
    return began == 0 ? 0 : Math.max(1, System.nanoTime() - began);
  }

  /**
   * Writes a frame, or adds its records to the newest one where they fit; either is durable then. {@link #takeIn} follows.
   *
   * @param promised highest sequence known durable, which a frame's header vouches for
   */
  void writeDurably(Frame frame, long promised) throws IOException {
    lockWatch.lookIfDue();
    Segment tail = frame.segment();
    long millis = commitMillis(frame);
    joined = newest.takes(frame, millis);
    durable = true;
    counters.commits++;
    if (joined) {
      newest.join(frame, promised, millis);
      durably(tail, newest.block(), newest.slotBytes());
    } else {
      durably(tail, placed(frame, promised, millis), startBytes(frame));
    }
    lockWatch.lookIfDue();
  }

  private void durably(Segment tail, ByteBuffer bytes, long offsetBytes) throws IOException {
    counters.writtenBytes += bytes.remaining();
    counters.durableWrites++;
    long began = ioBegins();
    try {
      tail.writer().writeDurably(bytes, offsetBytes);
    } finally {
      ioEnds(began);
    }
  }

  private long ioBegins() {
    report.begin();
    long began = System.nanoTime() | 1;
    ioBeganNanos = began;
    return began;
  }

  private void ioEnds(long began) {
    ioBeganNanos = 0;
    ioNanos = System.nanoTime() - began;
    report.end(ioNanos);
  }

  /** How long the last write or sync has taken. */
  long ioNanos() {
    return ioNanos;
  }

  /** The frame's bytes, behind the newest one where a slot has more of that than its place. */
  private ByteBuffer placed(Frame frame, long promised, long millis) {
    Segment tail = frame.segment();
    frame.placeAt(tail.endBytes());
    ByteBuffer bytes = frame.complete(promised, tail.lastCrc(), millis);
    return newest.mustBePlaced(tail) ? frame.precededBy(newest.block()) : bytes;
  }

  private long startBytes(Frame frame) {
    return newest.mustBePlaced(frame.segment()) ? newest.offsetBytes() : frame.offsetBytes();
  }

  /** A clock that is set back, or is that of another machine, does not take the log's time back. */
  private long commitMillis(Frame frame) {
    long millis = frame.givenMillis() < 0 ? nowMillis() : frame.givenMillis();
    return Math.max(frame.segment().committedMillis(), Math.min(Math.max(0, millis), FrameHeader.COMMITTED_MILLIS_MAX));
  }

  /** The caller's clock may throw, which is no reason to end a log: no time has passed then. */
  private long nowMillis() {
    try {
      return clock.millis();
    } catch (RuntimeException | Error e) {
      return 0;
    }
  }

  /** Writes a frame without making it durable. {@link #takeIn} follows. */
  void write(Frame frame, long promised) throws IOException {
    lockWatch.lookIfDue();
    Segment tail = frame.segment();
    joined = false;
    durable = false;
    ByteBuffer bytes = placed(frame, promised, commitMillis(frame));
    counters.commits++;
    counters.writtenBytes += bytes.remaining();
    long began = ioBegins();
    try {
      tail.writer().write(bytes, startBytes(frame));
    } finally {
      ioEnds(began);
    }
  }

  /** Readers see the frame that was written last; returns whether they find it in the file. Queue's lock. */
  boolean takeIn(Frame frame) {
    report.add(frame);
    if (joined) {
      newest.show(frame);
      return false;
    }
    if (newest.mustBePlaced(frame.segment())) newest.placed();
    frame.takeIn();
    // What no sync has covered is written again by nobody: its place may have less of it than a slot, or nothing.
    if (durable) newest.become(frame);
    else newest.forget();
    return true;
  }

  /** All that was taken in is durable, up to {@code lastSequence}. Queue's lock. */
  void becameDurable(long lastSequence) {
    report.tell(lastSequence);
  }

  /** The newest frame goes to its place in {@code tail} if a slot has more of it; returns whether it has. {@link #placed} follows. */
  boolean placeNewest(Segment tail) throws IOException {
    if (!newest.mustBePlaced(tail)) return false;
    lockWatch.lookIfDue();
    durably(tail, newest.block(), newest.offsetBytes());
    report.forget();
    return true;
  }

  /** Makes everything that was written to {@code tail} durable. */
  void sync(Segment tail) throws IOException {
    counters.syncs++;
    long began = ioBegins();
    try {
      tail.writer().sync();
    } finally {
      ioEnds(began);
    }
    lockWatch.lookIfDue();
  }
}
