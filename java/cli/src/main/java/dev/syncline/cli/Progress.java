package dev.syncline.cli;

import dev.syncline.Activity;
import dev.syncline.WalObserver;
import dev.syncline.WalOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** One line on stderr that is written over and over; silent where stderr is no terminal. Any thread. */
final class Progress {
  private static final long INTERVAL_NANOS = 100_000_000;
  private static final int BAR_CHARS = 30;
  private final PrintWriter terminal;
  private final long beganNanos = System.nanoTime();
  private long lastNanos = beganNanos - INTERVAL_NANOS;
  private int shownChars;
  private boolean ended;

  Progress(PrintWriter terminal) {
    this.terminal = terminal;
  }

  static Progress on(PrintWriter stderr) {
    return new Progress(isTerminal() ? stderr : null);
  }

  static Progress silent() {
    return new Progress(null);
  }

  /** Options that have a log, or a repair, show how far it is. */
  WalOptions.Builder options() {
    WalOptions.Builder options = WalOptions.builder();
    if (terminal == null) return options;
    return options.observer(new WalObserver() {
      @Override
      public void progress(Activity activity, long done, long total) {
        show(activity.name().toLowerCase(Locale.ROOT), done, total, Text.size(total));
      }
    });
  }

  synchronized void show(String state) {
    if (terminal == null || ended || System.nanoTime() - lastNanos < INTERVAL_NANOS) return;
    lastNanos = System.nanoTime();
    write(state);
  }

  /**
   * As a bar.
   *
   * @param whole what the total is, for people
   */
  void show(String what, long done, long total, String whole) {
    if (terminal != null) show(bar(what, done, total, whole, System.nanoTime() - beganNanos));
  }

  static String bar(String what, long done, long total, String whole, long tookNanos) {
    double part = total <= 0 ? 1 : Math.min(1, (double) done / total);
    int filled = (int) (part * BAR_CHARS);
    String left = part == 0 || part == 1 ? "" : ", " + time((long) (tookNanos / part * (1 - part))) + " left";
    return String.format(Locale.ROOT, "%s [%s%s] %3.0f %% of %s%s", what, "#".repeat(filled), "-".repeat(BAR_CHARS - filled),
        Math.floor(100 * part), whole, left);
  }

  private static String time(long nanos) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(nanos);
    if (seconds < 60) return seconds + " s";
    return seconds < 3600 ? seconds / 60 + " min" : seconds / 3600 + " h " + seconds % 3600 / 60 + " min";
  }

  /** Wipes the line, before something else is printed. */
  synchronized void clear() {
    if (terminal != null && shownChars > 0) write("");
  }

  /** The same, and nothing is shown any more. */
  synchronized void end() {
    clear();
    ended = true;
  }

  private void write(String state) {
    terminal.print("\r" + state + " ".repeat(Math.max(0, shownChars - state.length())) + (state.isEmpty() ? "\r" : ""));
    terminal.flush();
    shownChars = state.length();
  }

  /** Java can tell whether stdin and stdout are a terminal, and stderr is what matters here: Linux says where it leads. */
  private static boolean isTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }
}
