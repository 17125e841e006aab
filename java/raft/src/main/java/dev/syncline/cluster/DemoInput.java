package dev.syncline.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The lines that the demo appends: those of real source files. */
final class DemoInput {
  private static final List<String> SUFFIXES = List.of(".java", ".c", ".h", ".md", ".xml");
  private static final List<String> LEFT_OUT = List.of("target", "build", "node_modules");

  private DemoInput() {}

  /** Up to {@code most} lines of a file, or of all source files below a directory in the order of their paths. */
  static List<byte[]> read(Path input, int most) throws IOException {
    List<byte[]> lines = new ArrayList<>();
    for (Path file : Files.isDirectory(input) ? sources(input) : List.of(input)) {
      // Bytes as they are: a line is whatever lies between two line feeds.
      String[] found = Files.readString(file, StandardCharsets.ISO_8859_1).split("\n", -1);
      for (String line : found) if (lines.size() < most) lines.add(line.getBytes(StandardCharsets.ISO_8859_1));
    }
    return lines;
  }

  private static List<Path> sources(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> SUFFIXES.stream().anyMatch(file.toString()::endsWith))
          .filter(file -> wanted(directory.relativize(file)) && Files.isRegularFile(file))
          .sorted()
          .toList();
    }
  }

  private static boolean wanted(Path relative) {
    for (Path part : relative) {
      String name = part.toString();
      if (LEFT_OUT.contains(name) || name.startsWith(".")) return false;
    }
    return true;
  }
}
