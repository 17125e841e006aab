package dev.syncline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Who tells whom what, one thing below the other, drawn of text:
 *
 * <pre>
 * title What it shows
 * actors one | another
 * one -> another : what
 * note one : what
 * </pre>
 *
 * <p>An actor may be called by the last word of its name.
 */
final class SequenceDrawing {
  private static final int COLUMN = 150;
  private static final int ROW = 34;
  private static final int LEFT = 80;
  private static final int TOP = 70;

  private final List<String> actors = new ArrayList<>();
  private final StringBuilder body = new StringBuilder();
  private String title = "";
  private int row;

  private SequenceDrawing() {}

  static String svg(String text) {
    SequenceDrawing drawing = new SequenceDrawing();
    text.lines().filter(line -> !line.isBlank()).forEach(drawing::read);
    return drawing.whole();
  }

  private void read(String line) {
    if (line.startsWith("title ")) {
      title = line.substring(6);
    } else if (line.startsWith("actors ")) {
      for (String name : line.substring(7).split("\\|")) actors.add(name.strip());
    } else {
      int colon = line.indexOf(" : ");
      String what = line.substring(colon + 3);
      String who = line.substring(0, colon);
      if (who.startsWith("note ")) note(column(who.substring(5)), what);
      else arrow(column(who.split(" -> ")[0]), column(who.split(" -> ")[1]), what);
      row++;
    }
  }

  private int column(String name) {
    for (int i = 0; i < actors.size(); i++)
      if (actors.get(i).equals(name.strip()) || actors.get(i).endsWith(" " + name.strip())) return i;
    throw new IllegalArgumentException("no actor is called " + name + ": " + actors);
  }

  private static int x(int column) {
    return LEFT + column * COLUMN;
  }

  private int y() {
    return TOP + 40 + row * ROW;
  }

  private void arrow(int from, int to, String what) {
    add("  <line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"arrow\"/>", x(from), y(), x(to) + (to > from ? -3 : 3), y());
    text((x(from) + x(to)) / 2, y() - 6, "what", what);
  }

  private void note(int at, String what) {
    int width = 20 + 7 * what.length();
    int left = Math.max(4, Math.min(x(at) - width / 2, x(actors.size() - 1) + LEFT - width - 4));
    add("  <rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"22\" rx=\"4\" class=\"note\"/>", left, y() - 16, width);
    text(left + width / 2, y(), "what", what);
  }

  private void text(int x, int y, String kind, String what) {
    add("  <text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>", x, y, kind, escaped(what));
  }

  private void add(String line, Object... values) {
    body.append(String.format(Locale.ROOT, line, values)).append('\n');
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private String whole() {
    int width = x(actors.size() - 1) + LEFT;
    int height = y() + 10;
    String rows = body.toString();
    body.setLength(0);
    for (int i = 0; i < actors.size(); i++) {
      add("  <line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"life\"/>", x(i), TOP, x(i), height - 10);
      add("  <rect x=\"%d\" y=\"%d\" width=\"120\" height=\"26\" rx=\"4\" class=\"actor\"/>", x(i) - 60, TOP - 26);
      text(x(i), TOP - 8, "name", actors.get(i));
    }
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + width + " " + height + "\" width=\"" + width + "\" height=\"" + height
        + "\">\n  <title>" + escaped(title) + "</title>\n  <defs><marker id=\"head\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\""
        + " markerHeight=\"8\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\"/></marker></defs>\n  <style>text { font: 12px sans-serif;"
        + " text-anchor: middle } .title { font-size: 15px } .name { font-weight: bold } .arrow { stroke: #000; marker-end: url(#head) }"
        + " .life { stroke: #999; stroke-dasharray: 3 3 } .actor { fill: #e8eef7; stroke: #557 } .note { fill: #fdf6d8; stroke: #a93 }"
        + " .what { paint-order: stroke; stroke: #fff; stroke-width: 3px }</style>\n  <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        + "  <text x=\"" + width / 2 + "\" y=\"24\" class=\"title\">" + escaped(title) + "</text>\n" + body + rows + "</svg>\n";
  }
}
