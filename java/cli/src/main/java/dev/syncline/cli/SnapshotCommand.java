package dev.syncline.cli;

import dev.syncline.Damage;
import dev.syncline.VerifyReport;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.ShellWord;
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
    })
final class SnapshotCommand extends LogCommand {
  @Parameters(index = "1", paramLabel = "TARGET", description = "Where the copy goes: no directory yet, or an empty one.")
  Path target;

  /** The JSON output. */
  record Copied(String directory, String target, long firstSequence, long lastSequence, long records, int segments, long bytes) {}

  @Override
  int run(WriteAheadLog log) throws IOException {
    requireOutside();
    VerifyReport checked;
    try (TargetDirectory made = TargetDirectory.prepare(target)) {
      log.snapshot(made.log());
      checked = check(made.log());
      made.install();
      tell(checked);
    }
    log.recovery().notes().forEach(note -> note("note: " + note));
    for (Damage damage : checked.damage()) note("note: the copy: " + DamageView.of(damage).describe());
    return ExitCode.OK;
  }

  /** A log that is its own copy's copy would never be whole. */
  private void requireOutside() throws IOException {
    Path log = directory.toRealPath();
    for (Path at = target.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
      if (!Files.exists(at)) continue;
      if (!at.toRealPath().startsWith(log)) return;
      throw new CliException(
          ExitCode.NOT_RUN, target + " is inside the log " + directory + ": nothing but the log's own files belongs there. Name a directory"
              + " outside, on another disk if the copy is to outlive this one; nothing was changed");
    }
  }

  /** A segment is copied as it is; only reading all of it tells whether that is what was written. */
  private VerifyReport check(Path copy) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(copy)) {
      VerifyReport report = log.verify();
      Damage first = report.damage().stream().filter(Damage::losesRecords).findFirst().orElse(null);
      if (first == null) return report;
      Damage inLog = new Damage(
          directory.resolve(first.file().getFileName()), first.offsetBytes(), first.problem(), first.firstLost(), first.lastLost());
      throw new CliException(
          ExitCode.PROBLEM,
          "the copy does not hold what was written: " + DamageView.of(inLog).describe() + ". It was removed. Run 'syncline verify "
              + ShellWord.of(directory) + "': if the log itself is damaged, 'syncline export' copies what can be read");
    }
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
