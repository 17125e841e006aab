package dev.syncline.bench.report;

import java.util.Locale;
import java.util.Optional;

/**
 * What was aimed at, and what came of it.
 *
 * @param what is compared
 * @param atMost whether the limit is an upper one
 * @param measured the ratio or number; null if its cells were not measured
 * @param remark names of whom it was compared with, and the like
 */
record Target(String what, boolean atMost, double limit, int decimals, Statistics measured, String remark) {
  static Target atMost(String what, double limit, int decimals, Optional<Statistics> measured, String remark) {
    return new Target(what, true, limit, decimals, measured.orElse(null), remark);
  }

  static Target atLeast(String what, double limit, int decimals, Optional<Statistics> measured, String remark) {
    return new Target(what, false, limit, decimals, measured.orElse(null), remark);
  }

  String expected() {
    return (atMost ? "≤ " : "≥ ") + String.format(Locale.ROOT, "%,." + decimals + "f", limit);
  }

  String found() {
    return measured == null ? "–" : measured.text(decimals == 0 ? 0 : Math.max(2, decimals));
  }

  /** Missed only if the whole interval lies beyond the limit. */
  String verdict() {
    if (measured == null) return "not measured";
    if (meets(measured.median())) return "met";
    boolean intervalTouches = meets(atMost ? measured.low() : measured.high());
    return intervalTouches && measured.count() > 1 ? "within the interval" : "missed";
  }

  private boolean meets(double value) {
    return atMost ? value <= limit : value >= limit;
  }
}
