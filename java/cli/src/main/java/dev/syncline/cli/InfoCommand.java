package dev.syncline.cli;

import dev.syncline.Damage;
import dev.syncline.RecoveryReport;
import dev.syncline.StorageInfo;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.ShellWord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code syncline info DIR}: what is in a log, without reading it all. */
@Command(
    name = "info",
    description = "Shows a log's sequences, segments and storage, and what opening it found.",
    footer = {"", "Example: the sequences that a program can read", "  syncline info --json /var/lib/orders"})
final class InfoCommand extends LogCommand {

  /** The JSON output. */
  record Info(
      String directory,
      long firstSequence,
      long currentSequence,
      long durableSequence,
      long lastCheckpoint,
      List<SegmentView> segments,
      StorageInfo storage,
      Recovery recovery) {}

  record Recovery(
      boolean closedCleanly,
      long trimmedBytes,
      List<String> quarantined,
      List<String> notes,
      List<DamageView> damage,
      String atStake,
      List<String> gaps,
      double tookMillis) {}

  @Override
  int run(WriteAheadLog log) throws IOException {
    Info info = gather(log);
    if (json) out().println(Json.pretty(info));
    else print(info);
    return info.recovery().damage().isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  private Info gather(WriteAheadLog log) throws IOException {
    return new Info(
        directory.toString(),
        log.firstSequence(),
        log.currentSequence(),
        log.durableSequence(),
        log.lastCheckpoint(),
        SegmentView.of(segmentFiles(), newestLast(log)),
        log.storage(),
        recovery(log.recovery()));
  }

  /** Of a damaged log the highest sequence may be one that is lost: then nothing tells without reading. */
  private static Long newestLast(WriteAheadLog log) {
    return log.recovery().damage().stream().anyMatch(Damage::losesRecords) ? null : log.currentSequence();
  }

  private Recovery recovery(RecoveryReport report) throws IOException {
    List<String> notes = new ArrayList<>(report.notes());
    notes.addAll(leftOvers());
    return new Recovery(
        report.closedCleanly(),
        report.trimmedBytes(),
        report.quarantined().stream().map(Path::toString).toList(),
        notes,
        DamageView.of(report.damage()),
        report.atStake().map(range -> range.first() + ".." + range.last()).orElse(null),
        report.gaps().stream().map(gap -> gap.first() + ".." + gap.last()).toList(),
        report.took().toNanos() / 1e6);
  }

  private void print(Info info) {
    long records = info.currentSequence() - info.firstSequence() + 1;
    sayLine("log         " + info.directory());
    sayLine("sequences   " + (records == 0 ? "none" : info.firstSequence() + ".." + info.currentSequence()));
    sayLine("durable     " + info.durableSequence());
    sayLine("checkpoint  " + (info.lastCheckpoint() == 0 ? "none" : info.lastCheckpoint()));
    sayLine("read with   " + info.storage().reason());
    printRecovery(info.recovery());
    sayLine("segments    " + info.segments().size());
    info.segments().forEach(segment -> sayLine("  " + segment.name() + "  " + segment.describe()));
  }

  private static String state(Recovery recovery) {
    if (!recovery.damage().isEmpty()) return "damaged: readable up to the damage, not writable";
    return recovery.closedCleanly() ? "closed cleanly" : "not closed: in use now, or its last user ended early";
  }

  private void printRecovery(Recovery recovery) {
    sayLine("state       " + state(recovery));
    if (recovery.trimmedBytes() > 0)
      sayLine("torn tail   " + Text.size(recovery.trimmedBytes()) + " that nobody was told is durable");
    recovery.quarantined().forEach(file -> sayLine("quarantine  " + file));
    recovery.notes().forEach(note -> sayLine("note        " + note));
    recovery.gaps().forEach(gap -> sayLine("given up    sequences " + gap));
    recovery.damage().forEach(damage -> sayLine("damage      " + damage.describe()));
    if (recovery.atStake() != null)
      sayLine(
          "at stake    sequences " + recovery.atStake() + ": CorruptionPolicy.TRUNCATE would give them up, what can be read of them too");
    if (!recovery.damage().isEmpty())
      sayLine("to repair   'syncline repair " + ShellWord.of(directory) + "' shows what can be kept, and changes nothing");
  }
}
