package dev.syncline.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.bench.cell.Measurement;
import dev.syncline.bench.run.Outcome;
import dev.syncline.bench.run.Results;
import dev.syncline.bench.run.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
  private static Run run(int round, String contender, double opsPerSecond, double p50) {
    Measurement.Latency latency =
        new Measurement.Latency(p50, 2 * p50, 3 * p50, 4 * p50, List.of(new double[] {50, p50}, new double[] {99, 2 * p50}));
    Measurement found = new Measurement((long) opsPerSecond, 256, 1, 0.1, latency, Map.of(), null, "");
    return new Run(round, "append/1x256", contender, Outcome.measured(found));
  }

  private static Results results() {
    Results results = Results.none(Map.of("machine", "</script> is only text"));
    results.runs().add(run(1, "syncline-native", 9000, 100));
    results.runs().add(run(1, "c-floor", 10000, 100));
    results.runs().add(run(1, "sqlite", 5000, 200));
    results.runs().add(run(2, "syncline-native", 4500, 200));
    results.runs().add(run(2, "c-floor", 5000, 160));
    results.runs().add(run(2, "sqlite", 4000, 250));
    results.runs().add(new Run(1, "append/1x256", "rocksdb", Outcome.skipped("no library")));
    return results;
  }

  @Test
  void ratiosAreTakenWithinARound() {
    Measured measured = new Measured(results());
    Statistics ratio =
        Measured.ratio(
                measured.byRound("append/1x256", "syncline-native", Metric.P50), measured.byRound("append/1x256", "c-floor", Metric.P50))
            .orElseThrow();
    assertThat(ratio.low()).isEqualTo(1.0);
    assertThat(ratio.high()).isEqualTo(1.25);
    assertThat(ratio.median()).isEqualTo(1.125);
  }

  @Test
  void theBestPeerIsTheBestOfEachRound() {
    Measured measured = new Measured(results());
    Map<Integer, Double> best = measured.bestByRound("append/1x256", Targets.PEERS, Metric.RATE);
    assertThat(best).containsExactly(Map.entry(1, 5000.0), Map.entry(2, 4000.0));
    assertThat(measured.best("append/1x256", Targets.PEERS, Metric.RATE)).contains("sqlite");
  }

  @Test
  void twoBuildsStandSideBySideWithTheirRatioWithinARound() {
    Results results = results();
    assertThat(Markdown.of(View.of(results))).doesNotContain("### In turns");
    results.runs().add(run(1, "syncline-native@before", 6000, 200));
    results.runs().add(run(2, "syncline-native@before", 2500, 200));
    assertThat(Markdown.of(View.of(results)))
        .contains("| append/1x256: syncline-native against syncline-native@before | ops/s | more | 6,750 | 4,250 | 1.65 [1.50–1.80] |")
        .contains("| append/1x256: syncline-native against syncline-native@before | p50 µs | less | 150.0 | 200.0 | 0.75 [0.50–1.00] |");
  }

  @Test
  void aLogThatIsFollowedIsComparedWithOneThatIsNot() {
    Results results = Results.none(Map.of());
    for (String cell : List.of("follow/fast-0", "follow/fast-4")) {
      Measurement found = new Measurement(cell.endsWith("4") ? 500 : 1000, 256, 1, 0.1, null, Map.of(), null, "");
      results.runs().add(new Run(1, cell, "syncline-native", Outcome.measured(found)));
    }
    assertThat(Markdown.of(View.of(results))).contains("| syncline-native: follow/fast-4 against follow/fast-0 | ops/s | more | 500 |");
  }

  @Test
  void whatWasSkippedIsShownWithItsReason() {
    assertThat(Markdown.of(View.of(results()))).contains("Not rocksdb: no library").contains("| c-floor |");
  }

  @Test
  void resultsComeBackFromTheirFileAsTheyWere(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("results.json");
    results().write(file);
    assertThat(Markdown.of(View.of(Results.read(file)))).isEqualTo(Markdown.of(View.of(results())));
  }

  @Test
  void tablesGoBetweenTheMarksOfADocumentAndTheRestStays(@TempDir Path directory) throws IOException {
    Path document = directory.resolve("BENCHMARKS.md");
    Files.writeString(document, "before\n<!-- tables: begin -->\nof yesterday\n<!-- tables: end -->\nafter\n");
    Report.writeInto(document, results());
    Report.writeInto(document, results());
    assertThat(Files.readString(document))
        .startsWith("before\n<!-- tables: begin -->\n\n### Conditions")
        .endsWith("<!-- tables: end -->\nafter\n")
        .doesNotContain("of yesterday")
        .containsOnlyOnce("### Targets");
  }

  @Test
  void thePageIsOneFileThatAsksTheNetworkForNothing(@TempDir Path directory) throws IOException {
    Report.write(results(), directory);
    String page = Files.readString(directory.resolve("report.html"));
    assertThat(page).contains("syncline-native").doesNotContain("</script> is only text").doesNotContain("/*DATA*/");
    assertThat(page).doesNotContainPattern("(src|href)\\s*=\\s*\"https?:").doesNotContainPattern("<link\\b");
  }
}
