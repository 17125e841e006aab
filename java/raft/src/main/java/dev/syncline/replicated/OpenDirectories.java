package dev.syncline.replicated;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which directories have a node in this JVM. Other processes are kept out by the directory's lock. */
final class OpenDirectories {
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private OpenDirectories() {}

  /** Claims a directory that exists; returns what {@link #release} takes. */
  static Path claim(Path directory) throws IOException {
    Path real = directory.toRealPath();
    if (!OPEN.add(real)) throw new IOException(directory + ": a node of this JVM has it open. Close that one first");
    return real;
  }

  static void release(Path claimed) {
    OPEN.remove(claimed);
  }
}
