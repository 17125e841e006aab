package dev.syncline.bench.cell;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Histograms in nanoseconds, and what is told of them. */
final class Latencies {
  /** The C program prints the same points. */
  private static final double[] CURVE = {0, 10, 25, 50, 75, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.98, 99.99, 99.999, 100};

  private static final long HIGHEST_NANOS = TimeUnit.MINUTES.toNanos(2);

  private Latencies() {}

  static Histogram histogram() {
    return new Histogram(HIGHEST_NANOS, 3);
  }

  /** One that another thread may take intervals from. */
  static Recorder recorder() {
    return new Recorder(HIGHEST_NANOS, 3);
  }

  static void record(Recorder recorder, long nanos) {
    recorder.recordValue(Math.min(nanos, HIGHEST_NANOS));
  }

  static void record(Histogram histogram, long nanos) {
    histogram.recordValue(Math.min(nanos, HIGHEST_NANOS));
  }

  static Measurement.Latency summary(Histogram histogram) {
    List<double[]> curve = new ArrayList<>();
    for (double percentile : CURVE) curve.add(new double[] {percentile, micros(histogram, percentile)});
    return new Measurement.Latency(
        micros(histogram, 50), micros(histogram, 99), micros(histogram, 99.9), histogram.getMaxValue() / 1e3, curve);
  }

  static double micros(Histogram histogram, double percentile) {
    return histogram.getValueAtPercentile(percentile) / 1e3;
  }
}
