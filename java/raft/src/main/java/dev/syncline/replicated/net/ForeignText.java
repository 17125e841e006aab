package dev.syncline.replicated.net;

/** What others have said, for a log or a terminal: one line of bounded length, and nothing in it that a terminal obeys. */
final class ForeignText {
  static final int CHARS_MAX = 400;

  private ForeignText() {}

  static String line(String text) {
    String cut = text.length() <= CHARS_MAX ? text : text.substring(0, CHARS_MAX) + "...";
    StringBuilder line = new StringBuilder(cut.length());
    cut.chars().forEach(each -> line.append(isHarmless(each) ? (char) each : '?'));
    return line.toString();
  }

  /** Whether it neither controls a terminal nor ends a line, in Unicode's eyes too. */
  static boolean isHarmless(int character) {
    int type = Character.getType(character);
    return type != Character.CONTROL && type != Character.FORMAT && type != Character.LINE_SEPARATOR
        && type != Character.PARAGRAPH_SEPARATOR;
  }
}
