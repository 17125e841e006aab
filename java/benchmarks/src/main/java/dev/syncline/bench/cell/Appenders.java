package dev.syncline.bench.cell;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/** Threads that do one thing over and over: first to warm up, then counted, until they are stopped. */
final class Appenders {
  /** What is done. */
  interface Action {
    void run(byte[] record) throws Exception;
  }

  private enum Phase {
    WARMING,
    MEASURING,
    STOPPED
  }

  private final Action action;
  private final List<Worker> workers = new ArrayList<>();
  private volatile Phase phase = Phase.WARMING;
  private volatile Throwable failure;

  Appenders(int threads, int recordBytes, Action action) {
    this.action = action;
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < threads; i++) workers.add(new Worker(randomRecord(random, recordBytes), i));
  }

  /** Bytes that no compression makes smaller, and a first byte that is not zero. */
  static byte[] randomRecord(SplittableRandom random, int recordBytes) {
    byte[] record = new byte[recordBytes];
    random.nextBytes(record);
    record[0] |= 1;
    return record;
  }

  void start() {
    for (Worker worker : workers) worker.start();
  }

  void measure() throws Exception {
    throwIfFailed();
    phase = Phase.MEASURING;
  }

  void stop() throws Exception {
    phase = Phase.STOPPED;
    for (Worker worker : workers) worker.join();
    throwIfFailed();
  }

  void throwIfFailed() throws Exception {
    if (failure != null) throw new Exception("a thread that appends failed", failure);
  }

  /** All threads' latencies; after {@link #stop}. */
  Histogram histogram() {
    Histogram all = Latencies.histogram();
    for (Worker worker : workers) {
      worker.recorder.getIntervalHistogramInto(worker.interval);
      worker.earlier.add(worker.interval);
      all.add(worker.earlier);
    }
    return all;
  }

  /** All threads' latencies since the last call, while they run. */
  Histogram interval() {
    Histogram all = Latencies.histogram();
    for (Worker worker : workers) {
      worker.recorder.getIntervalHistogramInto(worker.interval);
      worker.earlier.add(worker.interval);
      all.add(worker.interval);
    }
    return all;
  }

  /** Bytes that the threads allocated while it counted. */
  long allocatedBytes() {
    return workers.stream().mapToLong(worker -> worker.allocatedBytes).sum();
  }

  private final class Worker extends Thread {
    final Recorder recorder = Latencies.recorder();
    final Histogram interval = Latencies.histogram();

    /** What was taken from the recorder before. */
    final Histogram earlier = Latencies.histogram();

    private final byte[] record;
    long allocatedBytes;

    Worker(byte[] record, int number) {
      super("append-" + number);
      this.record = record;
      setDaemon(true);
    }

    @Override
    public void run() {
      try {
        while (phase == Phase.WARMING) action.run(record);
        long before = Usage.allocatedBytes();
        measureAppends();
        allocatedBytes = Usage.allocatedBytes() - before;
      } catch (Throwable e) {
        failure = e;
      }
    }

    private void measureAppends() throws Exception {
      long beganNanos = System.nanoTime();
      while (true) {
        action.run(record);
        long nowNanos = System.nanoTime();
        // What ends after the end does not count.
        if (phase != Phase.MEASURING) return;
        Latencies.record(recorder, nowNanos - beganNanos);
        beganNanos = nowNanos;
      }
    }
  }
}
