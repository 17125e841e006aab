package dev.syncline.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** One line on stderr that is written over and over; silent where stderr is no terminal. */
final class Progress {
  private static final long INTERVAL_NANOS = 100_000_000;
  private final PrintWriter terminal;
  private long lastNanos = System.nanoTime() - INTERVAL_NANOS;
  private int shownChars;

  private Progress(PrintWriter terminal) {
    this.terminal = terminal;
  }

  static Progress on(PrintWriter stderr) {
    return new Progress(isTerminal() ? stderr : null);
  }

  static Progress silent() {
    return new Progress(null);
  }

  void show(String state) {
    if (terminal == null || System.nanoTime() - lastNanos < INTERVAL_NANOS) return;
    lastNanos = System.nanoTime();
    write(state);
  }

  /** Wipes the line, before something else is printed. */
  void clear() {
    if (terminal != null && shownChars > 0) write("");
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
