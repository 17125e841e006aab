package dev.syncline.cli;

import dev.syncline.RecoveryReport;
import dev.syncline.VerifyReport;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.ShellWord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code syncline verify DIR}: reads and checks every byte. */
@Command(
    name = "verify",
    description = "Reads and checks everything; says which file, offset and sequences are damaged.",
    footer = {"", "Example: before a backup, for a script", "  syncline verify --json /var/lib/orders"})
final class VerifyCommand extends LogCommand {

  /** The JSON output. */
  record Verified(
      String directory,
      boolean ok,
      int segments,
      long frames,
      long records,
      long bytes,
      long firstSequence,
      long lastSequence,
      List<DamageView> damage,
      List<String> notes) {}

  /** The JSON output of a quick look. */
  record Looked(
      String directory, boolean ok, int segments, long firstSequence, long lastSequence, List<DamageView> damage, List<String> notes) {}

  @Option(
      names = "--quick",
      description = "Read what opening reads: mark, headers, seals and the newest segment. What is damaged elsewhere is not found.")
  boolean quick;

  @Override
  int run(WriteAheadLog log) throws IOException {
    if (quick) return look(log.recovery());
    VerifyReport report = log.verify();
    List<String> notes = new ArrayList<>(log.recovery().notes());
    notes.addAll(leftOvers());
    if (json) out().println(Json.pretty(view(report, notes)));
    else print(report, notes);
    return report.ok() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  private int look(RecoveryReport found) throws IOException {
    List<String> notes = new ArrayList<>(found.notes());
    notes.addAll(leftOvers());
    Looked looked = new Looked(
        directory.toString(), found.damage().isEmpty(), found.segments(), found.firstSequence(), found.lastSequence(),
        DamageView.of(found.damage()), notes);
    if (json) {
      out().println(Json.pretty(looked));
    } else {
      for (DamageView damage : looked.damage()) sayLine("damage: " + damage.describe());
      for (String note : notes) sayLine("note: " + note);
      String range = looked.lastSequence < looked.firstSequence ? "no record" : looked.firstSequence + ".." + looked.lastSequence;
      sayLine((looked.ok ? "ok as far as opening reads: " : Text.count(looked.damage.size(), "damaged place") + ": ") + range + " in "
          + Text.count(looked.segments, "segment") + "; without --quick every byte is read");
      if (!looked.ok) sayHowToRepair();
    }
    return looked.ok ? ExitCode.OK : ExitCode.PROBLEM;
  }

  private void sayHowToRepair() {
    sayLine("to repair: 'syncline repair " + ShellWord.of(directory) + "' shows what can be kept, and changes nothing");
  }

  private Verified view(VerifyReport report, List<String> notes) {
    return new Verified(
        directory.toString(),
        report.ok(),
        report.segments(),
        report.frames(),
        report.records(),
        report.bytes(),
        report.firstSequence(),
        report.lastSequence(),
        DamageView.of(report.damage()),
        notes);
  }

  private void print(VerifyReport report, List<String> notes) {
    for (DamageView damage : DamageView.of(report.damage())) sayLine("damage: " + damage.describe());
    // What is not counted, and why, among others.
    for (String note : notes) sayLine("note: " + note);
    String range = report.records() == 0 ? "" : " (" + report.firstSequence() + ".." + report.lastSequence() + ")";
    sayLine(
        (report.ok() ? "ok: " : Text.count(report.damage().size(), "damaged place") + ": ")
            + Text.count(report.records(), "record") + range + " in "
            + Text.count(report.frames(), "frame") + " and " + Text.count(report.segments(), "segment") + ", "
            + Text.size(report.bytes()) + " read");
    if (!report.ok()) sayHowToRepair();
  }
}
