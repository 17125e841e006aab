package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Opens a log whose process was killed and appends one durable record; each time a copy of what the killed process left, in a process that
 * has not opened one before, with nothing cached.
 */
final class CrashedWorkload implements Workload {

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    Path copy = Files.createTempDirectory(directory.getParent(), "crashed-");
    try {
      List<Path> files;
      try (Stream<Path> found = Files.walk(directory)) {
        files = found.toList();
      }
      for (Path file : files) {
        Path target = copy.resolve(directory.relativize(file).toString());
        if (Files.isDirectory(file)) Files.createDirectories(target);
        else Files.copy(file, target);
      }
      sync(copy);
      Map<String, Double> values = new TreeMap<>();
      values.put("cacheDropped", PageCache.drop() ? 1.0 : 0.0);
      byte[] record = Appenders.randomRecord(new SplittableRandom(1), cell.recordBytes());
      Usage before = Usage.now(copy);
      contender.open(copy, new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), cell.segmentBytes(), false));
      contender.append(record);
      Usage after = Usage.now(copy);
      values.put("firstMillis", after.secondsSince(before) * 1e3);
      values.put("logBytes", (double) Usage.directoryBytes(copy));
      String description = contender.describe();
      contender.close();
      return new Measurement(
          1, cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), null, values, null, description);
    } finally {
      delete(copy);
    }
  }

  /** What was copied is on the disk when the opening is timed, and does not get there beside it. */
  private static void sync(Path directory) throws IOException, InterruptedException {
    int exit = new ProcessBuilder("sync", "-f", directory.toString()).inheritIO().start().waitFor();
    if (exit != 0) throw new IOException("sync -f " + directory + " ended with " + exit);
  }

  private static void delete(Path directory) throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.deleteIfExists(file);
    }
  }
}
