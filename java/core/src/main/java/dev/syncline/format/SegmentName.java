package dev.syncline.format;

/** File names of a log's directory. */
public final class SegmentName {
  public static final String MARK = "log.mark";
  public static final String LOCK = "log.lock";
  public static final String PID = "log.pid";
  public static final String QUARANTINE = "quarantine";
  public static final String SEGMENT_SUFFIX = ".wal";

  /** A segment made ready ahead of need; holds nothing. */
  public static final String READY_SUFFIX = ".ready";

  /** A truncated segment's file, kept to be used again. */
  public static final String FREE_SUFFIX = ".free";

  /** A file on its way into place; holds nothing that counts. */
  public static final String TEMPORARY_SUFFIX = ".tmp";

  private static final int DIGITS = 20;

  private SegmentName() {}

  public static String of(long ordinal) {
    return number(ordinal) + SEGMENT_SUFFIX;
  }

  public static String ready(long number) {
    return number(number) + READY_SUFFIX;
  }

  public static String free(long ordinal) {
    return number(ordinal) + FREE_SUFFIX;
  }

  /** Whether the name is a segment's or claims to be one. */
  public static boolean isSegment(String name) {
    return name.endsWith(SEGMENT_SUFFIX);
  }

  /** Whether the log may delete a file of this name at any opening: it never holds records. */
  public static boolean isSpare(String name) {
    return name.endsWith(READY_SUFFIX) || name.endsWith(FREE_SUFFIX) || name.endsWith(TEMPORARY_SUFFIX);
  }

  /** The ordinal in a segment's name, or -1 if it is not one that the log would give. */
  public static long ordinal(String name) {
    if (name.length() != DIGITS + SEGMENT_SUFFIX.length() || !isSegment(name)) return -1;
    for (int i = 0; i < DIGITS; i++) if (name.charAt(i) < '0' || name.charAt(i) > '9') return -1;
    try {
      long ordinal = Long.parseLong(name.substring(0, DIGITS));
      return ordinal > 0 ? ordinal : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String number(long ordinal) {
    return "%020d".formatted(ordinal);
  }
}
