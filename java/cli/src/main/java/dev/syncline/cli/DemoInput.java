package dev.syncline.cli;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** The lines that the demo appends: real files cut at line feeds, byte for byte. A line's index is its identity. */
final class DemoInput {
  private static final List<String> SOURCE_SUFFIXES = List.of(".java", ".c", ".h", ".md", ".xml");
  private static final Set<String> BUILD_DIRECTORIES = Set.of("target", "build", "node_modules");

  /** A longer line is cut into pieces, so that any file can be demo input. */
  private static final int LINE_BYTES_MAX = 1 << 20;

  private DemoInput() {}

  /** Up to {@code maxLines} lines of a file, or of all source files below a directory in the order of their paths. */
  static List<byte[]> read(Path input, int maxLines) throws IOException {
    List<byte[]> lines = new ArrayList<>();
    for (Path file : Files.isDirectory(input) ? sources(input) : List.of(input)) {
      if (lines.size() >= maxLines) break;
      addLines(file, lines, maxLines);
    }
    return lines;
  }

  private static List<Path> sources(Path directory) throws IOException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(directory, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
        String name = visited.getFileName() == null ? "" : visited.getFileName().toString();
        boolean skip = !visited.equals(directory) && (BUILD_DIRECTORIES.contains(name) || name.startsWith("."));
        return skip ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
        String name = file.getFileName().toString();
        if (attributes.isRegularFile() && SOURCE_SUFFIXES.stream().anyMatch(name::endsWith)) files.add(file);
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFileFailed(Path file, IOException failure) {
        return FileVisitResult.CONTINUE;
      }
    });
    Collections.sort(files);
    return files;
  }

  private static void addLines(Path file, List<byte[]> lines, int maxLines) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int next = in.read();
      while (next >= 0 && lines.size() < maxLines) {
        boolean lineEnds = next == '\n';
        if (!lineEnds) line.write(next);
        next = in.read();
        boolean cut = line.size() >= LINE_BYTES_MAX || (next < 0 && line.size() > 0);
        if (lineEnds || cut) {
          lines.add(line.toByteArray());
          line.reset();
        }
      }
    }
  }

  /** Freezes the lines, so that the writer has the same ones even if somebody edits the files meanwhile. */
  static void save(List<byte[]> lines, Path file) throws IOException {
    try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeInt(lines.size());
      for (byte[] line : lines) {
        out.writeInt(line.length);
        out.write(line);
      }
    }
  }

  static List<byte[]> load(Path file) throws IOException {
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
      int count = in.readInt();
      List<byte[]> lines = new ArrayList<>(count);
      for (int index = 0; index < count; index++) lines.add(in.readNBytes(in.readInt()));
      return lines;
    }
  }
}
