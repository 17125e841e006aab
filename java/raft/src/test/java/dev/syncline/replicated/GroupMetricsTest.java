package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.replicated.metrics.GroupMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A group's metrics as Prometheus scrapes them, and whether the dashboard and the alerts ask for those. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupMetricsTest {
  private static final Pattern METRIC = Pattern.compile("\\bsyncline_group_[a-z_]+\\b");
  private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  @TempDir Path temporary;

  private double value(String metric, String address) {
    String line = metric + "{group=\"orders\",node=\"" + address + "\"} ";
    return registry.scrape().lines().filter(each -> each.startsWith(line))
        .mapToDouble(each -> Double.parseDouble(each.substring(line.length()))).findFirst()
        .orElseThrow(() -> new AssertionError("no " + line + " in\n" + registry.scrape()));
  }

  @Test
  void aScrapeShowsWhoLeadsWhatIsBehindAndWhatSnapshotsTook() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 3)) {
      for (ReplicatedLog each : cluster.running()) GroupMetrics.watch(each, registry, "orders");
      String leader = cluster.awaitLeader();
      cluster.node(leader).append(new byte[10]);
      cluster.node(leader).compact();
      for (String each : cluster.addresses()) cluster.node(each).barrier();
      assertThat(cluster.addresses().stream().mapToDouble(each -> value("syncline_group_leading", each)).sum()).isEqualTo(1);
      for (String each : cluster.addresses()) {
        assertThat(value("syncline_group_leader_known", each)).isEqualTo(1);
        assertThat(value("syncline_group_failed", each)).isZero();
        assertThat(value("syncline_group_leader_changes_total", each)).isPositive();
        assertThat(value("syncline_group_apply_lag_entries", each)).isZero();
        assertThat(value("syncline_group_clients_free_bytes", each)).isPositive();
      }
      assertThat(value("syncline_group_proposals_commands", leader)).isZero();
      assertThat(value("syncline_group_commit_lag_entries", leader)).isZero();
      assertThat(value("syncline_group_snapshot_duration_seconds_count", leader)).isEqualTo(1);
      double changes = value("syncline_group_leader_changes_total", leader);
      List<String> others = cluster.addresses().stream().filter(each -> !each.equals(leader)).toList();
      BooleanSupplier anotherLeads = () -> others.stream().anyMatch(each -> value("syncline_group_leading", each) > 0);
      BooleanSupplier isHeardOf = () -> value("syncline_group_leader_changes_total", leader) > changes;
      // Where votes are slow the old one may be elected again before it has heard of the other: that is no change.
      do {
        Network.isolate(leader);
        Cluster.await("another leader", anotherLeads);
        Network.reconnectAll();
        Cluster.await("the old one to hear of it, or to lead again", () -> isHeardOf.getAsBoolean()
            || !anotherLeads.getAsBoolean() && value("syncline_group_leading", leader) > 0);
      } while (!isHeardOf.getAsBoolean());
    }
  }

  @Test
  void metersGoWhenTheyAreClosed() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 1)) {
      GroupMetrics metrics = GroupMetrics.watch(cluster.leader(), registry, "orders");
      assertThat(registry.scrape()).contains("syncline_group_leading");
      metrics.close();
      assertThat(registry.scrape()).doesNotContain("syncline_group_");
    }
  }

  @Test
  void theDashboardTheAlertsAndThePageNameMetersThatAreScraped() throws IOException {
    try (Cluster cluster = Cluster.start(temporary, 1)) {
      GroupMetrics.watch(cluster.leader(), registry, "orders");
      Set<String> scraped = metrics(registry.scrape());
      for (String file : new String[] {"deploy/alerts.yaml", "deploy/dashboard.json"}) {
        Set<String> asked = metrics(Files.readString(Path.of(file)));
        assertThat(asked).as(file).isNotEmpty();
        assertThat(scraped).as(file).containsAll(asked);
      }
      String page = Files.readString(Path.of("OPERATIONS.md"));
      for (var meter : registry.getMeters()) assertThat(page).contains("`" + meter.getId().getName() + "`");
    }
  }

  private static Set<String> metrics(String text) {
    Set<String> found = new TreeSet<>();
    Matcher metric = METRIC.matcher(text);
    while (metric.find()) found.add(metric.group());
    return found;
  }
}
