package dev.syncline.log.repair;

import dev.syncline.Activity;
import dev.syncline.Damage;
import dev.syncline.RepairPlan;
import dev.syncline.SequenceRange;
import dev.syncline.WalObserver;
import dev.syncline.format.SegmentName;
import dev.syncline.io.DirectoryHolder;
import dev.syncline.io.Storage;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.recovery.Verdict;
import dev.syncline.log.segment.Incompatible;
import dev.syncline.log.segment.RepairState;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tells what a repair would do. Reads only, and takes no lock. */
public final class Planner {
  /** It is judged, judged once more for what can be salvaged, and counted. */
  private static final int READ_TIMES = 3;

  private final Storage storage;
  private final Path directory;
  private final Path repair;
  private final Path quarantine;

  /** @param storage of the log's directory, which must exist */
  public Planner(Storage storage) {
    this.storage = storage;
    this.directory = storage.directory();
    this.repair = directory.resolve(SegmentName.REPAIR);
    this.quarantine = directory.resolve(SegmentName.QUARANTINE);
  }

  /**
   * Tells what a repair would do.
   *
   * @param observer hears how far it is, or null
   * @throws dev.syncline.LogLockedException if another process has the log open to write
   */
  public RepairPlan plan(WalObserver observer) throws IOException {
    LogEvents events = LogEvents.of(observer);
    events.begin();
    try {
      return events.track(Activity.REPAIRING, storage, () -> READ_TIMES * new SegmentFiles(storage).bytes(false), this::plan);
    } finally {
      events.end();
    }
  }

  private RepairPlan plan() throws IOException {
    Incompatible.requireOwnNames(storage);
    DirectoryHolder.requireNoOther(directory, storage.directoryKey());
    if (RepairState.isThere(storage)) return unfinished();
    Findings findings = Findings.of(storage, Storage.Access.READ);
    if (findings.flawed()) return mending(findings);
    if (!findings.damaged()) return nothing(findings);
    RepairDirectory.requireOwn(repair);
    RepairDirectory.requireQuarantine(directory);
    return plan(findings);
  }

  private RepairPlan unfinished() throws IOException {
    try (Storage made = storage.in(repair)) {
      RepairState state = RepairState.read(made);
      List<String> steps = List.of(
          "go on with the repair that was begun: move what is left of the old files to " + quarantine,
          "move what is left of " + state.newFiles().size() + " new segments from " + repair + " to " + directory + ", then the mark",
          "remove " + repair + "; from then on the log can be opened");
      return new RepairPlan(directory, true, List.of(), state.lost(), List.of(), state.keptRecords(), 0, state.floorSequence() + 1,
          Optional.empty(), state.oldFiles(), quarantine, 0, RepairDirectory.freeBytes(directory), steps, List.of());
    }
  }

  private RepairPlan nothing(Findings findings) throws IOException {
    return new RepairPlan(directory, false, List.of(), List.of(), findings.kept(), counted(findings), 0, findings.floorSequence() + 1,
        Optional.empty(), List.of(), quarantine, 0, RepairDirectory.freeBytes(directory), List.of(), findings.shown().notes());
  }

  private RepairPlan plan(Findings findings) throws IOException {
    Verdict shown = findings.shown();
    long firstDamaged = shown.damage().stream().filter(Damage::losesRecords).mapToLong(Damage::firstLost).min().orElse(Long.MAX_VALUE);
    KeptRecords records = KeptRecords.count(storage, Storage.Access.READ, findings, firstDamaged);
    List<String> oldFiles = new ArrayList<>(findings.oldFiles());
    if (storage.list().contains(SegmentName.MARK)) oldFiles.add(SegmentName.MARK);
    List<String> notes = new ArrayList<>(findings.salvaged().notes());
    return new RepairPlan(directory, false, findings.damage(), findings.lost(), findings.kept(), records.all(), records.behind(),
        findings.floorSequence() + 1, shown.atStake(), oldFiles, quarantine, RepairDirectory.neededBytes(findings),
        RepairDirectory.freeBytes(directory), steps(findings, records.all(), oldFiles), notes);
  }

  private long counted(Findings findings) throws IOException {
    return KeptRecords.count(storage, Storage.Access.READ, findings);
  }

  private RepairPlan mending(Findings findings) throws IOException {
    long records = counted(findings);
    List<String> steps = new ArrayList<>();
    for (Segment segment : findings.flaws().seals())
      steps.add("write a copy of " + segment.name + " with a seal of its own, verify it, and put it in the file's place");
    if (findings.flaws().mark()) steps.add("write both slots of " + SegmentName.MARK + " anew");
    steps.add("the next append gets sequence " + (findings.floorSequence() + 1));
    return new RepairPlan(directory, false, findings.damage(), List.of(), findings.kept(), records, 0, findings.floorSequence() + 1,
        Optional.empty(), List.of(), quarantine, Mending.neededBytes(findings), RepairDirectory.freeBytes(directory), steps,
        findings.shown().notes());
  }

  private static String described(List<String> names) {
    if (names.size() <= 2) return names.isEmpty() ? "none" : String.join(" and ", names);
    return names.get(0) + " to " + names.get(names.size() - 1) + ", " + names.size() + " of them";
  }

  private List<String> steps(Findings findings, long records, List<String> oldFiles) {
    List<SequenceRange> gaps = findings.gaps();
    return List.of(
        "build a new log in " + repair + " of " + records + " records, each with its own sequence, and "
            + gaps.size() + (gaps.size() == 1 ? " gap" : " gaps") + " on record; make it durable",
        "verify it, and compare every record with what the damaged log holds",
        "write " + repair.resolve(SegmentName.COMPLETE) + ", durably: from then on nobody opens the log until the repair has ended,"
            + " and a repair that was killed goes on",
        "move the old files to " + quarantine + ", whole: " + described(oldFiles),
        "move the new segments to " + directory + ", then the mark, and remove " + repair,
        "the next append gets sequence " + (findings.floorSequence() + 1));
  }
}
