package dev.syncline.replicated.jraft;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Who has joined the group under which incarnation: what a node's directory was named when it was made. Part of the replicated state, so
 * every node knows it. A node whose directory is new has forgotten what it acknowledged and whom it voted for; its address does not show
 * that, its incarnation does. Immutable.
 */
final class Members {
  static final Members NONE = new Members(0, Map.of(), Map.of(), Set.of());

  /** Incarnations that are gone; the oldest are forgotten. */
  private static final int GONE_MAX = 1024;

  /** How many changes led here: what was known later has more. */
  private final long changes;

  private final Map<String, UUID> admitted;

  /** Taken out of the group because they had lost their directory, and to be put in again as what they were. */
  private final Map<String, String> returning;

  private final Set<UUID> gone;

  private Members(long changes, Map<String, UUID> admitted, Map<String, String> returning, Set<UUID> gone) {
    this.changes = changes;
    this.admitted = admitted;
    this.returning = returning;
    this.gone = gone;
  }

  /** Whether these were known before the others. */
  boolean isBefore(Members others) {
    return changes < others.changes;
  }

  boolean isEmpty() {
    return admitted.isEmpty();
  }

  /** Of everybody who is in. */
  Set<String> addresses() {
    return admitted.keySet();
  }

  Optional<UUID> incarnation(String address) {
    return Optional.ofNullable(admitted.get(address));
  }

  boolean isGone(UUID incarnation) {
    return gone.contains(incarnation);
  }

  /** Addresses of nodes to be put in again, with {@link MemberRole} as a text. */
  Map<String, String> returning() {
    return returning;
  }

  static String admit(String address, UUID incarnation) {
    return "admit " + address + " " + incarnation;
  }

  static String remove(String address) {
    return "remove " + address;
  }

  static String returning(String address, String role) {
    return "returning " + address + " " + role;
  }

  static String returned(String address) {
    return "returned " + address;
  }

  /**
   * What these are after a change. The same on every node; doing it again changes nothing.
   *
   * @throws IllegalArgumentException if a line is not understood
   */
  Members after(List<String> lines) {
    return after(changes + 1, lines);
  }

  private Members after(long number, List<String> lines) {
    Map<String, UUID> nowAdmitted = new TreeMap<>(admitted);
    Map<String, String> nowReturning = new TreeMap<>(returning);
    LinkedHashSet<UUID> nowGone = new LinkedHashSet<>(gone);
    for (String line : lines) {
      String[] words = line.split(" ");
      switch (words.length < 2 ? "" : words[0]) {
        case "admit" -> {
          UUID fresh = UUID.fromString(words[2]);
          UUID old = nowAdmitted.put(words[1], fresh);
          if (old != null && !old.equals(fresh)) nowGone.add(old);
          nowGone.remove(fresh);
        }
        case "remove" -> {
          UUID old = nowAdmitted.remove(words[1]);
          if (old != null) nowGone.add(old);
          nowReturning.remove(words[1]);
        }
        case "gone" -> nowGone.add(UUID.fromString(words[1]));
        case "returning" -> nowReturning.put(words[1], words[2]);
        case "returned" -> nowReturning.remove(words[1]);
        default -> throw new IllegalArgumentException("expected a change of the group's members, found \"" + line + "\"");
      }
    }
    while (nowGone.size() > GONE_MAX) nowGone.remove(nowGone.iterator().next());
    return new Members(number, Map.copyOf(nowAdmitted), Map.copyOf(nowReturning), nowGone);
  }

  /** These as lines, for {@link #parse}. */
  List<String> lines() {
    List<String> lines = new ArrayList<>(List.of("changes " + changes));
    gone.forEach(each -> lines.add("gone " + each));
    lines.addAll(admissions());
    new TreeMap<>(returning).forEach((address, role) -> lines.add(returning(address, role)));
    return lines;
  }

  /** The change that admits everybody who is in. */
  List<String> admissions() {
    return new TreeMap<>(admitted).entrySet().stream().map(each -> admit(each.getKey(), each.getValue())).toList();
  }

  /** @throws IllegalArgumentException if {@link #lines} has not made these */
  static Members parse(List<String> lines) {
    if (lines.isEmpty()) return NONE;
    if (!lines.get(0).matches("changes \\d+"))
      throw new IllegalArgumentException("expected the number of changes of the group's members, found \"" + lines.get(0) + "\"");
    return NONE.after(Long.parseLong(lines.get(0).substring("changes ".length())), lines.subList(1, lines.size()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Members its && its.lines().equals(lines());
  }

  @Override
  public int hashCode() {
    return lines().hashCode();
  }
}
