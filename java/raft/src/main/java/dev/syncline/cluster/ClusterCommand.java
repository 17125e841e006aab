package dev.syncline.cluster;

import picocli.CommandLine.Command;

/** {@code syncline cluster}: see its subcommands. */
@Command(name = "cluster", description = "Several nodes at once, on this machine.", subcommands = ClusterDemoCommand.class)
final class ClusterCommand {}
