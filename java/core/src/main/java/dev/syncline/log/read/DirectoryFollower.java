package dev.syncline.log.read;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.Verification;
import dev.syncline.format.CutHistory;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.LiveJudge;
import dev.syncline.log.recovery.Verdict;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.Rewind;
import dev.syncline.log.segment.Segment;
import dev.syncline.shortage.LogLines;
import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

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
  private static final long PAUSE_NANOS_MAX = 16_000_000;

  /** Where there is no log yet, or no mark any more, a look costs more. */
  private static final long PAUSE_WITHOUT_MARK_NANOS_MAX = 60_000_000;

  private static final int FOLLOW_ATTEMPTS = 10;
  private static final long JUDGE_AGAIN_NANOS = 10_000_000_000L;

  /** Says whether the log is still open. */
  public interface Readable {
    void require() throws IOException;
  }

  private final Storage storage;
  private final ReaderFiles files;
  private final Readable readable;
  private final MarkWatch watch;
  private final SegmentChain chain;
  private final HistoryComparison comparison;
  private final PatientLock lookLock = new PatientLock(StackReserve.DISK);

  private volatile ReadView view = ReadView.EMPTY;
  private volatile long durable;
  private volatile Mark mark;
  private volatile CutHistory cutsWhenNoted = CutHistory.NONE;

  /** When the look began that {@link #view} is the result of. */
  private volatile long lookedNanos;

  private volatile boolean closed;

  /** Whether a mark was there at the last look. */
  private volatile boolean marked;

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
    this.comparison = new HistoryComparison(storage);
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
      LogLines.say(LogLines.LOG, System.Logger.Level.DEBUG, "looking for what is new", e);
    }
    return durable;
  }

  /** The caller has found a checkpoint among the records as they are now. */
  public void noted() {
    cutsWhenNoted = view.cuts();
  }

  /** The last checkpoint after a look: the one that was found among records, unless a cut took it or the mark knows a later one. */
  public MarkFile.Checkpoint checkpoint(MarkFile.Checkpoint found) {
    lookedEnd();
    Mark now = mark;
    if (now == null) return found;
    boolean cut = found.sequence() > view.cuts().sharedSince(cutsWhenNoted);
    return cut || now.lastCheckpoint() > found.sequence() ? new MarkFile.Checkpoint(now.lastCheckpoint(), now.covered()) : found;
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
  record Seen(ReadView view, Mark mark, long end, Segment newest, Mark.DurablePoint point) {}

  Seen seen() {
    lookLock.lock();
    try {
      Segment last = view.newest();
      if (last == null) return new Seen(view, mark, durable, null, Mark.DurablePoint.NONE);
      Segment asSeen = last.newestFrame == null ? last : last.cutAfter(
          last.lastSequence(), last.lastCrc(), last.usedEndBytes(), last.indexBefore(last.usedEndBytes()));
      return new Seen(view, mark, durable, asSeen, last.endPoint());
    } finally {
      lookLock.unlock();
    }
  }

  /** Looks again and again, less often the longer nothing comes: sixty times a second at the least while there is a log. */
  @Override
  public void await(long sequence, ReadView known, long timeoutNanos) throws IOException {
    long began = System.nanoTime();
    for (long pause = PAUSE_NANOS_MIN; ; pause = Math.min(marked ? PAUSE_NANOS_MAX : PAUSE_WITHOUT_MARK_NANOS_MAX, 2 * pause)) {
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
      if (closed) watch.close();
      lookLock.unlock();
    }
  }

  private void lookAtMark() throws IOException {
    try {
      lookAtMarkOnce();
    } catch (IOException | RuntimeException | Error e) {
      watch.expect(mark);
      throw e;
    }
  }

  private void lookAtMarkOnce() throws IOException {
    Mark changed;
    try {
      changed = watch.poll();
      marked = true;
    } catch (NoSuchFileException e) {
      marked = false;
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
      if (segments == null || !comparison.isOneHistory(view.segments(), segments)) return false;
      NewestFrames last = follower(segments, changed);
      if (last != null) last.readOnAndProve(Math.max(changed.floorSequence(), changed.truncatedThrough()));
      if (last != null) last.prove(changed);
      long reached = segments.isEmpty() ? changed.floorSequence() : segments.get(segments.size() - 1).lastSequence();
      if (reached < (changed.rewinding() ? changed.durable().sequence() : changed.floorSequence())) return false;
      newest = last;
      long end = Math.max(reached, Math.max(changed.floorSequence(), changed.truncatedThrough()));
      publish(segments, changed, List.of(), end, Long.MAX_VALUE);
      return true;
    } catch (NoSuchFileException | CorruptLogException e) {
      return false;
    }
  }

  /** Follows the last segment, unless its end is decided: what the slots of one that is sealed hold is of another life. */
  private NewestFrames follower(List<Segment> segments, Mark by) {
    if (segments.isEmpty() || by.rewinding()) return null;
    Segment last = segments.get(segments.size() - 1);
    if (last.sealed()) return null;
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
    for (int attempt = 0; ; attempt++) {
      try {
        return judgeOnce(verification);
      } catch (NoSuchFileException | CorruptLogException e) {
        if (attempt == FOLLOW_ATTEMPTS) throw e;
      }
    }
  }

  private Verdict judgeOnce(Verification verification) throws IOException {
    judgedNanos = System.nanoTime();
    Verdict verdict = new LiveJudge(storage, verification).judge();
    if (verdict.fresh()) return verdict;
    Mark judged = verdict.mark().orElseThrow();
    watch.expect(judged);
    List<Segment> segments = new ArrayList<>(verdict.segments());
    long shown = verdict.shownSequence();
    int last = segments.size() - 1;
    long still = judged.rewinding() ? Math.min(durable, judged.rewindTo()) : durable;
    boolean known = mark != null
        && last >= 0
        && segments.get(last).lastSequence() >= still
        && comparison.isOneHistory(view.segments(), segments);
    // What had a witness once is durable, whatever became of the witness.
    if (known) shown = Math.max(shown, still);
    if (last >= 0) segments.set(last, upTo(shown, segments.get(last), judged));
    if (last >= 0 && !judged.rewinding()) shown = Math.max(shown, segments.get(last).lastSequence());
    boolean grows = last >= 0 && verdict.damage().stream().noneMatch(each -> liesInOrBehind(each, segments.get(last)));
    newest = grows ? follower(segments, judged) : null;
    if (newest != null) newest.startAgain();
    long shared = mark == null ? Long.MAX_VALUE : comparison.shared(view, durable, segments);
    publish(segments, judged, verdict.damage(), shown, shared);
    return verdict;
  }

  /** What a decided cut takes of a frame is gone; else what is known of one record of a frame is known of all. */
  private Segment upTo(long sequence, Segment last, Mark judged) throws IOException {
    return judged.rewinding() ? Rewind.clipped(storage, last, sequence) : Rewind.upToFrameOf(storage, last, sequence);
  }

  private static boolean liesInOrBehind(Damage damage, Segment last) {
    return SegmentName.ordinal(damage.file().getFileName().toString()) >= last.ordinal;
  }

  /**
   * The structure first: whoever sees the end finds what it holds.
   *
   * @param sharedBySegments what the files themselves say is shared with the structure before, where the cuts in the mark do not tell
   */
  private void publish(List<Segment> segments, Mark by, List<Damage> damage, long end, long sharedBySegments) {
    long shared = mark == null ? Long.MAX_VALUE : by.cuts().sharedSince(markCuts);
    boolean told = shared != CutHistory.UNRELATED && shared != Long.MAX_VALUE && mark.logId().equals(by.logId());
    if (!told) shared = sharedBySegments >= durable ? Long.MAX_VALUE : sharedBySegments;
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

  /** Does not wait for a look that hangs: that one closes behind itself. */
  @Override
  public void close() throws IOException {
    closed = true;
    if (!lookLock.tryLock()) return;
    try {
      watch.close();
    } finally {
      lookLock.unlock();
    }
  }
}
