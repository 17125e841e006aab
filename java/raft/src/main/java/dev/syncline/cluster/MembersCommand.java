package dev.syncline.cluster;

import dev.syncline.replicated.GroupClient;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code syncline cluster members}: who is in a group. */
@Command(
    name = "members",
    description = "Changes who is in a group, one node at a time.",
    subcommands = {MembersCommand.Add.class, MembersCommand.Remove.class, MembersCommand.Replace.class})
final class MembersCommand {

  /** Does something to the group, and says so when it is done. */
  abstract static class Change extends GroupCommand {
    abstract void make(GroupClient operator) throws IOException;

    abstract String done();

    static boolean isMember(GroupClient operator, String address) {
      return operator.details().values().stream().anyMatch(each -> isListed(each, address));
    }

    private static boolean isListed(Map<String, String> details, String address) {
      return Stream.of("voters", "learners", "returning")
          .anyMatch(list -> List.of(details.getOrDefault(list, "").split(",")).contains(address));
    }

    @Override
    public Integer call() throws IOException {
      try (GroupClient operator = operator()) {
        make(operator);
      }
      print(Map.of("done", done()), done());
      return SynclineCluster.OK;
    }
  }

  @Command(
      name = "add",
      description = "Puts a node in that was started with --join and an empty directory; ends when it has caught up and counts.")
  static final class Add extends Change {
    @Parameters(paramLabel = "HOST:PORT", description = "The node's address.")
    String address;

    @Option(names = "--learner", description = "It is to hold a copy and answer reads, without a vote.")
    boolean learner;

    @Override
    void make(GroupClient operator) throws IOException {
      operator.add(address, learner);
    }

    @Override
    String done() {
      return address + " is in the group" + (learner ? " as a learner" : "");
    }
  }

  @Command(name = "remove", description = "Takes a node out, whether it runs or not. If it leads, another one leads first.")
  static final class Remove extends Change {
    @Parameters(paramLabel = "HOST:PORT", description = "The node's address.")
    String address;

    private boolean known;

    @Override
    void make(GroupClient operator) throws IOException {
      known = isMember(operator, address);
      operator.remove(address);
    }

    /** Whoever has written another address than he meant learns it. */
    @Override
    String done() {
      return known ? address + " is not in the group any more" : address + " is not in the group, and was not before";
    }
  }

  @Command(
      name = "replace",
      description = "Puts one node in and takes another one out, in this order. What was done stays done: it can be said again.")
  static final class Replace extends Change {
    @Parameters(index = "0", paramLabel = "OLD", description = "The address of the node that goes.")
    String old;

    @Parameters(index = "1", paramLabel = "NEW", description = "The address of the node that comes, started with --join.")
    String fresh;

    private boolean known;

    @Override
    void make(GroupClient operator) throws IOException {
      known = isMember(operator, old);
      operator.replace(old, fresh);
    }

    @Override
    String done() {
      return fresh + " is in the group, and " + old + (known ? " is not any more" : " is not, and was not before");
    }
  }
}
