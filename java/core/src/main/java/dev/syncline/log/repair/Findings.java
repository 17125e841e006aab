package dev.syncline.log.repair;

import dev.syncline.Damage;
import dev.syncline.SequenceRange;
import dev.syncline.Verification;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.Flaws;
import dev.syncline.log.recovery.Judge;
import dev.syncline.log.recovery.Verdict;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentFiles;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What can be read of a log, every byte of it looked at, and what cannot. Reads only.
 *
 * @param shown what opening finds: its damage is what is to be repaired
 * @param salvaged the same with what can be read and not be shown; the same object where nothing is damaged
 * @param flaws what is damaged and opening can do without; none where anything else is damaged, since all is built anew then
 * @param lost sequences that are lost, ascending
 * @param kept runs of sequences that are not: what is missing inside one was never there
 * @param oldFiles all segment files, ascending
 * @param newestOrdinal the highest that any file has had
 * @param floorSequence highest sequence ever seen or promised
 */
record Findings(
    Verdict shown, Verdict salvaged, Flaws flaws, List<SequenceRange> lost, List<SequenceRange> kept, List<String> oldFiles,
    long newestOrdinal, long floorSequence) {

  static Findings of(Storage storage, Storage.Access access) throws IOException {
    Set<Long> ordinals = new TreeSet<>(new SegmentFiles(storage).ordinals());
    Verdict shown = new Judge(storage, access, Verification.FULL).judge();
    Judge salvaging = Judge.salvaging(storage, access);
    Flaws flaws = shown.damage().isEmpty() ? Flaws.of(storage, shown) : Flaws.NONE;
    Verdict salvaged = shown.damage().isEmpty() ? shown : salvaging.judge();
    List<SequenceRange> kept = kept(salvaged);
    List<Damage> losses = new ArrayList<>(salvaged.damage());
    // Of a segment without a header that is read all the same, what lies before and behind its frames is still unknown.
    for (long ordinal : salvaging.assumed()) losses.addAll(damageOf(shown, storage, ordinal));
    // What opening shows of a segment that does not belong there is set aside with it.
    List<SequenceRange> expected = new ArrayList<>(ranges(losses));
    List<SequenceRange> seen = kept(shown);
    expected.addAll(seen);
    List<SequenceRange> lost = Ranges.without(Ranges.union(expected), kept);
    long newest = salvaged.mark().map(Mark::lastOrdinal).orElse(0L);
    for (long ordinal : ordinals) newest = Math.max(newest, ordinal);
    // No sequence that was shown is given out again.
    long floor = salvaged.lastSequence();
    for (SequenceRange each : seen) floor = Math.max(floor, each.last());
    return new Findings(shown, salvaged, flaws, lost, kept, ordinals.stream().map(SegmentName::of).toList(), newest, floor);
  }

  /** Whether the log has to be built anew. */
  boolean damaged() {
    return !shown.damage().isEmpty() || !flaws.mendable();
  }

  /** Whether something is to be written anew where it is, and nothing else is wrong. */
  boolean flawed() {
    return !damaged() && !flaws.damage().isEmpty();
  }

  /** What is to be repaired, oldest first. */
  List<Damage> damage() {
    List<Damage> all = new ArrayList<>(shown.damage());
    all.addAll(flaws.damage());
    return all;
  }

  long truncatedThrough() {
    return salvaged.mark().map(Mark::truncatedThrough).orElse(0L);
  }

  /** What is not there and never will be: what is lost, and what was given up before. */
  List<SequenceRange> gaps() {
    List<SequenceRange> all = new ArrayList<>(lost);
    all.addAll(salvaged.gaps());
    return Ranges.without(Ranges.union(all), kept);
  }

  private static List<Damage> damageOf(Verdict verdict, Storage storage, long ordinal) {
    return verdict.damage().stream().filter(d -> d.file().equals(storage.directory().resolve(SegmentName.of(ordinal)))).toList();
  }

  private static List<SequenceRange> ranges(List<Damage> damage) {
    return damage.stream().filter(Damage::losesRecords).map(d -> new SequenceRange(d.firstLost(), d.lastLost())).toList();
  }

  private static List<SequenceRange> kept(Verdict verdict) {
    long truncated = verdict.mark().map(Mark::truncatedThrough).orElse(0L);
    List<SequenceRange> runs = new ArrayList<>();
    for (Segment segment : verdict.segments())
      segment.extents().stream()
          .filter(extent -> extent.lastSequence() > truncated)
          .map(extent -> new SequenceRange(Math.max(extent.firstSequence(), truncated + 1), extent.lastSequence()))
          .forEach(runs::add);
    return Ranges.union(runs);
  }
}
