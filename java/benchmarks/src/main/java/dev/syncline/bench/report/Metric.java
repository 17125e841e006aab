package dev.syncline.bench.report;

import dev.syncline.bench.cell.Measurement;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * A number of a measurement that the report shows.
 *
 * @param decimals how many are shown
 * @param higherIsBetter which way is better
 * @param of the number; NaN where a measurement does not have it
 */
record Metric(String label, int decimals, boolean higherIsBetter, ToDoubleFunction<Measurement> of) {
  static final Metric RATE = new Metric("ops/s", 0, true, found -> found.operations() / found.seconds());
  static final Metric P50 = latency("p50 µs", Measurement.Latency::p50);
  static final Metric P99 = latency("p99 µs", Measurement.Latency::p99);
  static final Metric P999 = latency("p99.9 µs", Measurement.Latency::p999);
  static final Metric MAX = latency("max µs", Measurement.Latency::max);
  static final Metric CPU = new Metric("processor µs/op", 2, false, found -> found.cpuSeconds() * 1e6 / found.operations());
  static final Metric ALLOCATED = value("allocated B/op", 1, false, "allocatedBytesPerOperation");
  static final Metric MEGABYTES = value("MB/s", 0, true, "megabytesPerSecond");
  static final Metric COLD = value("cold MB/s", 0, true, "coldMegabytesPerSecond");
  static final Metric WARM = value("warm MB/s", 0, true, "warmMegabytesPerSecond");
  static final Metric DISK = value("bytes on disk per byte logged", 2, false, "diskBytesPerByteLogged");
  static final Metric ALLOCATED_RECORD = value("allocated B/record", 1, false, "allocatedBytesPerRecord");
  static final Metric READS = value("reads/s and thread", 0, true, "readsPerSecondAndThread");
  static final Metric AGAIN = value("again ms", 2, false, "againMillis");
  static final Metric FIRST = value("first ms", 1, false, "firstMillis");

  static final Metric LAG_P50 = value("lag p50 µs", 0, false, "lagP50Micros");
  static final Metric LAG_P99 = value("lag p99 µs", 0, false, "lagP99Micros");
  static final Metric LAG_MAX = value("lag max µs", 0, false, "lagMaxMicros");

  /** Nothing is appended behind it that would say that it is durable. */
  static final Metric LAG_OF_LAST = value("last lag µs", 0, false, "lagOfLastMicros");

  /** Processor time a second. */
  static final Metric FOLLOWER = value("follower ms/s", 2, false, "followerThreadMillisPerSecond");
  static final Metric FOLLOWER_PROCESS = value("its JVM ms/s", 1, false, "followerProcessMillisPerSecond");

  /** Device bytes and flushes are the whole disk's: a quiet machine is assumed. */
  static final Metric FLUSHES = perOperation("disk flushes/op", "deviceFlushes");
  static final Metric DEVICE = perOperation("device B/op", "deviceWrittenBytes");

  /** What a cell shows, the most important first: that one is drawn. */
  static List<Metric> of(String cell) {
    String kind = cell.contains("/") ? cell.substring(0, cell.indexOf('/')) : cell;
    return switch (kind) {
      case "bulk" -> List.of(MEGABYTES, CPU);
      case "replay" -> List.of(WARM, COLD, DISK, ALLOCATED_RECORD);
      case "read" -> List.of(
          READS, ALLOCATED, CPU, value("appends/s beside", 0, true, "appendsPerSecond"),
          value("append p99 µs", 0, false, "appendP99Micros"));
      case "idle" -> List.of(
          value("resident KiB a log", 1, false, "residentKiBPerLog"), value("heap KiB", 1, false, "heapKiBPerLog"),
          value("direct KiB", 1, false, "directKiBPerLog"), value("threads, all", 0, false, "threads"),
          value("descriptors", 1, false, "descriptorsPerLog"), value("disk KiB", 0, false, "diskKiBPerLog"),
          value("open and append ms", 2, false, "openMillisPerLog"));
      case "cold" -> List.of(FIRST);
      case "reopen-crashed" -> List.of(FIRST, value("log bytes", 0, false, "logBytes"));
      case "reopen" -> List.of(AGAIN, FIRST, value("log bytes", 0, false, "logBytes"));
      case "follow" -> followed(cell.substring(cell.indexOf('/') + 1));
      case "beside" -> List.of(RATE, P50, P99, P999, MAX, CPU, value("reads/s", 0, true, "readsPerSecond"));
      case "rotation" -> List.of(RATE, P50, P99, P999, MAX, value("rotations", 0, true, "rotations"));
      case "every", "every-async" -> List.of(RATE, P50, P99, P999, CPU, ALLOCATED);
      case "sustained" -> List.of(
          RATE, P50, P99, P999, MAX, CPU, value("device bytes per byte logged", 2, false, "deviceBytesPerByteLogged"),
          value("largest disk use, bytes", 0, false, "maxDiskBytes"), value("rotations", 0, true, "rotations"),
          value("segments used again", 0, true, "recycledSegments"));
      default -> List.of(RATE, P50, P99, P999, MAX, CPU, ALLOCATED, FLUSHES, DEVICE);
    };
  }

  private static List<Metric> followed(String how) {
    if (how.equals("quiet")) return List.of(FOLLOWER, FOLLOWER_PROCESS);
    // What is appended at a rate shows how far behind, and what is appended as fast as it can what it costs.
    if (how.startsWith("fast"))
      return List.of(RATE, P50, P99, MAX, CPU, LAG_P50, LAG_P99, LAG_MAX, LAG_OF_LAST, FOLLOWER, FOLLOWER_PROCESS);
    return List.of(LAG_P50, LAG_P99, LAG_MAX, LAG_OF_LAST, RATE, P50, P99, MAX, FOLLOWER, FOLLOWER_PROCESS);
  }

  private static Metric latency(String label, ToDoubleFunction<Measurement.Latency> of) {
    return new Metric(label, 1, false, found -> found.latency() == null ? Double.NaN : of.applyAsDouble(found.latency()));
  }

  private static Metric value(String label, int decimals, boolean higherIsBetter, String name) {
    return new Metric(label, decimals, higherIsBetter, found -> valueOf(found, name));
  }

  private static Metric perOperation(String label, String name) {
    return new Metric(label, 2, false, found -> valueOf(found, name) / found.operations());
  }

  private static double valueOf(Measurement found, String name) {
    return found.values() == null ? Double.NaN : found.values().getOrDefault(name, Double.NaN);
  }
}
