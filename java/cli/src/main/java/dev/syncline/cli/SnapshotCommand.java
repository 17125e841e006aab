package dev.syncline.cli;

import dev.syncline.Damage;
import dev.syncline.VerifyReport;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code syncline snapshot DIR TARGET}: a copy of the log as a log of its own, beside a writer too. */
@Command(
    name = "snapshot",
    description = {
      "Copies a log into another directory, as a log of its own, also while a program writes to it, and reads the copy back.",
      "What fails leaves nothing in TARGET."
    },
    footer = {"", "Example: a nightly copy, beside the writer", "  syncline snapshot /var/lib/orders /backup/orders-monday"})
final class SnapshotCommand extends LogCommand {
  @Parameters(index = "1", paramLabel = "TARGET", description = "Where the copy goes: no directory yet, or an empty one.")
  Path target;

  /** The JSON output. */
  record Copied(String directory, String target, long firstSequence, long lastSequence, long records, int segments, long bytes) {}

  @Override
  int run(WriteAheadLog log) throws IOException {
    VerifyReport checked = new LogCopy(directory, target, progress()).of(log);
    tell(checked);
    log.recovery().notes().forEach(note -> note("note: " + note));
    for (Damage damage : checked.damage()) note("note: the copy: " + DamageView.of(damage).describe());
    return ExitCode.OK;
  }

  private void tell(VerifyReport copy) throws IOException {
    long bytes = 0;
    for (Path file : segmentFiles(target)) bytes += Files.size(file);
    Copied copied = new Copied(
        directory.toString(), target.toString(), copy.firstSequence(), copy.lastSequence(), copy.records(), copy.segments(), bytes);
    if (json) {
      out().println(Json.pretty(copied));
      return;
    }
    String range = copy.records() == 0 ? "" : " (" + copied.firstSequence + ".." + copied.lastSequence + ")";
    sayLine(
        "copied " + Text.count(copied.records, "record") + range + " in " + Text.count(copied.segments, "segment") + ", "
            + Text.size(bytes) + ", to " + target + " and read them back");
  }
}
