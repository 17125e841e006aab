package dev.syncline.cli;

import dev.syncline.Damage;
import dev.syncline.VerifyReport;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.ShellWord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies a log into another directory and reads the copy back; what fails leaves nothing there. */
final class LogCopy {
  private final Path directory;
  private final Path target;
  private final Progress progress;

  /** @param directory of the log, as the user has named it */
  LogCopy(Path directory, Path target, Progress progress) {
    this.directory = directory;
    this.target = target;
    this.progress = progress;
  }

  /** What reading the copy back has found; it takes no record. */
  VerifyReport of(WriteAheadLog log) throws IOException {
    requireOutside();
    try (TargetDirectory made = TargetDirectory.prepare(target)) {
      log.snapshot(made.log());
      VerifyReport checked = check(made.log());
      made.install();
      return checked;
    }
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
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(copy, progress.options().build())) {
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
}
