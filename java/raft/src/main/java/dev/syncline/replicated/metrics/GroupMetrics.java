package dev.syncline.replicated.metrics;

import dev.syncline.replicated.ReplicatedLog;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.BaseUnits;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * The metrics of one node of a group. The tag {@code group} is the name that the group was given here, {@code node} the node's address.
 * What is scraped is asked of the node then, and of nobody else. Thread safe; OPERATIONS.md lists the meters.
 */
public final class GroupMetrics implements Closeable {
  private static final List<String> LEADERS = List.of("leader");
  private final MeterRegistry registry;
  private final Tags tags;
  private final ReplicatedLog node;
  private final List<Meter> meters = new ArrayList<>();

  private GroupMetrics(ReplicatedLog node, MeterRegistry registry, String group, Tag... more) {
    this.registry = registry;
    this.node = node;
    this.tags = Tags.of("group", group, "node", details(node).getOrDefault("address", "")).and(more);
  }

  /** Adds a node's meters to a registry. Who closes the node closes these. */
  public static GroupMetrics watch(ReplicatedLog node, MeterRegistry registry, String group, Tag... more) {
    GroupMetrics metrics = new GroupMetrics(node, registry, group, more);
    metrics.add();
    return metrics;
  }

  private void add() {
    gauge("syncline.group.leading", "1 if this node leads", null, its -> LEADERS.contains(details(its).get("role")) ? 1 : 0);
    gauge("syncline.group.leader.known", "1 if this node knows of a leader", null, its -> its.leader().isPresent() ? 1 : 0);
    gauge("syncline.group.failed", "1 if this node has stopped for good, or was removed", null, its -> its.failure().isPresent() ? 1 : 0);
    gauge("syncline.group.commit.lag", "Entries in this node's log that it does not know to be committed", "entries",
        its -> between(its, "committedIndex", "lastIndex"));
    gauge("syncline.group.apply.lag", "Committed entries that this node has not applied", "entries",
        its -> between(its, "appliedIndex", "committedIndex"));
    gauge("syncline.group.proposals", "Commands that somebody on this node waits for", "commands", its -> number(its, "proposals"));
    gauge("syncline.group.connections", "Connections that others have opened to this node", "connections",
        its -> number(its, "connections"));
    gauge("syncline.group.clients.free", "What is left of the memory that clients may take together", BaseUnits.BYTES,
        its -> number(its, "clientBytesFree"));
    counter("syncline.group.leader.changes", "How often this node has come to know of another leader", "changes", "leaderChanges");
    counter("syncline.group.committed", "Entries of the group's log that this node knows to be committed", null, "committedIndex");
    counter("syncline.group.refusals", "Connections and requests that were refused", "refusals", "refusals");
    meters.add(FunctionTimer.builder("syncline.group.snapshot.duration", node, its -> (long) number(its, "snapshots"),
            its -> number(its, "snapshotMillis"), TimeUnit.MILLISECONDS)
        .description("How long the node took to save its state").tags(tags).register(registry));
  }

  private void gauge(String name, String description, String unit, ToDoubleFunction<ReplicatedLog> value) {
    meters.add(
        Gauge.builder(name, node, value).description(description).baseUnit(unit).tags(tags).strongReference(true).register(registry));
  }

  private void counter(String name, String description, String unit, String detail) {
    meters.add(FunctionCounter.builder(name, node, its -> number(its, detail)).description(description).baseUnit(unit).tags(tags)
        .register(registry));
  }

  private static Map<String, String> details(ReplicatedLog node) {
    return node.administration().map(each -> each.details()).orElse(Map.of());
  }

  private static double number(ReplicatedLog node, String name) {
    return number(details(node), name);
  }

  private static double number(Map<String, String> details, String name) {
    return Long.parseLong(details.getOrDefault(name, "0"));
  }

  private static double between(ReplicatedLog node, String lower, String upper) {
    Map<String, String> details = details(node);
    return Math.max(0, number(details, upper) - number(details, lower));
  }

  /** Takes the meters out of the registry. */
  @Override
  public void close() {
    meters.forEach(registry::remove);
    meters.clear();
  }
}
