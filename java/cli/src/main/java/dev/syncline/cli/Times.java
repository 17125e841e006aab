package dev.syncline.cli;

import dev.syncline.io.Storages;
import dev.syncline.log.CommitTimes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;

/** When records were committed, as text. */
final class Times {
  private static final int BLOCK_BYTES = 4096;

  /** Always as wide: {@link Instant#toString} leaves out a fraction of zero. */
  private static final DateTimeFormatter TEXT = new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

  private Times() {}

  static CommitTimes of(Path directory) throws IOException {
    return new CommitTimes(Storages.openToRead(directory, BLOCK_BYTES).storage());
  }

  /** As ISO 8601 has it, in UTC; null if it is not known. */
  static String text(long millis) {
    return millis == CommitTimes.UNKNOWN ? null : TEXT.format(Instant.ofEpochMilli(millis));
  }

  /**
   * Milliseconds since 1970.
   *
   * @throws IllegalArgumentException if that is no time, or none that a frame can have
   */
  static long millis(String text) {
    try {
      long millis = Instant.parse(text).toEpochMilli();
      if (millis >= 0 && millis <= CommitTimes.LATEST_MILLIS) return millis;
    } catch (DateTimeException | ArithmeticException e) {
      // Said below.
    }
    throw new IllegalArgumentException(
        "expected a time as 2026-12-01T12:00:00.000Z, from 1970 to " + text(CommitTimes.LATEST_MILLIS) + ", found " + text);
  }
}
