package dev.syncline.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Bytes, sizes and tables, for people. */
final class Text {
  private static final int PREVIEW_BYTES = 48;
  private static final String[] BINARY_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Text() {}

  /** The first bytes: quoted if they are printable text, else in hexadecimal. */
  static String preview(ByteBuffer bytes) {
    byte[] start = new byte[Math.min(bytes.remaining(), PREVIEW_BYTES)];
    bytes.duplicate().get(start);
    String rest = bytes.remaining() > start.length ? "…" : "";
    // The cut may fall inside a character: up to three bytes are given back before the start counts as binary.
    for (int cut = 0; cut <= (rest.isEmpty() ? 0 : Math.min(3, start.length)); cut++) {
      String text = printable(Arrays.copyOf(start, start.length - cut));
      if (text != null) return '"' + text + '"' + rest;
    }
    return "0x" + HexFormat.of().formatHex(start) + rest;
  }

  static String preview(byte[] bytes) {
    return preview(ByteBuffer.wrap(bytes));
  }

  /** The text that these bytes are, with tabs as {@code \t}, or null if they are no printable UTF-8. */
  private static String printable(byte[] bytes) {
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      String escaped = text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\t", "\\t").replace("\r", "\\r");
      return escaped.codePoints().allMatch(Text::isPrintable) ? escaped : null;
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean isPrintable(int codePoint) {
    return !Character.isISOControl(codePoint) && Character.isDefined(codePoint) && codePoint != '\uFFFD';
  }

  /** With what would end the line, or move about on it, escaped: a file may be called anything. */
  static String oneLine(String text) {
    if (text.chars().noneMatch(Text::breaksLines)) return text;
    StringBuilder line = new StringBuilder();
    text.chars().forEach(c -> {
      if (c == '\n') line.append("\\n");
      else if (breaksLines(c)) line.append(String.format(Locale.ROOT, "\\u%04x", c));
      else line.append((char) c);
    });
    return line.toString();
  }

  private static boolean breaksLines(int c) {
    return Character.isISOControl(c) || c == '\u2028' || c == '\u2029';
  }

  /** A size with a unit that keeps it short: {@code 64.0 MiB}. */
  static String size(long bytes) {
    int unit = 0;
    double scaled = bytes;
    for (; scaled >= 1024 && unit < BINARY_UNITS.length - 1; unit++) scaled /= 1024;
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", scaled, BINARY_UNITS[unit]);
  }

  /** {@code 1 segment}, {@code 2 segments}. */
  static String count(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** Rows under each other, columns as wide as they need; a column whose name starts with {@code >} is aligned right. */
  static String table(List<String> header, List<List<String>> rows) {
    int columns = header.size();
    int[] widths = new int[columns];
    boolean[] right = new boolean[columns];
    List<String> names = header.stream().map(name -> name.startsWith(">") ? name.substring(1) : name).toList();
    for (int column = 0; column < columns; column++) {
      right[column] = header.get(column).startsWith(">");
      widths[column] = names.get(column).length();
      for (List<String> row : rows) widths[column] = Math.max(widths[column], row.get(column).length());
    }
    StringBuilder table = new StringBuilder(row(names, widths, right));
    rows.forEach(row -> table.append(row(row, widths, right)));
    return table.toString();
  }

  private static String row(List<String> cells, int[] widths, boolean[] right) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String padding = " ".repeat(widths[column] - cells.get(column).length());
      line.append(column == 0 ? "" : "  ").append(right[column] ? padding + cells.get(column) : cells.get(column) + padding);
    }
    return line.toString().stripTrailing() + System.lineSeparator();
  }
}
