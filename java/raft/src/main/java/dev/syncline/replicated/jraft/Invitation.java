package dev.syncline.replicated.jraft;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What a node of a group tells one that belongs to none, and is to belong to it.
 *
 * @param founders as in {@link NodeIdentity}; none for a node that joins later
 */
record Invitation(UUID group, List<String> founders, Members members) {
  /** The request's type, and its answer's: an empty body, or why not. */
  static final byte TYPE = 64;
  static final byte ANSWER = 65;

  byte[] encode() {
    List<String> lines = new ArrayList<>(List.of(group.toString(), String.join(" ", founders)));
    lines.addAll(members.lines());
    return String.join("\n", lines).getBytes(StandardCharsets.UTF_8);
  }

  /** @throws IllegalArgumentException if it is none */
  static Invitation decode(byte[] bytes) {
    List<String> lines = List.of(new String(bytes, StandardCharsets.UTF_8).split("\n"));
    if (lines.size() < 3) throw new IllegalArgumentException("expected an invitation, found " + lines.size() + " lines");
    List<String> founders = lines.get(1).isEmpty() ? List.of() : List.of(lines.get(1).split(" "));
    return new Invitation(UUID.fromString(lines.get(0)), founders, Members.parse(lines.subList(2, lines.size())));
  }
}
