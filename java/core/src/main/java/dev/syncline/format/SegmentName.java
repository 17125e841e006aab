package dev.syncline.format;


/** File names of a log's directory. */
public final class SegmentName {
  public static final String MARK = "log.mark";
  public static final String LOCK = "log.lock";
  public static final String PID = "log.pid";
  public static final String QUARANTINE = "quarantine";

  /** The directory in which a repair builds what is to take the log's place. */
  public static final String REPAIR = "repair";

  /** In that directory: says that what is in it is whole, and what is to be done with it. */
  public static final String COMPLETE = "complete";

  public static final String SEGMENT_SUFFIX = ".wal";

  /** A segment made ready ahead of need; holds nothing. */
  public static final String READY_SUFFIX = ".ready";

  /** A truncated segment's file, kept to be used again. */
  public static final String FREE_SUFFIX = ".free";

  /** A file on its way into place; holds nothing that counts. */
  public static final String TEMPORARY_SUFFIX = ".tmp";

  private static final int DIGITS = 20;

  private static final String PROBE_PREFIX = "probe-";
  private static final int PROBE_DIGITS = 16;

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

  /** Whether the log may delete a file of this name at any opening: it never holds records. Whole names only: others keep files, too. */
  public static boolean isSpare(String name) {
    if (name.endsWith(TEMPORARY_SUFFIX)) return isTemporary(name, name.substring(0, name.length() - TEMPORARY_SUFFIX.length()));
    return number(name, READY_SUFFIX) > 0 || number(name, FREE_SUFFIX) > 0;
  }

  private static boolean isTemporary(String name, String of) {
    return of.equals(MARK) || ordinal(of) > 0 || isProbe(name);
  }

  /** The storages make such files to try what a directory takes. */
  private static boolean isProbe(String name) {
    if (name.length() != PROBE_PREFIX.length() + PROBE_DIGITS + TEMPORARY_SUFFIX.length() || !name.startsWith(PROBE_PREFIX)) return false;
    for (int i = PROBE_PREFIX.length(); i < PROBE_PREFIX.length() + PROBE_DIGITS; i++)
      if ("0123456789abcdef".indexOf(name.charAt(i)) < 0) return false;
    return true;
  }

  /** Whether this is the name of a file that a log has, or may have left. */
  public static boolean isOwn(String name) {
    return name.equals(MARK) || name.equals(LOCK) || name.equals(PID) || ordinal(name) > 0 || isSpare(name);
  }

  /** Whether this is the name of a file that a repair makes in its directory. */
  public static boolean isOfRepair(String name) {
    return name.equals(COMPLETE) || name.equals(temporary(COMPLETE)) || name.equals(MARK) || ordinal(name) > 0 || isSpare(name);
  }

  /** The name of a file that is on its way into another one's place. */
  public static String temporary(String name) {
    return name + TEMPORARY_SUFFIX;
  }

  /** The ordinal in a segment's name, or -1 if it is not one that the log would give. */
  public static long ordinal(String name) {
    return number(name, SEGMENT_SUFFIX);
  }

  /** The number in a name with that suffix, or -1; its digits are ASCII's, in every locale. */
  private static long number(String name, String suffix) {
    if (name.length() != DIGITS + suffix.length() || !name.endsWith(suffix)) return -1;
    for (int i = 0; i < DIGITS; i++) if (name.charAt(i) < '0' || name.charAt(i) > '9') return -1;
    try {
      long number = Long.parseLong(name.substring(0, DIGITS));
      return number > 0 ? number : -1;
    } catch (NumberFormatException e) {
      return -1;
    }
  }

  private static String number(long ordinal) {
    String digits = Long.toString(ordinal);
    return "0".repeat(DIGITS - digits.length()) + digits;
  }
}
