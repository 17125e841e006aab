package dev.syncline.bench.report;

import dev.syncline.bench.cell.Measurement;
import java.util.function.ToDoubleFunction;

/** Numbers of a measurement. What it does not have is NaN. */
final class Metrics {
  static final ToDoubleFunction<Measurement> RATE = found -> found.operations() / found.seconds();
  static final ToDoubleFunction<Measurement> P50 = found -> found.latency() == null ? Double.NaN : found.latency().p50();
  static final ToDoubleFunction<Measurement> P99 = found -> found.latency() == null ? Double.NaN : found.latency().p99();
  static final ToDoubleFunction<Measurement> P999 = found -> found.latency() == null ? Double.NaN : found.latency().p999();
  static final ToDoubleFunction<Measurement> MAX = found -> found.latency() == null ? Double.NaN : found.latency().max();
  static final ToDoubleFunction<Measurement> CPU_MICROS = found -> found.cpuSeconds() * 1e6 / found.operations();

  private Metrics() {}

  static ToDoubleFunction<Measurement> value(String name) {
    return found -> found.values() == null ? Double.NaN : found.values().getOrDefault(name, Double.NaN);
  }
}
