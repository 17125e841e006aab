package dev.syncline.format;

import java.util.Locale;

/** Tells one log from another: 128 random bits, drawn when the log is created and repeated in every file of it. */
public record LogId(long high, long low) {
  /**
   * Not what the JDK derives: that keeps the class loader of the last record it was called for (17 to 25 at least, in ObjectMethods), and
   * makes classes the first time, which comes before a process's first append.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof LogId that && high == that.high && low == that.low;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(high ^ low);
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%016x%016x", high, low);
  }
}
