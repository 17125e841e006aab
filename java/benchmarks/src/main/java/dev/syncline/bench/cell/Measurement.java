package dev.syncline.bench.cell;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * What one run of a cell came to. Numbers that only some cells have are in {@code values}, with their units in their names.
 *
 * @param operations appends, reads or chunks that counted
 * @param cpuSeconds that the process spent meanwhile, on both sides of system calls
 * @param latency of one operation, or of all up to a sync; null if there is none
 * @param series one sample a second, for runs that take long; null for others
 * @param description how the contender stored it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Measurement(
    long operations,
    int recordBytes,
    double seconds,
    double cpuSeconds,
    Latency latency,
    Map<String, Double> values,
    List<Sample> series,
    String description) {

  /**
   * Microseconds.
   *
   * @param curve pairs of percentile and microseconds
   */
  public record Latency(double p50, double p99, double p999, double max, List<double[]> curve) {}

  /** One second of a long run; {@code deviceBytes} since its beginning. */
  public record Sample(
      double atSeconds,
      long operations,
      double p50,
      double p99,
      double p999,
      double max,
      long diskBytes,
      long deviceBytes,
      long rotations) {}
}
