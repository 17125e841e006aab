package dev.syncline.log.recovery;

import dev.syncline.Damage;
import java.nio.file.Path;
import java.util.List;

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
    System.getLogger("dev.syncline.log").log(System.Logger.Level.WARNING, "{0}", line(directory, verdict, next));
  }

  static String line(Path directory, Verdict verdict, String next) {
    List<Damage> damage = verdict.damage();
    Damage first = damage.stream().filter(Damage::losesRecords).findFirst().orElse(damage.get(0));
    String more = damage.size() == 1 ? "" : "; and " + (damage.size() - 1) + " more, see recovery()";
    return directory + ": the log is damaged: " + first + more + ". " + next + stake(verdict);
  }

  /** What giving up the damage would cost, as the end of a sentence before. */
  static String stake(Verdict verdict) {
    return verdict.atStake()
        .map(range -> ". CorruptionPolicy.TRUNCATE gives up sequences " + range.first() + " to " + range.last()
            + ", what can be read behind the damage included")
        .orElse("");
  }
}
