package dev.syncline.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.syncline.StorageFullException;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log's metrics as Prometheus scrapes them, and whether the dashboard and the alerts ask for those. */
class SynclineMetricsTest {
  private static final long PATIENCE_NANOS = 60_000_000_000L;
  private static final Pattern METRIC = Pattern.compile("\\bsyncline_[a-z_]+\\b");

  @TempDir
  Path temporary;

  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  private static void await(BooleanSupplier condition) {
    long beganNanos = System.nanoTime();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - beganNanos).as("nanoseconds waited").isLessThan(PATIENCE_NANOS);
      LockSupport.parkNanos(1_000_000);
    }
  }

  private boolean shows(String line) {
    return registry.scrape().lines().anyMatch(line::equals);
  }

  private WriteAheadLog log(WalOptions.Builder options) throws IOException {
    return SynclineMetrics.open(temporary.resolve("log"), options, registry, "orders", Tag.of("region", "north"));
  }

  @Test
  void aScrapeShowsWhatTheLogDid() throws IOException {
    try (WriteAheadLog log = log(WalOptions.builder())) {
      for (int i = 0; i < 5; i++) log.append(new byte[10]);
      log.checkpoint(3);
      await(() -> shows("syncline_commit_records_sum{log=\"orders\",region=\"north\"} 6.0"));
      String tags = "{log=\"orders\",region=\"north\"}";
      assertThat(registry.scrape().lines()).contains(
          "syncline_commit_duration_seconds_count" + tags + " 6",
          "syncline_commit_wait_seconds_count" + tags + " 6",
          "syncline_sequence_current" + tags + " 6.0",
          "syncline_sequence_durable" + tags + " 6.0",
          "syncline_sequence_checkpointed" + tags + " 3.0",
          "syncline_uncheckpointed_records" + tags + " 3.0",
          "syncline_segments" + tags + " 1.0",
          "syncline_failed" + tags + " 0.0",
          "syncline_stalls_total" + tags + " 0.0",
          "syncline_recovery_duration_seconds_count{log=\"orders\",phase=\"reading\",region=\"north\"} 1");
      assertThat(registry.scrape().lines()).anyMatch(line -> line.startsWith("syncline_commit_duration_seconds{log=\"orders\"")
          && line.contains("quantile=\"0.99\""));
      assertThat(registry.get("syncline.disk.usage").gauge().value()).isEqualTo(log.stats().diskBytes());
      assertThat(registry.get("syncline.commit.age").gauge().value()).isGreaterThanOrEqualTo(0);
    }
  }

  @Test
  void aConsumersLagIsShown() throws IOException {
    AtomicLong position = new AtomicLong();
    SynclineMetrics metrics = new SynclineMetrics(registry, "orders");
    try (WriteAheadLog log = WriteAheadLog.open(temporary.resolve("log"), WalOptions.builder().observer(metrics).build())) {
      metrics.watchConsumer(log, "mailer", position::get);
      for (int i = 0; i < 5; i++) log.append(new byte[10]);
      position.set(2);
      assertThat(registry.scrape().lines()).contains("syncline_consumer_lag_records{consumer=\"mailer\",log=\"orders\"} 3.0");
    }
  }

  @Test
  void aRefusalIsCountedWithItsReason() throws IOException {
    int segment = 16 << 10;
    try (WriteAheadLog log = log(WalOptions.builder().maxSegmentSize(segment).maxLogSize(2 * segment + (64 << 10)))) {
      assertThatThrownBy(() -> {
        for (int i = 0; i < 1000; i++) log.append(new byte[4000]);
      }).isInstanceOf(StorageFullException.class);
      await(() -> registry.scrape().contains("syncline_shortages_total{log=\"orders\",reason=\"storage\""));
    }
  }

  @Test
  void gaugesGoWithTheLogAndCountsStay() throws IOException {
    log(WalOptions.builder()).close();
    await(() -> !registry.scrape().contains("syncline_segments{"));
    assertThat(registry.scrape()).doesNotContain("syncline_commit_age_seconds{").contains("syncline_commit_duration_seconds_count{");
  }

  @Test
  void whatIsWatchedAfterItWasClosedLeavesNothing() throws IOException {
    SimpleMeterRegistry other = new SimpleMeterRegistry();
    SynclineMetrics metrics = new SynclineMetrics(other, "orders");
    WriteAheadLog log = WriteAheadLog.open(temporary.resolve("log"), WalOptions.builder().observer(metrics).build());
    log.close();
    await(() -> {
      metrics.watch(log);
      return other.find("syncline.segments").gauge() == null;
    });
  }

  @Test
  void theDashboardAsksForWhatThereIs() throws IOException {
    JsonNode dashboard = new ObjectMapper().readTree(Files.readString(Path.of("grafana/syncline.json")));
    Set<String> asked = new TreeSet<>();
    dashboard.findValuesAsText("expr").forEach(expression -> names(expression, asked));
    assertThat(asked).hasSizeGreaterThan(10);
    assertThat(scrapedNames()).containsAll(asked);
    assertThat(dashboard.get("panels")).allSatisfy(panel -> assertThat(panel.get("description").asText()).isNotEmpty());
  }

  @Test
  void theAlertsAskForWhatThereIsAndSayWhatToDo() throws IOException {
    String alerts = Files.readString(Path.of("alerts.yaml"));
    assertThat(scrapedNames()).containsAll(names(alerts, new TreeSet<>()));
    String page = Files.readString(Path.of("README.md"));
    Matcher alert = Pattern.compile("- alert: (\\w+)").matcher(alerts);
    int count = 0;
    while (alert.find()) {
      count++;
      assertThat(page).as("what to do about it").contains("**" + alert.group(1) + "**");
    }
    assertThat(count).isEqualTo(5);
  }

  @Test
  void thePageListsEveryMeter() throws IOException {
    SimpleMeterRegistry all = new SimpleMeterRegistry();
    SynclineMetrics metrics = new SynclineMetrics(all, "orders");
    try (WriteAheadLog log = WriteAheadLog.open(temporary.resolve("log"), WalOptions.builder().observer(metrics).build())) {
      everything(log, metrics);
      String page = Files.readString(Path.of("README.md"));
      // This registry keeps a timer's percentiles as meters of their own.
      all.getMeters().stream().map(meter -> meter.getId().getName()).filter(name -> !name.endsWith(".percentile"))
          .forEach(name -> assertThat(page).contains("`" + name + "`"));
    }
  }

  private static void everything(WriteAheadLog log, SynclineMetrics metrics) {
    metrics.watch(log);
    metrics.watchConsumer(log, "mailer", () -> 0);
    metrics.shortage(new StorageFullException("of the test"));
    metrics.recovering(dev.syncline.RecoveryPhase.READING, 1);
  }

  private Set<String> scrapedNames() throws IOException {
    SynclineMetrics metrics = new SynclineMetrics(registry, "orders");
    try (WriteAheadLog log = WriteAheadLog.open(temporary.resolve("scraped"), WalOptions.builder().observer(metrics).build())) {
      everything(log, metrics);
      return names(registry.scrape(), new TreeSet<>());
    }
  }

  private static Set<String> names(String text, Set<String> into) {
    Matcher matcher = METRIC.matcher(text);
    while (matcher.find()) into.add(matcher.group());
    return into;
  }
}
