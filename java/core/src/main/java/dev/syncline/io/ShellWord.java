package dev.syncline.io;

import java.nio.file.Path;
import java.util.Locale;

/** A path as a word of a command that is printed to be copied into a POSIX shell. */
public final class ShellWord {
  private ShellWord() {}

  /** As it is where no shell reads anything into it, else quoted; never an option. */
  public static String of(Path path) {
    String text = path.toString();
    String word = text.startsWith("-") ? "./" + text : text;
    if (!word.isEmpty() && word.chars().allMatch(ShellWord::isPlain)) return word;
    if (word.chars().anyMatch(Character::isISOControl)) return "$'" + escaped(word) + "'";
    // Hints stand in single quotes themselves. Between double ones, '!' would be the history's.
    if (word.indexOf('!') >= 0) return "'" + word.replace("'", "'\\''") + "'";
    return '"' + word.replaceAll("[\\\\\"$`]", "\\\\$0") + '"';
  }

  private static boolean isPlain(int c) {
    return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || "/._-+,:@%=".indexOf(c) >= 0
        || c > 0x7f && Character.isLetter(c);
  }

  private static String escaped(String word) {
    StringBuilder escaped = new StringBuilder();
    word.chars().forEach(c -> {
      if (Character.isISOControl(c)) escaped.append(String.format(Locale.ROOT, "\\u%04x", c));
      else if (c == '\'' || c == '\\') escaped.append('\\').append((char) c);
      else escaped.append((char) c);
    });
    return escaped.toString();
  }
}
