package dev.syncline.cli;

import dev.syncline.WriteAheadLog;
import dev.syncline.format.SegmentName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What can be seen of a log from another process at one moment.
 *
 * @param writer the process that holds the log's lock, or null if none is known to
 * @param writes system calls that the writer has made to write, whatever it wrote to, or null if this user may not see that
 * @param readers other processes that have files of the log open, as far as this user may see
 */
record LogSample(
    long nanos, long firstSequence, long durableSequence, long checkpointCovers, int segments, long bytes, Long writer, Long writes,
    List<Long> readers) {
  private static final Path PROCESSES = Path.of("/proc");

  static LogSample of(Path directory, WriteAheadLog log) throws IOException {
    LockState lock = LockState.of(directory);
    boolean isHeld = lock.held() == null ? Boolean.TRUE.equals(lock.alive()) : lock.held();
    // A number of another container's is none here.
    Long writer = isHeld && Boolean.TRUE.equals(lock.alive()) ? lock.pid() : null;
    List<Path> files = LogCommand.segmentFiles(directory);
    long bytes = 0;
    for (Path file : files) bytes += size(file);
    long durable = log.durableSequence();
    return new LogSample(
        System.nanoTime(), log.firstSequence(), durable, log.lastCheckpointCovers(), files.size(), bytes, writer,
        writer == null ? null : writes(writer), readers(directory.toRealPath(), writer));
  }

  private static long size(Path file) throws IOException {
    try {
      return Files.size(file);
    } catch (NoSuchFileException e) {
      // Truncated since.
      return 0;
    }
  }

  private static Long writes(long pid) {
    try (Stream<String> lines = Files.lines(PROCESSES.resolve(pid + "/io"))) {
      return lines.filter(line -> line.startsWith("syscw:")).map(line -> Long.parseLong(line.substring(6).strip())).findFirst()
          .orElse(null);
    } catch (IOException | RuntimeException e) {
      // Another user's process, or one that has ended.
      return null;
    }
  }

  private static List<Long> readers(Path directory, Long writer) throws IOException {
    TreeSet<Long> found = new TreeSet<>();
    if (!Files.isDirectory(PROCESSES)) return List.of();
    try (Stream<Path> processes = Files.list(PROCESSES)) {
      for (Path process : processes.filter(each -> each.getFileName().toString().matches("\\d+")).toList()) {
        long pid = Long.parseLong(process.getFileName().toString());
        boolean other = pid != ProcessHandle.current().pid() && (writer == null || pid != writer);
        if (other && hasOpen(process, directory)) found.add(pid);
      }
    }
    return new ArrayList<>(found);
  }

  private static boolean hasOpen(Path process, Path directory) {
    try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
      return descriptors.anyMatch(each -> leadsInto(each, directory));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean leadsInto(Path descriptor, Path directory) {
    try {
      Path target = Files.readSymbolicLink(descriptor);
      return directory.equals(target.getParent()) && SegmentName.isOwn(target.getFileName().toString().replace(" (deleted)", ""));
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
