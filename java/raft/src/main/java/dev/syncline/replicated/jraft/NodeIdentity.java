package dev.syncline.replicated.jraft;

import dev.syncline.replicated.net.Hello;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Who a node is: the name its directory got when it was made, the group it belongs to, and who else does. In {@code DIR/identity}. A node
 * has no vote, no log and nothing to say to others before the file says which group it is in.
 *
 * @param address where the node is reached; a copy of its directory is not another node
 * @param incarnation of the directory; a directory that is made again has another one
 * @param group {@link Hello#NONE} as long as it belongs to none
 * @param founders the nodes that founded the group, if this is one of them; JRaft's configuration until its log has one
 * @param members as this node knew them last
 * @param began whether this node has had a log and a vote: from then on they must be there
 * @param removed whether the group has removed this node
 */
record NodeIdentity(
    String address, UUID incarnation, UUID group, List<String> founders, Members members, boolean began, boolean removed) {
  /** What a node keeps besides its identity, once it has begun. */
  static final List<String> PARTS = List.of("raft/log", "raft/meta");

  static final String ADVICE = "Delete the node's directory and start it with --join: it is sent everything"
      + " (see \"If a node's disk is damaged\" in REPLICATION.md)";
  private static final String FILE = "identity";
  private static final String VERSION = "syncline-node 1";

  /** A node that belongs to no group. */
  static NodeIdentity fresh(String address) {
    return new NodeIdentity(address, UUID.randomUUID(), Hello.NONE, List.of(), Members.NONE, false, false);
  }

  boolean belongsToNone() {
    return group.equals(Hello.NONE);
  }

  /** The identity is durable when this returns. */
  NodeIdentity in(UUID itsGroup, List<String> itsFounders, Members itsMembers) {
    return new NodeIdentity(address, incarnation, itsGroup, itsFounders, itsMembers, began, removed);
  }

  NodeIdentity knowing(Members itsMembers) {
    return new NodeIdentity(address, incarnation, group, founders, itsMembers, began, removed);
  }

  NodeIdentity begun() {
    return new NodeIdentity(address, incarnation, group, founders, members, true, removed);
  }

  NodeIdentity out() {
    return new NodeIdentity(address, incarnation, group, founders, members, began, true);
  }

  /** What is told of a group to those that are not in it: enough to tell it from others, not enough to speak as one of its nodes. */
  static UUID publicName(UUID group) {
    return group.equals(Hello.NONE) ? group : UUID.nameUUIDFromBytes(("syncline group " + group).getBytes());
  }

  UUID publicName() {
    return publicName(group);
  }

  void write(Path directory) throws IOException {
    List<String> lines = new ArrayList<>(List.of(VERSION, "address " + address, "incarnation " + incarnation));
    if (!belongsToNone()) lines.add("group " + group);
    for (String each : founders) lines.add("founder " + each);
    if (began) lines.add("began");
    if (removed) lines.add("removed");
    lines.addAll(members.lines());
    SealedText.write(directory.resolve(FILE), lines);
  }

  /** The identity in a directory; empty if it has none yet. */
  static Optional<NodeIdentity> read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    Optional<List<String>> lines = SealedText.read(file, ADVICE);
    if (lines.isEmpty()) {
      if (Files.exists(directory.resolve("raft")))
        throw new IOException(directory + ": expected a file \"identity\" beside \"raft\", found none: it was lost, or an older"
            + " release made the directory. " + ADVICE);
      return Optional.empty();
    }
    try {
      NodeIdentity found = parse(lines.get());
      if (found.began) requireAll(directory);
      return Optional.of(found);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /** A node that has lost a part of what it had must not go on with the rest. */
  private static void requireAll(Path directory) throws IOException {
    for (String part : PARTS)
      if (!Files.isDirectory(directory.resolve(part)))
        throw new IOException(directory.resolve(part) + " is missing: this node has had it, and would go on without what it acknowledged or"
            + " voted. " + ADVICE);
  }

  private static NodeIdentity parse(List<String> lines) {
    if (!lines.get(0).equals(VERSION))
      throw new IllegalArgumentException("expected \"" + VERSION + "\", found \"" + lines.get(0) + "\": a newer release has written it");
    String address = "";
    UUID incarnation = null;
    UUID group = Hello.NONE;
    boolean began = false;
    boolean removed = false;
    List<String> founders = new ArrayList<>();
    List<String> members = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String value = line.substring(line.indexOf(' ') + 1);
      if (line.startsWith("address ")) address = value;
      else if (line.startsWith("incarnation ")) incarnation = UUID.fromString(value);
      else if (line.startsWith("group ")) group = UUID.fromString(value);
      else if (line.startsWith("founder ")) founders.add(value);
      else if (line.equals("began")) began = true;
      else if (line.equals("removed")) removed = true;
      else members.add(line);
    }
    if (incarnation == null) throw new IllegalArgumentException("expected an incarnation, found none");
    return new NodeIdentity(address, incarnation, group, List.copyOf(founders), Members.parse(members), began, removed);
  }

  /** A number for a list of addresses, whatever their order. */
  static long digest(List<String> addresses) {
    if (addresses.isEmpty()) return 0;
    UUID hash = UUID.nameUUIDFromBytes(String.join(",", addresses.stream().sorted().toList()).getBytes());
    return hash.getMostSignificantBits() | 1;
  }
}
