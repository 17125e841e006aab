package dev.syncline.lab;

import java.util.concurrent.TimeUnit;

/** What {@code -Pnightly} asks for: more time, and another seed each night. Without it both are what they always are. */
final class Nightly {
  private static final long MINUTES = Long.getLong("nightly.minutes", 0);

  private Nightly() {}

  /** Whether what takes long is tried whole. */
  static boolean isOn() {
    return MINUTES > 0;
  }

  /** How long the crash explorer goes on; 0 in an ordinary build, which counts states instead. */
  static long crashSeconds() {
    return TimeUnit.MINUTES.toSeconds(MINUTES);
  }

  /** How long the fuzzers go on together. */
  static long fuzzSeconds() {
    return TimeUnit.MINUTES.toSeconds(MINUTES) / 2;
  }

  /** The night's seed, or what it always is; says which, so that it can be asked for again. */
  static long seed(String what, long always) {
    long seed = Long.getLong("nightly.seed", always);
    if (seed != always) System.out.println(what + ": -Dnightly.seed=" + seed);
    return seed;
  }
}
