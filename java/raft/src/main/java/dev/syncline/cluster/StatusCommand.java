package dev.syncline.cluster;

import dev.syncline.replicated.GroupClient;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code syncline cluster status}. */
@Command(
    name = "status",
    description = {
      "Shows every node of a group: its role and term, the last, committed and applied entry of the group's log, how far it is "
          + "behind the leader (in entries), its highest sequence, and the room on its disk.",
      "The exit code is 1 if a voter does not answer or nobody leads."
    })
final class StatusCommand extends GroupCommand {
  private static final List<String> COLUMNS = List.of("address", "role", "term", "lastIndex", "committedIndex", "appliedIndex", "lag",
      "appliedSequence", "sinceSnapshotBytes", "freeBytes");

  @Override
  public Integer call() throws IOException {
    Map<String, Map<String, String>> all;
    try (GroupClient operator = operator()) {
      all = new LinkedHashMap<>(operator.details());
    }
    long committed = all.values().stream().filter(each -> "leader".equals(each.get("role")))
        .mapToLong(each -> Long.parseLong(each.getOrDefault("committedIndex", "0"))).max().orElse(-1);
    all.replaceAll((address, details) -> withLag(details, committed));
    if (!json) out().printf(Locale.ROOT, "%-22s %-9s %6s %10s %10s %10s %6s %10s %12s %14s%n", "node", "role", "term", "last", "committed",
        "applied", "lag", "sequence", "since snap.", "free bytes");
    for (Map<String, String> each : all.values()) print(each, line(each));
    return committed < 0 || isOneSilent(all) ? SynclineCluster.PROBLEM : SynclineCluster.OK;
  }

  private static boolean isOneSilent(Map<String, Map<String, String>> all) {
    String voters = all.values().stream()
        .map(each -> each.getOrDefault("voters", "")).filter(each -> !each.isEmpty()).findFirst().orElse("");
    return List.of(voters.split(",")).stream()
        .anyMatch(voter -> all.getOrDefault(voter, Map.of("error", "")).containsKey("error"));
  }

  private static Map<String, String> withLag(Map<String, String> details, long committed) {
    if (committed < 0 || !details.containsKey("appliedIndex")) return details;
    Map<String, String> more = new LinkedHashMap<>(details);
    more.put("lag", Long.toString(Math.max(0, committed - Long.parseLong(details.get("appliedIndex")))));
    return more;
  }

  private static String line(Map<String, String> node) {
    if (node.containsKey("error")) return String.format(Locale.ROOT, "%-22s does not answer: %s", node.get("address"), node.get("error"));
    Object[] values = COLUMNS.stream().map(column -> node.getOrDefault(column, "-")).toArray();
    return String.format(Locale.ROOT, "%-22s %-9s %6s %10s %10s %10s %6s %10s %12s %14s", values);
  }
}
