package dev.syncline.cli;

import dev.syncline.WriteAheadLog;
import dev.syncline.io.ShellWord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code syncline truncate DIR}: forgets records at either end. */
@Command(
    name = "truncate",
    description = {
      "Forgets records for good: from the front up to a sequence, to make room, or everything above one.",
      "For a log that nobody has open. Shows what would go, and changes nothing, unless --apply is given."
    },
    footer = {
      "", "Example: what the saved state covers is not needed any more", "  syncline truncate /var/lib/orders --checkpointed --apply"
    })
final class TruncateCommand extends BaseCommand {
  @Parameters(paramLabel = "DIR", description = "The log's directory.")
  Path directory;

  @ArgGroup(multiplicity = "1")
  What what;

  /** One of them. */
  static final class What {
    @Option(names = "--through", paramLabel = "N", description = "Forget every record up to this sequence.")
    Long through;

    @Option(names = "--checkpointed", description = "Forget every record up to what the last checkpoint covers.")
    boolean checkpointed;

    @Option(names = "--after", paramLabel = "N", description = "Forget every record above this sequence; the next append gets N + 1.")
    Long after;
  }

  /** What opening it found. */
  private List<DamageView> damage = List.of();

  @Option(names = "--apply", description = "Do it.")
  boolean apply;

  /**
   * The JSON output.
   *
   * @param firstForgotten first sequence that goes, or went; {@code lastForgotten + 1} if none does
   * @param covered what the last checkpoint covers
   */
  record Truncated(
      String directory, boolean applied, long firstForgotten, long lastForgotten, long covered, long firstSequence, long lastSequence,
      long bytesBefore, long bytesAfter) {}

  @Override
  public Integer call() throws IOException {
    LogCommand.requireLog(directory);
    RepairCommand.requireNobodyWrites(directory);
    Truncated truncated = apply ? apply() : plan();
    if (json) out().println(Json.pretty(truncated));
    else print(truncated);
    damage.forEach(each -> note("damage: " + each.describe()));
    return damage.isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  private Truncated plan() throws IOException {
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(directory)) {
      damage = DamageView.of(log.recovery().damage());
      return result(log, log.firstSequence(), log.currentSequence(), bytes());
    }
  }

  private Truncated apply() throws IOException {
    // What cannot be is refused while the log is open to read: to open it to write is to change it.
    plan();
    long before = bytes();
    Truncated planned;
    try (WriteAheadLog log = WriteAheadLog.open(directory)) {
      planned = result(log, log.firstSequence(), log.currentSequence(), before);
      if (what.after != null) log.truncateAfter(what.after);
      else log.truncate(through(log));
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.NOT_RUN, directory + ": " + e.getMessage() + ". No record was forgotten");
    }
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(directory)) {
      damage = DamageView.of(log.recovery().damage());
      return new Truncated(directory.toString(), true, planned.firstForgotten, planned.lastForgotten, planned.covered,
          log.firstSequence(), log.currentSequence(), before, bytes());
    }
  }

  private long through(WriteAheadLog log) {
    if (!what.checkpointed) return what.through;
    if (log.lastCheckpoint() == 0)
      throw new CliException(
          ExitCode.NOT_RUN, directory + " has no checkpoint, so nothing says what a saved state covers; name a sequence with --through."
              + " Nothing was changed");
    return log.lastCheckpointCovers();
  }

  private Truncated result(WriteAheadLog log, long first, long last, long bytes) {
    boolean front = what.after == null;
    long from = front ? first : Math.max(first, what.after + 1);
    long to = front ? Math.min(last, through(log)) : last;
    long named = front ? through(log) : what.after;
    if (named < 0 || named > last)
      throw new CliException(
          ExitCode.NOT_RUN, directory + ": expected a sequence up to " + last + ", the last there is, found " + named
              + ". Nothing was changed");
    return new Truncated(
        directory.toString(), false, from, Math.max(to, from - 1), log.lastCheckpointCovers(), first, last, bytes, bytes);
  }

  private long bytes() throws IOException {
    long bytes = 0;
    for (Path file : LogCommand.segmentFiles(directory)) bytes += Files.size(file);
    return bytes;
  }

  private void print(Truncated found) {
    boolean none = found.lastForgotten < found.firstForgotten;
    String range = none ? "no record" : "sequences " + found.firstForgotten + ".." + found.lastForgotten;
    if (apply) {
      String rest = found.lastSequence < found.firstSequence ? "none" : found.firstSequence + ".." + found.lastSequence;
      sayLine("forgot    " + range);
      sayLine("left      " + rest + ", " + Text.size(found.bytesAfter) + " (" + Text.size(found.bytesBefore) + " before)");
      return;
    }
    sayLine("to go     " + range);
    sayLine("covered   " + (found.covered == 0 ? "nothing: there is no checkpoint" : "up to " + found.covered + " by the last checkpoint"));
    if (what.after == null && found.lastForgotten > found.covered && !none)
      sayLine("CAREFUL   " + Math.max(found.firstForgotten, found.covered + 1) + ".." + found.lastForgotten
          + " is in no saved state that the log knows of");
    sayLine("nothing was changed: 'syncline truncate " + ShellWord.of(directory) + " " + option() + " --apply' does it");
  }

  private String option() {
    if (what.checkpointed) return "--checkpointed";
    return what.after != null ? "--after " + what.after : "--through " + what.through;
  }
}
