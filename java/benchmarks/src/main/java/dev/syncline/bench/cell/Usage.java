package dev.syncline.bench.cell;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** What this process, and the disk below a directory, have used up at a moment. */
final class Usage {
  private static final OperatingSystemMXBean SYSTEM = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  final long atNanos = System.nanoTime();
  final double cpuSeconds = SYSTEM.getProcessCpuTime() / 1e9;
  final Disk disk;

  private Usage(Disk disk) {
    this.disk = disk;
  }

  static Usage now(Path directory) {
    return new Usage(Disk.below(directory));
  }

  double secondsSince(Usage earlier) {
    return (atNanos - earlier.atNanos) / 1e9;
  }

  double cpuSecondsSince(Usage earlier) {
    return cpuSeconds - earlier.cpuSeconds;
  }

  /** Adds what the disk did since then; it counts what others did to the disk too, so only a quiet machine tells the truth. */
  void addDiskSince(Usage earlier, Map<String, Double> values) {
    if (!disk.known() || !earlier.disk.known()) return;
    values.put("deviceWrittenBytes", (double) (disk.writtenBytes() - earlier.disk.writtenBytes()));
    values.put("deviceFlushes", (double) (disk.flushes() - earlier.disk.flushes()));
  }

  /** Bytes that the calling thread has allocated so far. */
  static long allocatedBytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /** Bytes that the files in a directory take, by their lengths. */
  static long directoryBytes(Path directory) throws IOException {
    long bytes = 0;
    try (var files = Files.walk(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) bytes += sizeOrNone(file);
    }
    return bytes;
  }

  private static long sizeOrNone(Path file) {
    try {
      return Files.isRegularFile(file) ? Files.size(file) : 0;
    } catch (IOException e) {
      // Recycled or deleted since it was listed.
      return 0;
    }
  }
}
