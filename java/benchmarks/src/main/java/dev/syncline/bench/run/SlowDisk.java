package dev.syncline.bench.run;

import java.nio.file.Files;
import java.nio.file.Path;

/** A library that is preloaded into what is measured, and has everything that waits for the disk wait longer: C and Java alike. */
final class SlowDisk {
  /** Asynchronous I/O of the kernel does not come by libc's calls. */
  private static final String PASSING = "artemis-aio";

  private final Path library;
  private final long delayMicros;

  /** @param delayMicros 0 leaves the disk as it is */
  SlowDisk(Path library, long delayMicros) {
    this.library = library;
    this.delayMicros = delayMicros;
    if (delayMicros < 0) throw new IllegalArgumentException("--disk-delay-us is " + delayMicros + "; it counts microseconds, from 0 on");
    if (delayMicros > 0 && !Files.isReadable(library))
      throw new IllegalArgumentException(
          "--disk-delay-us needs " + library + ", which was not built: it takes Linux, cmake and a C compiler");
  }

  boolean isPassedBy(String contender) {
    return delayMicros > 0 && contender.startsWith(PASSING);
  }

  void slows(ProcessBuilder builder) {
    if (delayMicros == 0) return;
    builder.environment().put("LD_PRELOAD", library.toAbsolutePath().toString());
    builder.environment().put("SYNCLINE_DISK_DELAY_US", Long.toString(delayMicros));
  }
}
