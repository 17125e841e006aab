package dev.syncline.log.recovery;

import dev.syncline.Damage;
import dev.syncline.RepairResult;
import dev.syncline.SequenceRange;
import dev.syncline.format.SegmentName;
import dev.syncline.io.ShellWord;
import dev.syncline.shortage.LogLines;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/** The one line that says that a log opened with damage. */
public final class DamageReport {
  private DamageReport() {}

  /**
   * Logs a warning if there is damage.
   *
   * @param next what the log does about it
   */
  public static void warn(Path directory, Verdict verdict, String next) {
    if (verdict.damage().isEmpty()) return;
    LogLines.say(LogLines.LOG, System.Logger.Level.WARNING, line(directory, verdict, next), null);
  }

  /**
   * Logs what became of a damaged log that was repaired.
   *
   * @param quarantined what is in quarantine now, if anything is
   */
  public static void warnRepaired(RepairResult result, List<Damage> damage, String quarantined) {
    String lost = result.lost().isEmpty() ? "no record is lost" : "lost are the sequences " + ranges(result.lost());
    LogLines.say(LogLines.LOG, System.Logger.Level.WARNING,
        result.directory() + ": the log was damaged: " + first(damage) + more(damage) + ". It is repaired: " + result.keptRecords()
            + " records are kept, " + lost + (result.quarantined().isEmpty() ? "" : "; " + quarantined), null);
  }

  /** Logs that a segment lay under a name under which nothing is needed. */
  static void warnMisnamed(Path directory, long ordinal, long found) {
    String name = SegmentName.of(ordinal);
    LogLines.say(LogLines.LOG, System.Logger.Level.WARNING,
        directory.resolve(name) + ": expected a file that holds nothing of the log any more, or not yet, found segment "
            + SegmentName.of(found) + " (was it renamed, or copied?). It is not part of the log, and was moved to "
            + SegmentName.QUARANTINE + "/. If " + SegmentName.of(found) + " is missing or older, close the log and give it that name",
        null);
  }

  private static String ranges(List<SequenceRange> ranges) {
    return ranges.stream().map(range -> range.first() + " to " + range.last()).collect(Collectors.joining(", "));
  }

  private static Damage first(List<Damage> damage) {
    return damage.stream().filter(Damage::losesRecords).findFirst().orElse(damage.get(0));
  }

  private static String more(List<Damage> damage) {
    int others = damage.size() - 1;
    return others == 0 ? "" : "; and " + others + " more";
  }

  static String line(Path directory, Verdict verdict, String next) {
    List<Damage> damage = verdict.damage();
    String see = damage.size() == 1 ? "" : ", see recovery()";
    return directory + ": the log is damaged: " + first(damage) + more(damage) + see + ". " + next + stake(directory, verdict);
  }

  /** What giving up the damage would cost, and what to do instead, as the end of a sentence before. */
  public static String stake(Path directory, Verdict verdict) {
    if (verdict.damage().isEmpty()) return "";
    String instead = ". 'syncline repair " + ShellWord.of(directory) + "' (LogRepair) keeps everything that can be read";
    return verdict.atStake()
        .map(range -> ". CorruptionPolicy.TRUNCATE gives up sequences " + range.first() + " to " + range.last()
            + ", what can be read behind the damage included")
        .orElse("") + instead;
  }
}
