package dev.syncline;

import java.nio.file.Path;
import java.util.List;

/**
 * What a repair did; see {@link LogRepair#apply}. Immutable.
 *
 * @param directory the log's
 * @param changed whether anything was done: false if nothing was damaged
 * @param resumed whether an earlier repair was gone on with
 * @param lost sequences that are lost, ascending; from now on they are gaps on record
 * @param keptRecords records in the log, markers included
 * @param nextSequence what the next append gets
 * @param quarantined where the old files are that were moved now; where what was damaged could be written anew where it was, none but what
 *     lay behind the end of a segment that was. Those that an earlier repair had moved lie beside them
 */
public record RepairResult(
    Path directory,
    boolean changed,
    boolean resumed,
    List<SequenceRange> lost,
    long keptRecords,
    long nextSequence,
    List<Path> quarantined) {

  public RepairResult {
    lost = List.copyOf(lost);
    quarantined = List.copyOf(quarantined);
  }
}
