package dev.syncline.bench.run;

import dev.syncline.bench.cell.Cell;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows how far it is: a bar on a terminal, lines elsewhere. */
abstract class Progress implements AutoCloseable {

  static Progress of(long steps) {
    return System.console() != null ? new Bar(steps) : new Lines(steps);
  }

  /** The next step begins. */
  abstract void next(String what);

  /** The step came to something; a terminal shows the table at the end instead. */
  void say(String what) {}

  @Override
  public void close() {}

  static String line(Cell cell, String contender, Outcome outcome) {
    String place = String.format(Locale.ROOT, "%-20s %-20s", cell.name(), contender);
    if (outcome.skipped() != null) return place + " skipped: " + outcome.skipped();
    if (outcome.failed() != null) return place + " FAILED: " + outcome.failed();
    var found = outcome.measurement();
    String speed = String.format(Locale.ROOT, "%s %,11.0f/s", place, found.operations() / found.seconds());
    if (found.latency() == null) return speed + " " + found.values();
    return speed + String.format(Locale.ROOT, "  p50 %8.1f  p99 %8.1f  p99.9 %8.1f µs  cpu %6.2f µs/op",
        found.latency().p50(), found.latency().p99(), found.latency().p999(), found.cpuSeconds() * 1e6 / found.operations());
  }

  private static final class Bar extends Progress {
    private final ProgressBar bar;

    Bar(long steps) {
      bar = new ProgressBarBuilder().setTaskName("measuring").setInitialMax(steps).setStyle(ProgressBarStyle.ASCII).build();
    }

    @Override
    void next(String what) {
      bar.setExtraMessage(what);
      bar.step();
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  private static final class Lines extends Progress {
    private final long steps;
    private long step;

    Lines(long steps) {
      this.steps = steps;
    }

    @Override
    void next(String what) {
      step++;
    }

    @Override
    void say(String what) {
      System.out.println(String.format(Locale.ROOT, "%4d/%d  ", step, steps) + what);
    }
  }
}
