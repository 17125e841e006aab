package dev.syncline.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The descriptors that this process has, as Linux tells them; elsewhere none are seen. */
public final class OpenFiles {
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private OpenFiles() {}

  /** Files below the directory that are open, deleted ones included. */
  public static List<String> below(Path directory) throws IOException {
    List<String> found = new ArrayList<>();
    if (!Files.isDirectory(DESCRIPTORS)) return found;
    try (Stream<Path> descriptors = Files.list(DESCRIPTORS)) {
      for (Path descriptor : descriptors.toList()) {
        try {
          String target = Files.readSymbolicLink(descriptor).toString();
          if (target.startsWith(directory + "/")) found.add(target);
        } catch (IOException closedMeanwhile) {
          continue;
        }
      }
    }
    return found;
  }
}
