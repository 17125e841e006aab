package dev.syncline.replicated;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which directories have a node in this JVM. Other processes are kept out by the directory's lock. */
final class OpenDirectories {
  private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

  private OpenDirectories() {}

  static void claim(Path directory) throws IOException {
    if (!OPEN.add(directory.toRealPath()))
      throw new IOException(directory + ": a node of this JVM has it open. Close that one first");
  }

  static void release(Path directory) throws IOException {
    OPEN.remove(directory.toRealPath());
  }
}
