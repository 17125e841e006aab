package dev.syncline.log.read;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.Verification;
import dev.syncline.format.CutHistory;
import dev.syncline.format.Mark;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.LiveJudge;
import dev.syncline.log.recovery.Verdict;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.Rewind;
import dev.syncline.log.segment.Segment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Follows a log that somebody else writes, in this process or another: takes no lock, writes nothing, and reads what is new.
 *
 * <p>What it shows is durable: a frame counts once a later one promises it, the mark's durable point covers it, or a link does. So the last
 * records show with the next frame, or with the mark that the writer stores when it has been quiet for half its {@code markInterval}.
 *
 * <p>Every change of structure is in the mark before a file is touched, so one small read tells whether there was any. If there was, the
 * new segments are found by their links; only where the files do not agree with the mark the whole directory is judged. What was published
 * once is never taken back, but for a cut of the tail, which readers find in {@link ReadView#cuts}: numbered by this follower, since a
 * mark may be rebuilt.
 *
 * <p>Any thread; one looks at a time.
 */
public final class DirectoryFollower implements ReadSource, Closeable {
  /** How old the structure may be when a record is shown. A cut of the tail takes two durable writes, and so many times as long. */
  private static final long STRUCTURE_AGE_NANOS_MAX = 10_000;

  private static final long PAUSE_NANOS_MIN = 1_000_000;
  private static final long PAUSE_NANOS_MAX = 10_000_000;
  private static final int FOLLOW_ATTEMPTS = 10;
  private static final long JUDGE_AGAIN_NANOS = 1_000_000_000;

  /** Says whether the log is still open. */
  public interface Readable {
    void require() throws IOException;
  }

  private final Storage storage;
  private final ReaderFiles files;
  private final Readable readable;
  private final MarkWatch watch;
  private final SegmentChain chain;
  private final ReentrantLock lookLock = new ReentrantLock();

  private volatile ReadView view = ReadView.EMPTY;
  private volatile long durable;
  private volatile Mark mark;

  /** When the look began that {@link #view} is the result of. */
  private volatile long lookedNanos;

  // Under the look lock.
  private NewestFrames newest;
  private CutHistory markCuts = CutHistory.NONE;
  private int cutsSeen;
  private long judgedNanos;

  public DirectoryFollower(Storage storage, ReaderFiles files, Readable readable) {
    this.storage = storage;
    this.files = files;
    this.readable = readable;
    this.watch = new MarkWatch(storage);
    this.chain = new SegmentChain(storage);
  }

  /** Judges the directory as it is now, and begins to follow it. */
  public Verdict open(Verification verification) throws IOException {
    lookLock.lock();
    try {
      long began = System.nanoTime();
      Verdict verdict = judge(verification);
      readOn();
      lookedNanos = began;
      return verdict;
    } finally {
      lookLock.unlock();
    }
  }

  // What readers ask.

  @Override
  public void requireReadable() throws IOException {
    readable.require();
  }

  @Override
  public ReadView view() throws IOException {
    long now = System.nanoTime();
    if (now - lookedNanos > STRUCTURE_AGE_NANOS_MAX) look(now, false);
    return view;
  }

  @Override
  public ReadView current() throws IOException {
    look(System.nanoTime(), true);
    return view;
  }

  @Override
  public ReadView known() {
    return view;
  }

  /** The durable end after a look; as it was last seen where a look fails, of which whoever reads will hear. */
  public long lookedEnd() {
    try {
      current();
    } catch (IOException e) {
      System.getLogger("dev.syncline.log").log(System.Logger.Level.DEBUG, "looking for what is new", e);
    }
    return durable;
  }

  @Override
  public long visibleSequence() {
    return durable;
  }

  @Override
  public long durableSequence() {
    return durable;
  }

  @Override
  public long writtenSequence() {
    return durable;
  }

  /** Nothing: what another process has in memory is its own. */
  @Override
  public ByteBuffer copyOfPending(long sequence) {
    return null;
  }

  @Override
  public void readerLeft() {}

  /** The mark as it was last seen, or null if there is no log. */
  public Mark mark() {
    return mark;
  }

  /** What belongs together: a structure, the mark that it was read by, and how far its records are durable. */
  record Seen(ReadView view, Mark mark, long end, Mark.DurablePoint point) {
    /** Up to where the newest segment's file holds what is shown. */
    long newestEndBytes() {
      return point.endBytes();
    }
  }

  Seen seen() {
    lookLock.lock();
    try {
      Segment last = view.newest();
      return new Seen(view, mark, durable, last == null ? Mark.DurablePoint.NONE : last.endPoint());
    } finally {
      lookLock.unlock();
    }
  }

  /** Looks again and again, less often the longer nothing comes: a hundred times a second at the least. */
  @Override
  public void await(long sequence, ReadView known, long timeoutNanos) throws IOException {
    long began = System.nanoTime();
    for (long pause = PAUSE_NANOS_MIN; ; pause = Math.min(PAUSE_NANOS_MAX, 2 * pause)) {
      requireReadable();
      if (current() != known || durable > sequence) return;
      long left = timeoutNanos - (System.nanoTime() - began);
      if (left <= 0 || Thread.currentThread().isInterrupted()) return;
      LockSupport.parkNanos(this, Math.min(left, pause));
    }
  }

  // Looking. Under the look lock.

  private void look(long askedNanos, boolean forFrames) throws IOException {
    lookLock.lock();
    try {
      // Somebody may have looked while this thread waited for its turn; but only frames tell of frames.
      if (!forFrames && lookedNanos - askedNanos >= 0) return;
      requireReadable();
      long began = System.nanoTime();
      if (began - lookedNanos > STRUCTURE_AGE_NANOS_MAX) {
        lookAtMark();
        lookedNanos = began;
      }
      if (forFrames) readOn();
    } finally {
      lookLock.unlock();
    }
  }

  private void lookAtMark() throws IOException {
    Mark changed;
    try {
      changed = watch.poll();
    } catch (NoSuchFileException e) {
      if (mark != null) judgeAgain();
      return;
    }
    for (int attempt = 0; changed != null; attempt++) {
      if (attempt < FOLLOW_ATTEMPTS && follow(changed)) return;
      Mark newer = watch.poll();
      if (newer == null || attempt >= FOLLOW_ATTEMPTS) {
        judge(Verification.TAIL);
        return;
      }
      changed = newer;
    }
  }

  /** Without a mark to tell of changes: now and then. */
  private void judgeAgain() throws IOException {
    if (System.nanoTime() - judgedNanos > JUDGE_AGAIN_NANOS) judge(Verification.TAIL);
  }

  /** Takes a newer mark in; returns false if the files do not agree with it. */
  private boolean follow(Mark changed) throws IOException {
    boolean sameLog = mark != null && mark.logId().equals(changed.logId()) && mark.counter() < changed.counter();
    if (!sameLog || !view.damage().isEmpty()) return false;
    try {
      if (newest != null) newest.startAgain();
      List<Segment> segments = chain.follow(view.segments(), newest, changed);
      if (segments == null) return false;
      NewestFrames last = follower(segments, changed);
      if (last != null) last.readOnAndProve(Math.max(changed.floorSequence(), changed.truncatedThrough()));
      if (last != null) last.prove(changed);
      long reached = segments.isEmpty() ? changed.floorSequence() : segments.get(segments.size() - 1).lastSequence();
      if (!changed.rewinding() && reached < changed.floorSequence()) return false;
      newest = last;
      publish(segments, changed, List.of(), Math.max(reached, Math.max(changed.floorSequence(), changed.truncatedThrough())));
      return true;
    } catch (NoSuchFileException | CorruptLogException e) {
      return false;
    }
  }

  /** Follows the last segment, unless its end is decided. */
  private NewestFrames follower(List<Segment> segments, Mark by) {
    if (segments.isEmpty() || by.rewinding()) return null;
    Segment last = segments.get(segments.size() - 1);
    return newest != null && newest.segment == last ? newest : new NewestFrames(last, files);
  }

  private void readOn() throws IOException {
    if (newest == null) return;
    try {
      newest.readOn();
      newest.prove(mark);
      durable = Math.max(durable, newest.segment.lastSequence());
    } catch (NoSuchFileException e) {
      // Taken away since the mark was read: the next look finds what has come in its place.
      newest.startAgain();
    }
  }

  private Verdict judge(Verification verification) throws IOException {
    judgedNanos = System.nanoTime();
    Verdict verdict = new LiveJudge(storage, verification).judge();
    if (verdict.fresh()) return verdict;
    Mark judged = verdict.mark().orElseThrow();
    watch.expect(judged);
    List<Segment> segments = new ArrayList<>(verdict.segments());
    long shown = verdict.shownSequence();
    int last = segments.size() - 1;
    if (last >= 0 && !judged.rewinding()) {
      segments.set(last, Rewind.upToFrameOf(storage, segments.get(last), shown));
      shown = Math.max(shown, segments.get(last).lastSequence());
    }
    boolean grows = verdict.damage().isEmpty();
    newest = grows ? follower(segments, judged) : null;
    if (newest != null) newest.startAgain();
    publish(segments, judged, verdict.damage(), shown);
    return verdict;
  }

  /** The structure first: whoever sees the end finds what it holds. */
  private void publish(List<Segment> segments, Mark by, List<Damage> damage, long end) {
    long shared = mark == null ? Long.MAX_VALUE : by.cuts().sharedSince(markCuts);
    if (shared == CutHistory.UNRELATED || mark != null && !mark.logId().equals(by.logId())) shared = sharedBySegments(segments);
    // What is no longer proven counts as cut away: it is not to be passed over as if nothing had been there.
    if (end < durable) shared = Math.min(shared, end);
    CutHistory cuts = shared < Long.MAX_VALUE ? view.cuts().cutAfter(shared, ++cutsSeen) : view.cuts();
    markCuts = by.cuts();
    mark = by;
    List<Segment> before = view.segments();
    view = new ReadView(segments, by.truncatedThrough(), cuts, damage);
    durable = end;
    letGo(before, segments);
  }

  /** Descriptors of what is not read any more would keep the blocks of files that are gone. */
  private void letGo(List<Segment> before, List<Segment> now) {
    for (Segment segment : before) {
      if (now.contains(segment)) continue;
      boolean truncated = now.isEmpty() || segment.ordinal < now.get(0).ordinal;
      if (truncated) files.dispose(segment);
      else files.release(segment);
    }
  }

  /** Where the cuts do not tell, since the mark is not of the same history: up to where both have the same segments. */
  private long sharedBySegments(List<Segment> now) {
    long shared = now.isEmpty() ? view.truncatedThrough() : now.get(0).header.predecessorLastSequence();
    for (Segment before : view.segments()) {
      Segment same = null;
      for (Segment each : now) if (each.ordinal == before.ordinal && each.header.epoch() == before.header.epoch()) same = each;
      if (same == null && !now.isEmpty() && before.ordinal < now.get(0).ordinal) continue;
      if (same == null) break;
      shared = Math.max(shared, Math.min(before.lastSequence(), same.lastSequence()));
      if (same.lastSequence() < before.lastSequence()) break;
    }
    return shared;
  }

  @Override
  public void close() throws IOException {
    lookLock.lock();
    try {
      watch.close();
    } finally {
      lookLock.unlock();
    }
  }
}
