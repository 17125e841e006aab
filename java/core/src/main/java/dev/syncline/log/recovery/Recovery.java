package dev.syncline.log.recovery;

import dev.syncline.Activity;
import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.RecoveryPhase;
import dev.syncline.RecoveryReport;
import dev.syncline.Verification;
import dev.syncline.format.Layout;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.events.Phase;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.recovery.Verdict.Cut;
import dev.syncline.log.segment.Incompatible;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.Rewind;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentFiles;
import dev.syncline.log.segment.Settling;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes a directory's files agree with the {@link Verdict}: the only class that repairs.
 *
 * <p>Every step may be the last before a crash, and the next recovery then reaches the same result: bytes are kept in quarantine, durably,
 * before they are cut; later segments are unlinked, newest first and each durably, before an earlier one is cut; the mark that
 * says all is well is written last.
 */
public final class Recovery {
  /**
   * What opening needs of a recovered directory.
   *
   * @param markFile open if the log is writable, else null
   * @param markedOrdinal the newest segment that the mark knew of that was found; 0 if there was none
   * @param damage what opening found unreadable; under {@link CorruptionPolicy#TRUNCATE} it has been given up since
   * @param tail the segment that appends go on in, or null: the next append begins a new one
   */
  public record Outcome(
      Verdict verdict,
      Mark mark,
      MarkFile markFile,
      long markedOrdinal,
      List<Segment> segments,
      List<Damage> damage,
      Segment tail,
      long trimmedBytes,
      List<Path> quarantined,
      boolean writable) {

    public RecoveryReport report(long firstSequence, long tookNanos) {
      return new RecoveryReport(verdict.fresh(), verdict.closedCleanly(), segments.size(), firstSequence, verdict.lastSequence(),
          trimmedBytes, quarantined, verdict.notes(), damage, writable ? Optional.empty() : verdict.atStake(), verdict.gaps(), writable,
          Duration.ofNanos(tookNanos));
    }
  }

  private final Storage storage;
  private final LogOptions options;
  private final SegmentFiles files;
  private final Quarantine quarantine;
  private long trimmedBytes;
  private long lowestPin = Long.MAX_VALUE;
  private long markedOrdinal = Long.MAX_VALUE;
  private final LogEvents events;

  /** @param events who is told how it goes */
  public Recovery(Storage storage, LogOptions options, LogEvents events) {
    this.events = events;
    this.storage = storage;
    this.options = options;
    this.files = new SegmentFiles(storage);
    this.quarantine = new Quarantine(storage);
  }

  /** Judges and repairs; the caller holds the directory's lock. */
  public Outcome recover() throws IOException {
    return recover(Long.MAX_VALUE);
  }

  /**
   * The same in a log that is open.
   *
   * @param lowestPin truncated segments from this ordinal on are still read by somebody: they are the caller's to delete
   */
  public Outcome recover(long lowestPin) throws IOException {
    this.lowestPin = lowestPin;
    Verdict verdict = new Phase(events, RecoveryPhase.READING).run(() -> {
      // Before it is read.
      files.syncNewest();
      return events.track(Activity.OPENING, storage, () -> files.bytes(options.verification() != Verification.FULL), this::judge);
    });
    return new Phase(events, RecoveryPhase.MENDING).run(() -> mend(verdict));
  }

  private Outcome mend(Verdict verdict) throws IOException {
    if (verdict.fresh()) return create(verdict);
    if (!verdict.damage().isEmpty()) {
      Damage first = verdict.damage().get(0);
      switch (options.corruptionPolicy()) {
        case REFUSE -> {
          events.damaged(first);
          throw new CorruptLogException(first,
            "Nothing was changed. Open with CorruptionPolicy.READ_ONLY to read what is left, or restore a copy"
                + DamageReport.stake(storage.directory(), verdict));
        }
        case READ_ONLY -> {
          return new Outcome(verdict, verdict.mark().orElseThrow(), null, markedOrdinal, verdict.segments(), verdict.damage(), null, 0,
              List.of(), false);
        }
        case TRUNCATE -> {
          return giveUpAllDamage(verdict);
        }
      }
    }
    return repair(verdict, List.of());
  }

  /**
   * A segment that was only glanced at is read whole once it is the newest, and may turn out to be damaged, too: every round gives up more,
   * and at the end nothing is left of which it is known that it cannot be read.
   */
  private Outcome giveUpAllDamage(Verdict first) throws IOException {
    List<Damage> givenUp = new ArrayList<>();
    Verdict verdict = first;
    while (!verdict.damage().isEmpty()) {
      if (givenUp.containsAll(verdict.damage()))
        throw new CorruptLogException(verdict.damage().get(0), "Giving it up has not helped. Restore a copy");
      verdict.damage().stream().filter(damage -> !givenUp.contains(damage)).forEach(givenUp::add);
      DamageReport.warn(storage.directory(), verdict, "It is given up from there on");
      giveUpDamage(verdict);
      verdict = judge();
    }
    givenUp.sort(Comparator.comparingLong(Damage::firstLost));
    return repair(verdict, givenUp);
  }

  private Verdict judge() throws IOException {
    Verdict verdict = new Judge(storage, Storage.Access.READ_UNCACHED, options.verification()).judge();
    // Giving damage up writes marks that know of every segment.
    markedOrdinal = Math.min(markedOrdinal, verdict.markedOrdinal());
    return verdict;
  }

  private Outcome create(Verdict verdict) throws IOException {
    files.deleteSpares();
    Mark mark = Mark.fresh(new LogId(options.identifiers().getAsLong(), options.identifiers().getAsLong()));
    MarkFile file = MarkFile.create(storage, mark);
    return new Outcome(verdict, file.current(), file, markedOrdinal, List.of(), List.of(), null, 0, List.of(), true);
  }

  /** Every frame goes to its place, if a tail slot has more of it. */
  private void settle(Verdict verdict) throws IOException {
    for (Segment segment : verdict.segments()) {
      new Settling(storage, files).settle(segment);
      segment.newestFrame = null;
    }
  }

  private Outcome repair(Verdict verdict, List<Damage> givenUp) throws IOException {
    settle(verdict);
    Mark mark = verdict.mark().orElseThrow();
    List<Segment> segments = new ArrayList<>(verdict.segments());
    long firstOrdinal = mark.firstOrdinal();
    List<Long> deletable = sortOut(verdict, firstOrdinal);
    // The mark may have been read from a cache: what is deleted on its word must not outlive it.
    if (!verdict.leftovers().isEmpty() || mark.rewinding()) mark = stored(verdict, mark);
    List<Long> unpinned = new ArrayList<>();
    for (long ordinal : deletable) if (ordinal >= firstOrdinal || ordinal < lowestPin) unpinned.add(ordinal);
    files.deleteNewestFirst(unpinned);
    files.deleteSpares();
    if (mark.rewinding()) finishRewind(mark, segments);
    else if (verdict.tornAt() != null) trim(verdict, verdict.tornAt());
    boolean goesOn = verdict.closedCleanly() && !mark.rewinding() && !segments.isEmpty();
    Segment newest = segments.isEmpty() ? null : segments.get(segments.size() - 1);
    if (newest != null && !verdict.closedCleanly() && !storage.traits().readsPastCache()) rewriteUnproven(newest, verdict.provenSequence());
    Mark settled = settledMark(verdict, mark, newest);
    boolean fits = goesOn && !newest.sealed() && newest.header.blockBytes() == options.blockBytes()
        && verdict.lastSequence() == newest.lastSequence()
        // What another log may show is not gone on with: the next append seals a copy of it and begins a new segment.
        && !files.isShared(newest.name);
    MarkFile markFile = openMark(verdict, settled);
    return new Outcome(
        verdict, markFile.current(), markFile, markedOrdinal, segments, givenUp, fits ? newest : null, trimmedBytes, quarantine.files(),
        true);
  }

  /**
   * What is left over goes unread: another log's segment is refused before, and one of this log under another name is kept. (A file that is
   * used again may still have the header of a segment that was truncated; of one that may be in use, somebody has renamed it or copied it.)
   *
   * @return what may be deleted
   */
  private List<Long> sortOut(Verdict verdict, long firstOrdinal) throws IOException {
    List<Long> deletable = new ArrayList<>();
    Map<Long, Long> misnamed = new TreeMap<>();
    SegmentScanner scanner = new SegmentScanner(storage, Storage.Access.READ_UNCACHED);
    for (long ordinal : verdict.leftovers()) {
      SegmentHeader found = scanner.anyHeader(ordinal);
      if (found != null && !found.logId().equals(verdict.logId()))
        throw Incompatible.foreignSegment(storage, ordinal, verdict.logId(), found.logId());
      if (found == null || found.ordinal() == ordinal || found.ordinal() < firstOrdinal) deletable.add(ordinal);
      else misnamed.put(ordinal, found.ordinal());
    }
    for (long ordinal : misnamed.keySet()) {
      quarantine.take(SegmentName.of(ordinal));
      DamageReport.warnMisnamed(storage.directory(), ordinal, misnamed.get(ordinal));
    }
    return deletable;
  }

  private Mark settledMark(Verdict verdict, Mark mark, Segment newest) {
    Mark settled = mark.withFloor(verdict.lastSequence());
    if (newest != null) settled = settled.withOrdinals(mark.firstOrdinal(), Math.max(mark.lastOrdinal(), newest.ordinal));
    if (newest == null || mark.rewinding()) return settled;
    settled = settled.withDurable(newest.endPoint(), verdict.closedCleanly());
    // A later one is missing, and known to have held nothing, since the log was closed: which no mark tells any more from here on.
    return mark.lastOrdinal() > newest.ordinal ? settled.withRewind(newest.lastSequence(), newest.ordinal) : settled;
  }

  /** Writes the mark even if it says nothing new: what was read of it may have come from a cache, or from one slot of two. */
  private MarkFile openMark(Verdict verdict, Mark settled) throws IOException {
    if (verdict.markNeedsHealing() && !files.contains(SegmentName.MARK)) return MarkFile.create(storage, settled);
    MarkFile file = MarkFile.open(storage, settled, verdict.poorSlot());
    try {
      file.storeAnyway(settled);
      return file;
    } catch (IOException | RuntimeException e) {
      closeQuietly(file, e);
      throw e;
    }
  }

  /** Writes the mark; returns it with its new counter. */
  private Mark stored(Verdict verdict, Mark mark) throws IOException {
    try (MarkFile file = openMark(verdict, mark)) {
      return file.current();
    }
  }

  /** Everything from the first damage on goes to quarantine; the log goes on behind the highest sequence ever seen or promised. */
  private void giveUpDamage(Verdict verdict) throws IOException {
    settle(verdict);
    // The floor first: the segments that go are what tells how high sequences went.
    Mark mark = stored(verdict, verdict.mark().orElseThrow().withFloor(verdict.lastSequence()));
    Cut cut = verdict.damageCut();
    if (cut == null) return;
    NavigableSet<Long> ordinals = files.ordinals();
    long newestEver = Math.max(ordinals.isEmpty() ? 0 : ordinals.last(), mark.lastOrdinal());
    for (long ordinal : ordinals.descendingSet()) if (ordinal > cut.ordinal()) quarantine.move(SegmentName.of(ordinal));
    if (cut.ordinal() == 0) {
      mark = mark.withOrdinals(newestEver + 1, newestEver).withoutRewind().withDurable(Mark.DurablePoint.NONE, false);
    } else {
      cutDamaged(verdict, cut);
      // What lay above the cut is gone for good: the state that a cut of the tail leaves until the next segment begins.
      mark = mark.withOrdinals(mark.firstOrdinal(), newestEver)
          .withDurable(new Mark.DurablePoint(cut.ordinal(), cut.usedEndBytes(), cut.lastSequence(), cut.crc()), false)
          .withRewind(cut.lastSequence(), cut.ordinal());
    }
    stored(verdict, mark);
  }

  private static Segment holder(Verdict verdict, Cut cut) {
    return verdict.segments().stream().filter(s -> s.ordinal == cut.ordinal()).findFirst().orElseThrow();
  }

  /** Where the file is to end. */
  private static long endBytes(Verdict verdict, Cut cut) {
    return Layout.roundUp(cut.usedEndBytes(), holder(verdict, cut).header.blockBytes());
  }

  private void apply(Verdict verdict, Cut cut) throws IOException {
    files.prepareCut(holder(verdict, cut), endBytes(verdict, cut)).apply();
  }

  private void cutDamaged(Verdict verdict, Cut cut) throws IOException {
    String name = SegmentName.of(cut.ordinal());
    long size;
    try (SegmentFile file = storage.open(name, Storage.Access.READ)) {
      size = file.size();
    }
    // Of a group that has lost its end what is readable goes, too: it lies before the damage.
    long start = Math.min(cut.badStartBytes(), endBytes(verdict, cut));
    quarantine.keep(name, start, Math.max(cut.badEndBytes(), size));
    trimmedBytes += size - start;
    apply(verdict, cut);
  }

  private void finishRewind(Mark mark, List<Segment> segments) throws IOException {
    int last = segments.size() - 1;
    Segment holder = last < 0 ? null : segments.get(last);
    if (holder == null || holder.ordinal != mark.rewindOrdinal()) return;
    Segment clipped = Rewind.clipped(storage, holder, mark.rewindTo());
    files.prepareCut(clipped, clipped.endBytes()).apply();
    segments.set(last, clipped);
  }

  private void trim(Verdict verdict, Cut cut) throws IOException {
    String name = SegmentName.of(cut.ordinal());
    quarantine.keep(name, cut.badStartBytes(), cut.badEndBytes());
    trimmedBytes += cut.badEndBytes() - cut.badStartBytes();
    apply(verdict, cut);
  }

  /**
   * Where reads cannot go past the page cache, a frame that was read may be on no disk at all: an earlier failed sync may have left its
   * pages clean. The segment is then written again as a new file, which takes the old one's place once it is durable. In place it would
   * be at the mercy of a crash in the middle of this, and its frames may have been acknowledged.
   */
  private void rewriteUnproven(Segment newest, long proven) throws IOException {
    if (!newest.reachesBeyond(proven)) return;
    files.rewrite(newest, newest.sealed() ? newest.fileBytes : newest.endBytes());
  }

  private static void closeQuietly(MarkFile file, Exception because) {
    try {
      file.close();
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }
}
