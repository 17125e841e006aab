package dev.syncline.cluster;

import dev.syncline.replicated.GroupClient;
import dev.syncline.replicated.ReplicatedLogClient;
import dev.syncline.replicated.jraft.GroupRestore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The commands that look after a group beside its members. */
final class CareCommands {
  private CareCommands() {}

  @Command(name = "transfer", description = "Lets another voter lead; ends when it does.")
  static final class Transfer extends MembersCommand.Change {
    @Parameters(paramLabel = "HOST:PORT", description = "Who is to lead.")
    String address;

    @Override
    void make(GroupClient operator) throws IOException {
      operator.transfer(address);
    }

    @Override
    String done() {
      return address + " leads";
    }
  }

  @Command(name = "snapshot", description = "The nodes' snapshots of the log.", subcommands = SnapshotNow.class)
  static final class Snapshot {}

  @Command(name = "now", description = "Lets each node of --nodes save its state and cut the group's log on its disk.")
  static final class SnapshotNow extends MembersCommand.Change {
    @Override
    void make(GroupClient operator) throws IOException {
      for (String each : nodes) operator.compact(each);
    }

    @Override
    String done() {
      return nodes + " have saved their state";
    }
  }

  @Command(
      name = "backup",
      description = {
        "Copies the log of a running group into a directory, consistent as of now: every record with its sequence.",
        "It is a log like any other: the other commands and WriteAheadLog.open read it."
      })
  static final class Backup extends GroupCommand {
    @Option(names = "--to", required = true, paramLabel = "DIR", description = "Must not exist; it does when the backup is whole.")
    Path target;

    @Override
    public Integer call() throws IOException {
      try (GroupClient operator = operator()) {
        long highest = operator.backup(target);
        print(Map.of("directory", target.toString(), "highestSequence", highest), target + " holds the log up to sequence " + highest);
      }
      return SynclineCluster.OK;
    }
  }

  /** Asks no group: there is none yet. */
  @Command(
      name = "restore",
      description = {
        "Makes the directory of a node that is a new group by itself and holds what a backup holds.",
        "Start it with \"node\", then start the others with --join and an empty directory, and say \"cluster members add\"."
      })
  static final class Restore implements Callable<Integer> {
    @Spec CommandSpec spec;

    @Option(names = "--from", required = true, paramLabel = "DIR", description = "A backup, or any log.")
    Path backup;

    @Option(names = "--directory", required = true, paramLabel = "DIR", description = "The new node's directory: empty, or not there.")
    Path directory;

    @Option(names = "--address", required = true, paramLabel = "HOST:PORT", description = "The new node's address.")
    String address;

    @Override
    public Integer call() throws IOException {
      long highest = GroupRestore.restore(backup, directory, address);
      spec.commandLine().getOut().println(directory + " holds the log up to sequence " + highest
          + "; start it with: node --address " + address + " --peers " + address + " --directory " + directory);
      return SynclineCluster.OK;
    }
  }

  @Command(
      name = "wait-ready",
      description = "Waits until the group answers: somebody leads, and a read passes. The exit code is 3 if it does not within --timeout.")
  static final class WaitReady extends GroupCommand {
    @Override
    public Integer call() throws IOException {
      try (ReplicatedLogClient log = log()) {
        var status = log.status();
        String leader = status.leader().orElse("somebody");
        print(Map.of("leader", leader, "highestSequence", status.currentSequence()),
            "ready: " + leader + " leads, the highest sequence is " + status.currentSequence());
      }
      return SynclineCluster.OK;
    }
  }
}
