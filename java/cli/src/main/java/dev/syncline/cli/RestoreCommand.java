package dev.syncline.cli;

import dev.syncline.VerifyReport;
import dev.syncline.WriteAheadLog;
import dev.syncline.log.CommitTimes;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code syncline restore BACKUP DIR}: a log where there is none, from a copy. */
@Command(
    name = "restore",
    description = {
      "Makes a log in TARGET of the copy in DIR that 'syncline snapshot' or a file system's snapshot has left, reads it back, "
          + "and says up to where it goes.",
      "TARGET must not exist, or be empty: a log that is there is never replaced. What fails leaves nothing in TARGET. A file "
          + "that 'syncline export' has written is restored by 'syncline import'."
    },
    footer = {"", "Example: when the old one was put aside", "  syncline restore /backup/orders /var/lib/orders"})
final class RestoreCommand extends LogCommand {
  @Parameters(index = "1", paramLabel = "TARGET", description = "Where the log is to be: no directory yet, or an empty one.")
  Path target;

  /** The JSON output. {@code lastCommit} is when the last record was committed. */
  record Restored(String backup, String directory, long firstSequence, long lastSequence, long records, String lastCommit,
      long lastCheckpointCovers) {}

  @Override
  int run(WriteAheadLog log) throws IOException {
    VerifyReport checked = new LogCopy(directory, target, progress()).of(log);
    Restored restored = restored(checked);
    if (json) {
      out().println(Json.pretty(restored));
    } else {
      String range = restored.records == 0 ? "" : " (" + restored.firstSequence + ".." + restored.lastSequence + ")";
      sayLine("restored " + Text.count(restored.records, "record") + range + " to " + target + " and read them back");
      if (restored.lastCommit != null) sayLine("the last was committed at " + restored.lastCommit + ": what came later is not in it");
      sayLine("a reader that has gone beyond " + restored.lastSequence + " must go back there: those sequences are given out anew");
    }
    log.recovery().notes().forEach(note -> note("note: " + note));
    return ExitCode.OK;
  }

  private Restored restored(VerifyReport checked) throws IOException {
    try (WriteAheadLog copy = WriteAheadLog.openReadOnly(target); CommitTimes times = Times.of(target)) {
      String time = checked.records() == 0 ? null : Times.text(times.of(checked.lastSequence()));
      return new Restored(directory.toString(), target.toString(), checked.firstSequence(), checked.lastSequence(), checked.records(), time,
          copy.lastCheckpointCovers());
    }
  }
}
