package dev.syncline.cluster;

import picocli.CommandLine.Command;

/** {@code syncline cluster}: see its subcommands. */
@Command(
    name = "cluster",
    description = "What is done to a group of nodes, and what is in its log.",
    subcommands = {
      ClusterDemoCommand.class, StatusCommand.class, MembersCommand.class, CareCommands.Transfer.class, CareCommands.Snapshot.class,
      CareCommands.Backup.class, CareCommands.Restore.class, CareCommands.WaitReady.class, RecordCommands.Append.class,
      RecordCommands.Read.class, RecordCommands.Tail.class, RecordCommands.Truncate.class
    })
final class ClusterCommand {}
