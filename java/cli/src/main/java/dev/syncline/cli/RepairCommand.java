package dev.syncline.cli;

import dev.syncline.LogRepair;
import dev.syncline.RepairPlan;
import dev.syncline.RepairResult;
import dev.syncline.SequenceRange;
import dev.syncline.io.ShellWord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code syncline repair DIR}: skips damage and keeps everything else. */
@Command(
    name = "repair",
    description = {
      "Repairs a damaged log: keeps every record that can be read, before the damage and behind it, and moves the old files to "
          + "quarantine.",
      "Shows what it would do, and changes nothing, unless --apply is given."
    },
    footer = {
      "", "Example: what is lost and what can be kept; then do it",
      "  syncline repair /var/lib/orders; syncline repair /var/lib/orders --apply"
    })
final class RepairCommand extends BaseCommand {
  @Parameters(paramLabel = "DIR", description = "The log's directory.")
  Path directory;

  @ArgGroup Mode mode = new Mode();

  /** One or the other. */
  static final class Mode {
    @Option(names = "--plan", description = "Show what would be done. The default.")
    boolean plan;

    @Option(names = "--apply", description = "Do it; or go on with a repair that was interrupted.")
    boolean apply;
  }

  /** The JSON output of a plan. */
  record Planned(
      String directory,
      boolean needed,
      boolean unfinished,
      List<DamageView> damage,
      List<String> lost,
      List<String> kept,
      long keptRecords,
      long keptBehind,
      long nextSequence,
      String atStake,
      List<String> oldFiles,
      String quarantine,
      long neededBytes,
      long freeBytes,
      boolean hasRoom,
      List<String> steps,
      List<String> notes) {}

  /** The JSON output of a repair. */
  record Repaired(
      String directory,
      boolean changed,
      boolean resumed,
      List<String> lost,
      long keptRecords,
      long nextSequence,
      List<String> quarantined) {}

  @Override
  public Integer call() throws IOException {
    LogCommand.requireLog(directory);
    try {
      return mode.apply ? apply() : plan();
    } finally {
      progress().end();
    }
  }

  // The plan.

  private int plan() throws IOException {
    requireNobodyWrites(directory);
    RepairPlan plan = LogRepair.plan(directory, showProgress().options().build());
    if (json) out().println(Json.pretty(view(plan)));
    else print(plan);
    return plan.needed() ? ExitCode.PROBLEM : ExitCode.OK;
  }

  /** The log's own look is at the record of its holder; the kernel's table of locks also tells of one whose record is gone. */
  static void requireNobodyWrites(Path directory) {
    LockState lock = LockState.of(directory);
    boolean mine = lock.pid() != null && lock.pid() == ProcessHandle.current().pid();
    if (Boolean.TRUE.equals(lock.held()) && !mine)
      throw new CliException(
          ExitCode.NOT_RUN, directory + " is open in another process: its lock is " + lock.describe() + "; close the log there first");
  }

  private static Planned view(RepairPlan plan) {
    return new Planned(
        plan.directory().toString(),
        plan.needed(),
        plan.unfinished(),
        DamageView.of(plan.damage()),
        ranges(plan.lost()),
        ranges(plan.kept()),
        plan.keptRecords(),
        plan.keptBehind(),
        plan.nextSequence(),
        plan.atStake().map(RepairCommand::range).orElse(null),
        plan.oldFiles(),
        plan.quarantine().toString(),
        plan.neededBytes(),
        plan.freeBytes(),
        plan.hasRoom(),
        plan.steps(),
        plan.notes());
  }

  private void print(RepairPlan plan) {
    if (!plan.needed()) {
      sayLine(
          "ok: nothing is damaged, so there is nothing to repair: "
              + Text.count(plan.keptRecords(), "record"));
      return;
    }
    if (plan.unfinished()) sayLine("unfinished  a repair was begun and has not ended: until then the log cannot be opened");
    DamageView.of(plan.damage()).forEach(damage -> sayLine("damage      " + damage.describe()));
    sayLine("lost        " + (plan.lost().isEmpty() ? "no record" : "sequences " + String.join(", ", ranges(plan.lost()))));
    String kept = plan.kept().isEmpty() ? "" : ": " + String.join(", ", ranges(plan.kept()));
    sayLine("kept        " + Text.count(plan.keptRecords(), "record") + kept);
    if (plan.keptBehind() > 0) printBehind(plan);
    plan.notes().forEach(note -> sayLine("note        " + note));
    if (!plan.oldFiles().isEmpty())
      sayLine("quarantine  " + plan.quarantine() + " takes " + Text.count(plan.oldFiles().size(), "old file") + ", whole");
    sayLine(
        "room        " + Text.size(plan.neededBytes()) + " at most; " + Text.size(plan.freeBytes()) + " free"
            + (plan.hasRoom() ? "" : ": NOT ENOUGH, make room on this disk first"));
    sayLine("steps");
    for (int i = 0; i < plan.steps().size(); i++) sayLine("  " + (i + 1) + ". " + plan.steps().get(i));
    sayLine("nothing was changed: 'syncline repair " + ShellWord.of(directory) + " --apply' does it");
  }

  private void printBehind(RepairPlan plan) {
    String instead = plan.atStake()
        .map(range -> "; CorruptionPolicy.TRUNCATE would give up sequences " + range(range)).orElse("");
    sayLine("behind it   " + Text.count(plan.keptBehind(), "record") + " of them" + instead);
  }

  // Doing it.

  private int apply() throws IOException {
    RepairResult result = LogRepair.apply(directory, showProgress().options().build());
    if (json) out().println(Json.pretty(view(result)));
    else print(result);
    return ExitCode.OK;
  }

  private static Repaired view(RepairResult result) {
    return new Repaired(
        result.directory().toString(),
        result.changed(),
        result.resumed(),
        ranges(result.lost()),
        result.keptRecords(),
        result.nextSequence(),
        result.quarantined().stream().map(Path::toString).toList());
  }

  private void print(RepairResult result) {
    if (!result.changed()) {
      sayLine("ok: nothing is damaged, so nothing was changed");
      return;
    }
    sayLine("repaired    " + result.directory() + (result.resumed() ? ", going on with a repair that had been interrupted" : ""));
    sayLine("lost        " + (result.lost().isEmpty() ? "no record" : "sequences " + String.join(", ", ranges(result.lost()))));
    sayLine("kept        " + Text.count(result.keptRecords(), "record") + ", verified and compared");
    sayLine("next        sequence " + result.nextSequence());
    result.quarantined().forEach(file -> sayLine("quarantine  " + file));
  }

  private static List<String> ranges(List<SequenceRange> ranges) {
    return ranges.stream().map(RepairCommand::range).toList();
  }

  private static String range(SequenceRange range) {
    return range.first() + ".." + range.last();
  }
}
