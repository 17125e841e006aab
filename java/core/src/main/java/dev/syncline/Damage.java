package dev.syncline;

import java.nio.file.Path;

/**
 * Bytes that were durable and are unreadable now.
 *
 * @param file the file in question, present or missing
 * @param offsetBytes where in it; 0 where the file as a whole is meant
 * @param problem what was expected and what was found
 * @param firstLost first sequence that cannot be read
 * @param lastLost last sequence known lost; {@code firstLost - 1} where nothing that was recorded is lost (a seal, a spare slot)
 */
public record Damage(Path file, long offsetBytes, String problem, long firstLost, long lastLost) {

  /** Whether a record is lost, and not only something that can be derived again. */
  public boolean losesRecords() {
    return lastLost >= firstLost;
  }

  @Override
  public String toString() {
    String lost = losesRecords() ? "sequences " + firstLost + " to " + lastLost + " are lost" : "no record is lost";
    return file + " at offset " + offsetBytes + ": " + problem + "; " + lost;
  }
}
