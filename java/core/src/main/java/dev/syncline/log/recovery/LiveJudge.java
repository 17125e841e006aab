package dev.syncline.log.recovery;

import dev.syncline.Verification;
import dev.syncline.format.CutHistory;
import dev.syncline.format.Mark;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.MarkFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Judges a directory while somebody else may write to it. Reads only.
 *
 * <p>Files are read one after the other, so the picture may hold parts of two moments: a segment that was there and has gone, one that
 * has begun since. Every change of structure writes the mark before it touches a file, so the mark is read again behind the last file. A
 * verdict without damage counts if no cut of the tail came in between, and the newest frame was the same each time it was read; damage
 * counts if the mark is the very same, it was read past the page cache, and the same was found there before: the newest frame goes to its
 * place without a word in the mark, maybe between the reading of the slots and of that. What is finished and was read once is not read
 * again.
 */
public final class LiveJudge {
  private static final int ATTEMPTS_MIN = 40;
  private static final int SAME_DAMAGE_BELIEVED = 20;
  private static final long PATIENCE_NANOS = 20_000_000_000L;
  private static final long PAUSE_NANOS = 200_000;

  private final Storage storage;
  private final Verification verification;

  /** Scans of segments that were finished, by ordinal: they change only by a cut of the tail. */
  private final Map<Long, SegmentScan> finished = new HashMap<>();

  /** The cuts under which these were read. */
  private CutHistory cuts = CutHistory.NONE;

  public LiveJudge(Storage storage, Verification verification) {
    this.storage = storage;
    this.verification = verification;
  }

  /**
   * Judges what is there now.
   *
   * @throws NoSuchFileException if files go on to vanish faster than they are read
   */
  public Verdict judge() throws IOException {
    long began = System.nanoTime();
    Verdict verdict = null;
    NoSuchFileException vanished = null;
    int sameDamage = 0;
    for (int attempt = 0; attempt < ATTEMPTS_MIN || System.nanoTime() - began < PATIENCE_NANOS; attempt++) {
      if (attempt > 0) LockSupport.parkNanos(this, PAUSE_NANOS);
      boolean pastCache = attempt > 0;
      Verdict before = verdict;
      CutHistory cutsBefore = forgetWhatACutHasChanged();
      try {
        verdict = new Judge(storage, pastCache ? Storage.Access.READ_UNCACHED : Storage.Access.READ, verification, finished).judge();
      } catch (NoSuchFileException e) {
        vanished = e;
        continue;
      }
      boolean again = attempt > 1 && before != null && verdict.damage().equals(before.damage());
      if (counts(verdict, cutsBefore, again)) return verdict;
      // Of what is found again and again the writer has nothing to say any more.
      sameDamage = before != null && !verdict.damage().isEmpty() && verdict.damage().equals(before.damage()) ? sameDamage + 1 : 0;
      if (sameDamage == SAME_DAMAGE_BELIEVED) return verdict;
    }
    if (verdict != null) return verdict;
    throw vanished;
  }

  /** @param again whether the same damage was found before, past the cache both times */
  private boolean counts(Verdict verdict, CutHistory before, boolean again) throws IOException {
    Optional<Mark> now = markNow();
    CutHistory seen = verdict.mark().map(Mark::cuts).orElse(CutHistory.NONE);
    // Of two histories, or with scans from before a cut, it is a verdict on none.
    if (!seen.equals(before) || !cutsOf(now).equals(before)) {
      finished.clear();
      return false;
    }
    boolean sameMark = counter(now) == counter(verdict.fresh() ? Optional.empty() : verdict.mark());
    if (verdict.damage().isEmpty()) return verdict.fresh() ? sameMark : verdict.scans().stream().allMatch(SegmentScan::isOfOneMoment);
    return again && (sameMark || now.isEmpty());
  }

  /** What was read of finished segments holds as long as nothing was cut. */
  private CutHistory forgetWhatACutHasChanged() throws IOException {
    CutHistory now = cutsOf(markNow());
    if (!now.equals(cuts)) finished.clear();
    cuts = now;
    return now;
  }

  private static CutHistory cutsOf(Optional<Mark> mark) {
    return mark.map(Mark::cuts).orElse(CutHistory.NONE);
  }

  private static long counter(Optional<Mark> mark) {
    return mark.map(Mark::counter).orElse(-1L);
  }

  private Optional<Mark> markNow() throws IOException {
    try {
      return MarkFile.read(storage).mark();
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }
}
