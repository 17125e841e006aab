package dev.syncline.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The targets that the log was built for, each with what was measured. */
final class Targets {
  static final String OURS = "syncline-native";
  static final List<String> ARTEMIS = List.of("artemis-nio", "artemis-aio", "artemis-mapped");
  static final List<String> PEERS =
      List.of("artemis-nio", "artemis-aio", "artemis-mapped", "rocksdb", "sqlite", "bookkeeper", "chronicle", "h2-mvstore");

  private final Measured measured;
  private final List<Target> targets = new ArrayList<>();

  private Targets(Measured measured) {
    this.measured = measured;
  }

  static List<Target> of(Measured measured) {
    Targets all = new Targets(measured);
    all.appends();
    all.batches();
    all.reading();
    all.costs();
    return all.targets;
  }

  private void appends() {
    for (String size : List.of("256", "4096", "65536")) {
      String cell = "append/1x" + size;
      atMost("1 thread, " + size + " B, p50 against the C floor", 1.05, ratio(cell, Metric.P50, "c-floor"), "c-floor");
      atMost("1 thread, " + size + " B, p99 against the C floor", 1.25, ratio(cell, Metric.P99, "c-floor"), "c-floor");
    }
    againstBestPeer("1 thread, 256 B, ops/s against the best peer", "append/1x256", 1.2);
    atLeast("8 threads, 256 B, ops/s against the C group commit", 0.9, ratio("append/8x256", Metric.RATE, "c-group"), "c-group");
    againstBestPeer("8 threads, 256 B, ops/s against the best peer", "append/8x256", 1.25);
    atLeast("64 threads, 256 B, ops/s against the C group commit", 0.8, ratio("append/64x256", Metric.RATE, "c-group"), "c-group");
    againstBestPeer("64 threads, 256 B, ops/s against the best peer", "append/64x256", 2.5);
    Optional<Statistics> storages =
        Measured.ratio(measured.byRound("append/1x256", "syncline-direct", Metric.P50), measured.byRound("append/1x256", OURS, Metric.P50));
    atMost("portable-direct against native, 1 thread, 256 B, p50", 1.15, storages, "");
    Optional<Statistics> rotation =
        Measured.ratio(measured.byRound("rotation/second", OURS, Metric.P999), measured.byRound("rotation/none", OURS, Metric.P999));
    atMost("p99.9 with a rotation every second against none", 1.3, rotation, "");
  }

  private void batches() {
    Map<Integer, Double> manual = measured.byRound("every/100x256", OURS, Metric.RATE);
    Map<Integer, Double> async = measured.byRound("every-async/100x256", OURS, Metric.RATE);
    Map<Integer, Double> ours = new TreeMap<>(manual);
    async.forEach((round, value) -> ours.merge(round, value, Math::max));
    String remark = "the better of MANUAL and appendAsync";
    Map<Integer, Double> peers = measured.bestByRound("every/100x256", PEERS, Metric.RATE);
    String both = bestPeer("every/100x256") + "; " + remark;
    atLeast("1 thread, sync every 100 × 256 B, against the best peer", 3, Measured.ratio(ours, peers), both);
    Map<Integer, Double> byHand = measured.byRound("every/100x256", "channel", Metric.RATE);
    atLeast("1 thread, sync every 100 × 256 B, against FileChannel by hand", 1.2, Measured.ratio(ours, byHand), remark);
    atLeast("bulk, 64 KiB, MANUAL, against sequential O_DIRECT", 0.9, ratio("bulk/65536", Metric.MEGABYTES, "c-bandwidth"), "c-bandwidth");
  }

  private void reading() {
    String cell = "replay/every-100";
    for (Metric metric : List.of(Metric.COLD, Metric.WARM)) {
      String how = metric == Metric.COLD ? ", cold" : ", warm";
      Map<Integer, Double> ours = measured.byRound(cell, OURS, metric);
      atLeast("replay" + how + ", against Artemis", 5, Measured.ratio(ours, measured.bestByRound(cell, ARTEMIS, metric)), "its best type");
      atLeast("replay" + how + ", against RocksDB", 5, ratio(cell, metric, "rocksdb"), "");
      atLeast("replay" + how + ", against SQLite", 5, ratio(cell, metric, "sqlite"), "");
      atLeast("replay" + how + ", against a length + CRC32C loop", 0.9, ratio(cell, metric, "channel"), "channel");
    }
    Optional<Statistics> reads = measured.of("read/1", OURS, Metric.READS);
    targets.add(Target.atLeast("read(sequence) at random, reads/s and thread", 500_000, 0, reads, ""));
    Map<Integer, Double> alone = measured.byRound("read/1", OURS, Metric.RATE);
    atLeast("… two threads against one", 1.8, Measured.ratio(measured.byRound("read/2", OURS, Metric.RATE), alone), "both threads' reads");
    atLeast(
        "… beside a running append against none", 0.9, Measured.ratio(measured.byRound("read/1-beside-append", OURS, Metric.RATE), alone),
        "one thread");
    for (Metric metric : List.of(Metric.FIRST, Metric.AGAIN)) {
      Optional<Statistics> ratio =
          Measured.ratio(measured.byRound("reopen/large", OURS, metric), measured.byRound("reopen/64MB", OURS, metric));
      String how = metric == Metric.FIRST ? "first time in a process, nothing cached" : "again in the same process";
      atMost("open and append, large log against 64 MB", 1.5, ratio, how);
    }
  }

  private void costs() {
    Optional<Statistics> alone = measured.of("put/1x256", OURS, Metric.ALLOCATED);
    targets.add(Target.atMost("bytes allocated per put, alone", 0.5, 1, alone, "the target is 0; half a byte is what the counter blurs"));
    for (int threads : new int[] {8, 64}) {
      Optional<Statistics> contended = measured.of("put/" + threads + "x256", OURS, Metric.ALLOCATED);
      targets.add(Target.atMost("bytes allocated per put, " + threads + " threads", 64, 1, contended, ""));
    }
    targets.add(
        Target.atMost("bytes allocated per record replayed through views", 0.5, 1,
            measured.of("replay/every-100", OURS, Metric.ALLOCATED_RECORD), "the target is 0; opening the cursor is in it"));
    targets.add(
        Target.atMost("processor µs per append, 64 threads", 10, 1, measured.of("append/64x256", OURS, Metric.CPU), "user and system"));
  }

  private void againstBestPeer(String what, String cell, double limit) {
    Map<Integer, Double> peers = measured.bestByRound(cell, PEERS, Metric.RATE);
    atLeast(what, limit, Measured.ratio(measured.byRound(cell, OURS, Metric.RATE), peers), bestPeer(cell));
  }

  private String bestPeer(String cell) {
    return measured.best(cell, PEERS, Metric.RATE).orElse("no peer");
  }

  private Optional<Statistics> ratio(String cell, Metric metric, String other) {
    return Measured.ratio(measured.byRound(cell, OURS, metric), measured.byRound(cell, other, metric));
  }

  private void atMost(String what, double limit, Optional<Statistics> ratio, String remark) {
    targets.add(Target.atMost(what, limit, 2, ratio, remark));
  }

  private void atLeast(String what, double limit, Optional<Statistics> ratio, String remark) {
    targets.add(Target.atLeast(what, limit, 2, ratio, remark));
  }
}
