package dev.syncline;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What a repair of a log would do; made by {@link LogRepair#plan}, which changes nothing. Immutable.
 *
 * @param directory the log's
 * @param unfinished whether a repair was begun and has not ended: the next one goes on with it, and until then nobody opens the log. Then
 *     {@code damage}, {@code kept}, {@code atStake} and {@code notes} are empty, and {@code keptBehind} is 0
 * @param damage what is unreadable, oldest first; empty if there is nothing to repair
 * @param lost sequences that are lost with it, ascending. Where sequences have holes (indexes of the caller's own) a range may name some
 *     that were never there
 * @param kept runs of sequences that are kept, ascending: every record that there was inside one
 * @param keptRecords records that are kept, markers included
 * @param keptBehind those of them that lie behind the first damage
 * @param nextSequence what the next append gets afterwards: above every sequence ever seen or promised
 * @param atStake what {@link CorruptionPolicy#TRUNCATE} would give up instead; empty if nothing
 * @param oldFiles names of the files that go to quarantine, whole; none where no record is lost, and what is damaged (a seal, a slot of the
 *     mark) is written anew where it is
 * @param quarantine where they go
 * @param neededBytes room on the disk that the new log takes, at most, while the old one is still there
 * @param freeBytes room that there is
 * @param steps what would be done, one step each, for people
 * @param notes what else was found
 */
public record RepairPlan(
    Path directory,
    boolean unfinished,
    List<Damage> damage,
    List<SequenceRange> lost,
    List<SequenceRange> kept,
    long keptRecords,
    long keptBehind,
    long nextSequence,
    Optional<SequenceRange> atStake,
    List<String> oldFiles,
    Path quarantine,
    long neededBytes,
    long freeBytes,
    List<String> steps,
    List<String> notes) {

  public RepairPlan {
    damage = List.copyOf(damage);
    lost = List.copyOf(lost);
    kept = List.copyOf(kept);
    oldFiles = List.copyOf(oldFiles);
    steps = List.copyOf(steps);
    notes = List.copyOf(notes);
  }

  /** Whether there is anything to do. */
  public boolean needed() {
    return unfinished || !damage.isEmpty();
  }

  public boolean hasRoom() {
    return freeBytes >= neededBytes;
  }
}
