package dev.syncline.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** What to change where a log is to be kept, and why. */
final class Advice {
  private static final Set<String> VOLATILE = Set.of("tmpfs", "ramfs");
  private static final Set<String> NETWORK = Set.of("nfs", "nfs4", "cifs", "smb3", "9p", "ceph", "glusterfs", "afs", "virtiofs");
  private static final long FREE_BYTES_MIN = 512L << 20;
  private static final long DESCRIPTORS_MIN = 1024;

  /** No flush of a disk is so quick, unless its cache survives a power cut. */
  private static final double FLUSH_MICROS_MIN = 15;

  /**
   * What the advice rests on; null, or -1, where it is not known.
   *
   * @param mountOptions of the file system, as {@code /proc/self/mounts} has them
   * @param descriptors how many files a process started here may have open
   * @param writeCache what the kernel says of the device: {@code write back} or {@code write through}
   * @param p50Micros how long a durable append took
   */
  record Facts(
      String fileSystem, String mountOptions, long freeBytes, long descriptors, String writeCache, String nativeProblem,
      double p50Micros) {}

  private Advice() {}

  static List<String> of(Facts facts) {
    List<String> advice = new ArrayList<>();
    String type = facts.fileSystem == null ? "" : facts.fileSystem.toLowerCase(Locale.ROOT);
    if (VOLATILE.contains(type))
      advice.add(type + " is memory: nothing here survives a restart of the machine. Use a directory on a disk");
    if (NETWORK.contains(type) || type.startsWith("fuse"))
      advice.add(type + " is not a local file system: locks and flushes are what another machine makes of them. Use a local disk");
    if (type.equals("overlay") || type.equals("overlayfs"))
      advice.add("this is a container's own layer, which goes with the container. Mount a volume for the log");
    List<String> options = facts.mountOptions == null ? List.of() : Arrays.asList(facts.mountOptions.split(","));
    for (String each : List.of("nobarrier", "barrier=0"))
      if (options.contains(each))
        advice.add("the file system is mounted with " + each + ": it does not tell the disk to flush, so a power cut takes what was"
            + " acknowledged, and may take the file system. Mount it without");
    if (facts.freeBytes >= 0 && facts.freeBytes < FREE_BYTES_MIN)
      advice.add(Text.size(facts.freeBytes) + " free: a log fills a segment of 64 MiB at a time, and a repair needs as much as the log has."
          + " Make room, or set maxSegmentSize and maxLogSize");
    if (facts.descriptors >= 0 && facts.descriptors < DESCRIPTORS_MIN)
      advice.add("a process started here may have " + facts.descriptors + " files open: a log takes up to 8, and its readers up to 49 more."
          + " Raise it (ulimit -n, LimitNOFILE)");
    if (facts.nativeProblem != null) advice.add("portable storage works; for native storage: " + facts.nativeProblem);
    if ("write back".equals(facts.writeCache) && facts.p50Micros > 0 && facts.p50Micros < FLUSH_MICROS_MIN)
      advice.add(String.format(Locale.ROOT, "a durable append took %.0f µs, and the device says that its cache is volatile: no disk"
          + " flushes so quickly. Find out whether it, or the virtual machine's host, leaves flushes out", facts.p50Micros));
    return advice;
  }

  // Where the facts come from.

  /** The options that the file system of {@code directory} is mounted with, or null. */
  static String mountOptions(Path directory) {
    try (Stream<String> mounts = Files.lines(Path.of("/proc/self/mounts"))) {
      Path real = directory.toRealPath();
      String found = null;
      int depth = -1;
      for (String line : mounts.toList()) {
        String[] fields = line.split(" ");
        Path at = Path.of(fields[1].replace("\\040", " "));
        // Of two on the same directory the later one counts.
        if (!real.startsWith(at) || at.getNameCount() < depth) continue;
        depth = at.getNameCount();
        found = fields[3];
      }
      return found;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }

  /** How many files this process may have open, or -1. */
  static long descriptors() {
    try (Stream<String> limits = Files.lines(Path.of("/proc/self/limits"))) {
      String line = limits.filter(each -> each.startsWith("Max open files")).findFirst().orElse("");
      return Long.parseLong(line.replace("Max open files", "").strip().split("\\s+")[0]);
    } catch (IOException | RuntimeException e) {
      return -1;
    }
  }

  /** What the kernel says of the cache of the device beneath {@code directory}, or null. */
  static String writeCache(Path directory) {
    try {
      long device = ((Number) Files.getAttribute(directory, "unix:dev")).longValue();
      // As gnu_dev_major and gnu_dev_minor of <sys/sysmacros.h> take them apart.
      long major = device >> 8 & 0xfff | device >> 32 & ~0xfffL;
      long minor = device & 0xff | device >> 12 & ~0xffL;
      Path block = Path.of("/sys/dev/block/" + major + ":" + minor).toRealPath();
      for (Path each : List.of(block, block.getParent()))
        if (Files.isReadable(each.resolve("queue/write_cache"))) return Files.readString(each.resolve("queue/write_cache")).strip();
      return null;
    } catch (IOException | RuntimeException e) {
      return null;
    }
  }
}
