package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Opens many logs in one process, appends a record to each, and tells what they take once they rest. */
final class IdleWorkload implements Workload {
  private static final long REST_MILLIS = 4_000;
  private static final int PAGE_BYTES = 4096;

  /** What the process has. */
  private record Process(long heapBytes, long directBytes, long residentBytes, int threads, int descriptors) {

    static Process now() throws IOException, InterruptedException {
      for (int i = 0; i < 3; i++) {
        System.gc();
        Thread.sleep(100);
      }
      long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
          .filter(pool -> pool.getName().equals("direct")).mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
      long resident = Long.parseLong(Files.readString(Path.of("/proc/self/statm")).split(" ")[1]) * PAGE_BYTES;
      return new Process(
          ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(), direct, resident, count("/proc/self/task"),
          count("/proc/self/fd"));
    }

    private static int count(String directory) throws IOException {
      int count = 0;
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of(directory))) {
        for (Path ignored : entries) count++;
      }
      return count;
    }
  }

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    byte[] record = Appenders.randomRecord(new SplittableRandom(1), cell.recordBytes());
    Setup setup = new Setup(Setup.Mode.DURABLE, 1, cell.recordBytes(), cell.segmentBytes(), false);
    // What the first log of a process brings along is not what a log takes.
    open(contender, directory.resolve("first"), setup, record);
    Thread.sleep(REST_MILLIS);
    Process before = Process.now();
    Usage began = Usage.now(directory);
    List<Contender> logs = new ArrayList<>();
    for (int i = 0; i < cell.records(); i++) {
      Contender log = contender.another();
      open(log, directory.resolve("log-" + i), setup, record);
      logs.add(log);
    }
    Usage opened = Usage.now(directory);
    Thread.sleep(REST_MILLIS);
    Process after = Process.now();
    Map<String, Double> values = new TreeMap<>();
    double count = cell.records();
    values.put("heapKiBPerLog", (after.heapBytes - before.heapBytes) / count / 1024);
    values.put("directKiBPerLog", (after.directBytes - before.directBytes) / count / 1024);
    values.put("residentKiBPerLog", (after.residentBytes - before.residentBytes) / count / 1024);
    values.put("threads", (double) after.threads - before.threads);
    values.put("descriptorsPerLog", (after.descriptors - before.descriptors) / count);
    values.put("diskKiBPerLog", Usage.directoryBytes(directory) / (count + 1) / 1024);
    values.put("openMillisPerLog", opened.secondsSince(began) * 1e3 / count);
    String description = contender.describe();
    for (Contender log : logs) log.close();
    contender.close();
    return new Measurement(
        cell.records(), cell.recordBytes(), opened.secondsSince(began), opened.cpuSecondsSince(began), null, values, null, description);
  }

  private static void open(Contender log, Path directory, Setup setup, byte[] record) throws Exception {
    log.open(Files.createDirectory(directory), setup);
    log.append(record);
  }
}
