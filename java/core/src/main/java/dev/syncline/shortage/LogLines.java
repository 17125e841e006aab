package dev.syncline.shortage;

import java.util.Locale;

/**
 * What the library says to the system's logger. Whoever takes the lines is user code, which may throw, find the stack or the heap short,
 * or have no descriptor for what it loads: none of that is a reason to do or not to do anything here.
 */
public final class LogLines {
  public static final String LOG = "dev.syncline.log";
  public static final String STORAGE = "dev.syncline.storage";

  private LogLines() {}

  /** @param cause what lies behind it, or null; its stack goes to the logger, too */
  public static void say(String logger, System.Logger.Level level, String line, Throwable cause) {
    try {
      System.getLogger(logger).log(level, () -> oneLine(line), cause);
    } catch (Throwable e) {
      // There is nobody to tell it.
    }
  }

  /** Whether the line was taken. */
  public static boolean said(String logger, System.Logger.Level level, String line) {
    try {
      System.getLogger(logger).log(level, () -> oneLine(line));
      return true;
    } catch (Throwable e) {
      return false;
    }
  }

  /** A directory may be called anything, and a line that it has ended would be believed to be two. */
  private static String oneLine(String text) {
    StringBuilder line = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '\n') line.append("\\n");
      else if (Character.isISOControl(c)) line.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
      else line.append(c);
    }
    return line.toString();
  }
}
