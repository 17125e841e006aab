package dev.syncline.replicated.jraft;

import dev.syncline.io.Storages;
import dev.syncline.replicated.NodeRemovedException;
import dev.syncline.replicated.net.Doorkeeper;
import dev.syncline.replicated.net.Hello;
import dev.syncline.replicated.net.RefusedException;
import dev.syncline.replicated.net.RefusedException.Reason;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * Which group this node belongs to, and with whom it talks therefore.
 *
 * <p>The group's name is known to its nodes alone: who says it may speak as one of them, unless the group has removed its incarnation.
 * A node that has lost its directory has lost the name too. It has a new incarnation, and is told the name only when the group has taken
 * the old one out of its configuration; so it neither votes nor counts before. Safe for many threads.
 */
final class Group implements Doorkeeper {
  private final Path directory;
  private final String address;

  /** With whom this node is to found a group, if it belongs to none; empty if it waits to be added to one. */
  private final List<String> founders;

  /** Changed under this object's lock, after it was written. */
  private volatile NodeIdentity identity;

  /** Set when another node of {@link #founders} belongs to a group: this one has lost its directory, and will not found another group. */
  private volatile boolean groupExists;

  private volatile NodeRemovedException removal;

  private Group(Path directory, String address, List<String> founders, NodeIdentity identity) {
    this.directory = directory;
    this.address = address;
    this.founders = founders;
    this.identity = identity;
  }

  /** The group of the node in a directory that exists. A node that is new gets its identity now. */
  static Group open(Path directory, String address, List<String> founders) throws IOException {
    Optional<NodeIdentity> known = NodeIdentity.read(directory);
    // Who belongs to no group has promised nothing yet: under another address it is a new node, and its first one was a mistake.
    NodeIdentity identity = known.filter(its -> its.address().equals(address) || !its.belongsToNone())
        .orElseGet(() -> NodeIdentity.fresh(address));
    if (!identity.address().equals(address))
      throw new IOException(directory + ": expected the directory of the node " + address + ", found that of " + identity.address()
          + ". A node that moves joins as a new one: start it with --join and an empty directory, and let it replace the other");
    if (!Optional.of(identity).equals(known)) identity.write(directory);
    if (identity.removed()) throw new NodeRemovedException(address, directory);
    return new Group(directory, address, List.copyOf(founders), identity);
  }

  String address() {
    return address;
  }

  NodeIdentity identity() {
    return identity;
  }

  List<String> founders() {
    return founders;
  }

  /** Whether it is this node that gives the new group its name: one of the founders does. */
  boolean isFounder() {
    return identity.belongsToNone() && !groupExists && !founders.isEmpty() && founders.stream().sorted().findFirst().get().equals(address);
  }

  boolean groupExists() {
    return groupExists;
  }

  /** Why this node has to end: the group has removed it. */
  Optional<NodeRemovedException> removal() {
    return Optional.ofNullable(removal);
  }

  // What changes the identity. It is durable when these return.

  synchronized void found(UUID name, Members members) throws IOException {
    write(identity.in(name, founders, members));
  }

  /**
   * Belongs to the group from now on; doing it again changes nothing.
   *
   * @throws RefusedException if this node belongs to another one, or is not the one that was meant
   */
  synchronized void accept(Invitation invitation, String from) throws IOException {
    if (identity.group().equals(invitation.group())) return;
    if (!identity.belongsToNone()) throw otherGroup(from);
    requireExpected(from);
    Optional<UUID> meant = invitation.members().incarnation(address);
    if (meant.isEmpty() || !meant.get().equals(identity.incarnation()))
      throw new RefusedException(Reason.FORGOTTEN, address + " has another directory than the one that was invited");
    write(identity.in(invitation.group(), invitation.founders(), invitation.members()));
  }

  /** What a node has to have that has begun is there before that is written down: the start may end in between. */
  synchronized void begin() throws IOException {
    if (identity.began()) return;
    for (String part : NodeIdentity.PARTS) Storages.createDirectory(directory.resolve(part));
    write(identity.begun());
  }

  /** A change of the members was applied; one that is applied again, after a start, is known already. */
  synchronized void know(Members members) throws IOException {
    if (!members.isBefore(identity.members()) && !members.equals(identity.members())) write(identity.knowing(members));
  }

  private void write(NodeIdentity next) throws IOException {
    next.write(directory);
    identity = next;
  }

  // With whom this node talks.

  @Override
  public boolean isFellow(Hello other) {
    NodeIdentity own = identity;
    return other.node() && !own.belongsToNone() && other.group().equals(own.group()) && !own.members().isGone(other.incarnation());
  }

  @Override
  public Hello self() {
    NodeIdentity own = identity;
    return new Hello(true, own.group(), address, own.incarnation(), own.belongsToNone() ? NodeIdentity.digest(founders) : 0);
  }

  @Override
  public Hello answer(Hello other) {
    NodeIdentity own = identity;
    if (own.belongsToNone()) return self();
    boolean fellow = isFellow(other);
    return new Hello(true, fellow ? own.group() : own.publicName(), address, fellow ? own.incarnation() : Hello.NONE, 0);
  }

  @Override
  public void admit(Hello other) throws RefusedException {
    NodeIdentity own = identity;
    if (!other.node()) {
      if (!other.belongsToNone() && !own.belongsToNone() && !other.group().equals(own.publicName()))
        throw new RefusedException(
            Reason.OTHER_GROUP, address + " belongs to the group " + own.publicName() + ", and not to " + other.group());
      return;
    }
    if (other.address().equals(address)) throw new RefusedException(Reason.INVALID, other.address() + " is this node's own address");
    if (own.belongsToNone()) {
      requireExpected(other.address());
      if (other.belongsToNone() && other.founders() != NodeIdentity.digest(founders)) throw otherFounders(other.address());
      return;
    }
    if (other.belongsToNone()) return;
    if (!other.group().equals(own.group())) throw otherGroup(other.address());
    if (own.members().isGone(other.incarnation()))
      throw new RefusedException(Reason.REMOVED, other.address() + " was removed from the group " + own.publicName());
  }

  /** A node that is to found a group listens to nobody else as long as there is none. */
  private void requireExpected(String from) throws RefusedException {
    if (!founders.isEmpty() && !groupExists && !founders.contains(from))
      throw new RefusedException(Reason.OTHER_GROUP, address + " was started to found a group of its own, with " + founders
          + "; start it with --join and an empty directory to add it to another one");
  }

  private RefusedException otherFounders(String other) {
    return new RefusedException(Reason.OTHER_GROUP, address + " was started "
        + (founders.isEmpty() ? "with --join" : "with the peers " + founders)
        + ", and " + other + " with others: start all with the same ones");
  }

  private RefusedException otherGroup(String other) {
    return new RefusedException(Reason.OTHER_GROUP, address + " belongs to the group " + identity.publicName() + ", and " + other
        + " to another one. Nothing is exchanged between groups; to move a node delete its directory and start it with --join");
  }

  @Override
  public void met(String to, Hello other) throws RefusedException {
    NodeIdentity own = identity;
    if (!other.node() || !other.address().equals(to))
      throw new RefusedException(Reason.INVALID, "expected the node " + to + " there, found "
          + (other.node() ? "the node " + other.address() : "none"));
    if (own.belongsToNone()) {
      if (!other.belongsToNone()) groupExists = true;
      else if (other.founders() != NodeIdentity.digest(founders)) throw otherFounders(to);
      return;
    }
    if (!other.belongsToNone() && !other.group().equals(own.group())) throw otherGroup(to);
  }

  @Override
  public void refusedBy(String from, RefusedException refusal) {
    if (refusal.reason() != Reason.REMOVED || removal != null) return;
    synchronized (this) {
      removal = new NodeRemovedException(address, directory);
      try {
        write(identity.out());
      } catch (IOException e) {
        // It will be told again.
        removal.addSuppressed(e);
      }
    }
  }
}
