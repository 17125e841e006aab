package dev.syncline.bench.cell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The kernel's cache of files. */
final class PageCache {
  private static final Path DROP = Path.of("/proc/sys/vm/drop_caches");

  private PageCache() {}

  /** Writes back and forgets all cached files; only root may, and false says that nothing was done. */
  static boolean drop() throws IOException, InterruptedException {
    if (!Files.isWritable(DROP)) return false;
    new ProcessBuilder("sync").inheritIO().start().waitFor();
    Files.writeString(DROP, "1");
    return true;
  }
}
