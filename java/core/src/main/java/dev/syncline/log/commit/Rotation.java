package dev.syncline.log.commit;

import dev.syncline.CorruptLogException;
import dev.syncline.ResourceShortageException;
import dev.syncline.StorageFullException;
import dev.syncline.log.commit.LogState.FileChange;
import dev.syncline.log.events.EventKind;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentPreparer;
import dev.syncline.log.segment.SegmentSet;
import java.io.IOException;

/**
 * Which segment frames go to, how its space is made ready, and how the next one takes its place. The one owner of the tail.
 *
 * <p>Whatever may be short (space, a descriptor, memory) is had before the first change: until then a failure only refuses the call that
 * needed it. Housekeeping thread with the commit token, unless a method says otherwise.
 */
public final class Rotation {
  private static final long SHORTAGE_RETRY_NANOS = 100_000_000;

  /** More than the change of the tail allocates: names, a header, two marks, a view. */
  private static final int MEMORY_BYTES = 64 << 10;

  private final LogState state;
  private final SegmentSet segments;
  private final Runnable publish;
  private final LogEvents events;

  /** Had before the first change and given up for it: where the heap is full the change does not begin. */
  private volatile byte[] reserved;

  // Set when the log becomes writable.
  private volatile SegmentPreparer preparer;
  private volatile MarkFile markFile;

  /** Null while there is none. Read by anyone; who gives out its space does so while it cannot change. */
  private volatile Segment tail;

  /** Whether there was no room when somebody last asked for some. */
  private volatile boolean full;

  /** Until when the housekeeping thread leaves it to the appends to find out whether a shortage is over; 0 if there is none. */
  private volatile long shortUntilNanos;

  /** @param publish shows readers the structure as it is now */
  public Rotation(LogState state, SegmentSet segments, Runnable publish, LogEvents events) {
    this.events = events;
    this.state = state;
    this.segments = segments;
    this.publish = publish;
  }

  /** Goes on with what recovery has left. Opening, or the housekeeping thread. */
  public void resume(SegmentPreparer files, MarkFile mark, Segment recovered) throws IOException {
    preparer = files;
    markFile = mark;
    if (recovered != null) files.resume(recovered);
    tail = recovered;
  }

  public SegmentPreparer preparer() {
    return preparer;
  }

  public MarkFile markFile() {
    return markFile;
  }

  /** The segment that frames go to, or null. Any thread. */
  public Segment tail() {
    return tail;
  }

  /** Makes space ready for a frame of that size, in the tail or in the next segment, whose records come after {@code appended}. */
  void makeRoom(long frameBytes, long appended) throws IOException {
    try {
      full = false;
      makeRoomOnce(frameBytes, appended);
      // The shortage is over: the file behind the tail has to be had before the tail takes all that there is now.
      shortUntilNanos = 0;
    } catch (StorageFullException e) {
      full = true;
      throw e;
    }
  }

  /** Whether an append was refused last, since there is no room. Any thread. */
  public boolean isFull() {
    return full;
  }

  private void makeRoomOnce(long frameBytes, long appended) throws IOException {
    Segment now = tail;
    if (now == null || !preparer.belongs(now, frameBytes)) {
      begin(frameBytes, appended);
      return;
    }
    long end = now.endBytes() + frameBytes;
    try {
      preparing(() -> preparer.fill(now, end));
    } catch (StorageFullException e) {
      if (now.reachesBeyond(now.header.baseSequence())) beginInstead(frameBytes, appended, e);
      else preparing(() -> preparer.fillInsteadOfSpares(now, end));
    }
  }

  /**
   * A file that is ready already needs no room; and it may be the tail's file that is full and not the disk, since the process or the
   * file system may limit how large one gets.
   */
  private void beginInstead(long frameBytes, long appended, StorageFullException because) throws IOException {
    try {
      begin(frameBytes, appended);
    } catch (StorageFullException e) {
      e.addSuppressed(because);
      throw e;
    }
  }

  /** Begins the next segment behind the newest one, which is sealed first. */
  private void begin(long frameBytes, long appended) throws IOException {
    final Object begun = events.begin(EventKind.ROTATED);
    final long beganNanos = System.nanoTime();
    Segment newest = segments.newest();
    preparing(() -> {
      // The seal's room first: on a full disk what is prepared is given up for it.
      if (newest != null) preparer.makeRoomForSealIfThereIs(newest);
      preparer.prepare(frameBytes, segments.diskBytes());
      reserved = new byte[MEMORY_BYTES];
    });
    // From here on the log's files change. Between the two it has no tail, which is as good a state as any.
    state.finalOnFailure(() -> {
      reserved = null;
      if (newest != null) preparer.seal(newest);
      tail = null;
    });
    preparing(preparer::nameNext);
    state.finalOnFailure(() -> {
      tail = preparer.begin(newest, newest == null ? appended : newest.lastSequence(), appended);
      segments.add(tail);
      publish.run();
    });
    events.rotated(begun, tail.ordinal, System.nanoTime() - beganNanos);
  }

  /** After this every live segment is finished, or holds no records and has its link to the one before. */
  public void sealForCopy(long appended) throws IOException {
    Segment newest = segments.newest();
    if (newest == null) return;
    boolean empty = newest == tail && !newest.reachesBeyond(newest.header.baseSequence());
    if (empty) return;
    if (markFile.current().rewinding()) {
      begin(0, appended);
    } else if (!newest.sealed()) {
      preparing(() -> {
        preparer.makeRoomForSeal(newest);
        reserved = new byte[MEMORY_BYTES];
      });
      state.finalOnFailure(() -> {
        reserved = null;
        preparer.seal(newest);
        tail = null;
      });
    }
  }

  /** Begins a segment whose records come after {@code through}, which is above every one before. */
  public void skip(long through) throws IOException {
    begin(0, through);
  }

  /** No frame goes to the tail any more; returns it with its file open to write, or null if there was none. */
  public Segment end() {
    Segment last = tail;
    tail = null;
    return last;
  }

  /** What fails here has changed nothing that counts: a shortage refuses the call, a failed write or sync ends the log. */
  private void preparing(FileChange step) throws IOException {
    try {
      step.run();
    } catch (StorageFullException | ResourceShortageException | CorruptLogException e) {
      throw e;
    } catch (OutOfMemoryError e) {
      throw noMemory(e);
    } catch (IOException e) {
      state.fail(e);
      throw state.failedException(e);
    }
  }

  private static ResourceShortageException noMemory(OutOfMemoryError e) {
    return new ResourceShortageException(
        "no memory to make space for the next records ready: " + e.getMessage() + ". Nothing was changed; give the process more"
            + " (-Xmx, -XX:MaxDirectMemorySize) or let it use less, then try again", e);
  }

  /** Whether ready space runs low, so that the housekeeping thread should look. Any thread. */
  public boolean runsLow() {
    Segment now = tail;
    if (now == null || !preparer.runsLow(now) && !preparer.wantsSuccessor(now)) return false;
    return shortUntilNanos == 0 || System.nanoTime() - shortUntilNanos > 0;
  }

  /**
   * Keeps ready space ahead of the tail; returns whether there is more to do at once. A shortage is for the append that needs the space.
   * Housekeeping thread, without the token.
   */
  public boolean attendSpace() throws IOException {
    Segment now = tail;
    if (now == null || now.writer() == null) return false;
    shortUntilNanos = 0;
    boolean low = preparer.runsLow(now);
    if (!low && !preparer.wantsSuccessor(now)) return false;
    try {
      Object begun = events.begin(EventKind.PREPARED);
      long beganNanos = System.nanoTime();
      if (low) preparer.fillAhead(now);
      // However fast the space in front is used up: the file behind it comes before the last of the room is gone.
      if (!low || preparer.hasNoSuccessor(now)) preparer.prepareAhead(now, segments.diskBytes());
      events.prepared(begun, System.nanoTime() - beganNanos);
      return preparer.runsLow(now);
    } catch (StorageFullException | ResourceShortageException e) {
      events.shortage(e);
    } catch (OutOfMemoryError e) {
      events.shortage(noMemory(e));
    }
    shortUntilNanos = System.nanoTime() + SHORTAGE_RETRY_NANOS | 1;
    return false;
  }
}
