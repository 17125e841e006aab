package dev.syncline.cluster;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code syncline cluster demo}: shows that three nodes lose nothing of what one of them acknowledged. */
@Command(
    name = "demo",
    description = {
      "Starts three nodes as three processes on this machine, appends real lines from several clients, kills the leader with "
          + "SIGKILL in mid-stream, stops a follower and lets it go on, starts the killed one again, and compares every acknowledged "
          + "record on all three with its line, byte by byte; then kills all three at once, starts them, and compares again."
    })
final class ClusterDemoCommand implements Callable<Integer> {
  private static final int LINES_MIN = 100;
  private static final int NODES = 3;
  private static final long FAILOVER_BEGINS_WITHIN_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** What JRaft logs while nodes die belongs to the story only if it goes wrong. Kept: a logger that nobody holds forgets its level. */
  private static final Logger JRAFT = Logger.getLogger("com.alipay");

  @Spec CommandSpec spec;

  @Option(
      names = "--input",
      paramLabel = "FILE_OR_DIR",
      defaultValue = "${sys:demo.input:-.}",
      description = "A file, or a directory of *.java *.c *.h *.md *.xml (the system property demo.input, else here).")
  Path input;

  @Option(names = "--lines", paramLabel = "K", defaultValue = "20000", description = "Most lines to append (${DEFAULT-VALUE}).")
  int maxLines;

  @Option(names = "--clients", paramLabel = "N", defaultValue = "8", description = "Clients that append (${DEFAULT-VALUE}).")
  int clients;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      defaultValue = ".",
      description = "Where a temporary directory is made and removed (here).")
  Path parent;

  @Option(
      names = "--election-timeout",
      defaultValue = "1000",
      paramLabel = "MILLIS",
      description = "Silence after which a node wants to lead (${DEFAULT-VALUE}).")
  int electionTimeoutMillis;

  @Option(names = "--keep", description = "Keep the nodes' directories. They are also kept when records are missing.")
  boolean keep;

  private long startNanos;

  @Override
  public Integer call() throws IOException {
    JRAFT.setLevel(Level.OFF);
    List<byte[]> lines = readInput();
    startNanos = System.nanoTime();
    try (DemoDirectory scratch = new DemoDirectory(parent)) {
      boolean clean = false;
      try {
        clean = run(lines, scratch.path()).isEmpty();
      } finally {
        if (!clean || keep) scratch.keep();
        if (scratch.kept()) spec.commandLine().getErr().println("the nodes' directories and logs are kept in " + scratch.path());
      }
      return clean ? SynclineCluster.OK : SynclineCluster.PROBLEM;
    }
  }

  private List<byte[]> readInput() throws IOException {
    if (clients < 1) throw new IllegalArgumentException("--clients is 1 or more, not " + clients);
    if (maxLines < LINES_MIN) throw new IllegalArgumentException("--lines is " + LINES_MIN + " or more, not " + maxLines);
    if (!Files.exists(input)) throw new IOException(input + " does not exist; --input takes a file or a directory of sources");
    List<byte[]> lines = DemoInput.read(input, maxLines);
    if (lines.size() >= LINES_MIN) return lines;
    throw new IOException(input + " has only " + lines.size() + " lines in files that are read, and the demo needs " + LINES_MIN
        + "; name a longer file, or a directory of sources, with --input");
  }

  /** The first difference. */
  private Optional<String> run(List<byte[]> lines, Path scratch) throws IOException {
    // Snapshots within the run: the group's log is cut, and a node that lags may need one.
    List<String> options = List.of("--election-timeout", Integer.toString(electionTimeoutMillis), "--snapshot-every", "1");
    try (DemoNodes nodes = new DemoNodes(scratch, NODES, options)) {
      nodes.startAll();
      DemoNode leader = nodes.awaitLeader();
      say("three nodes, three processes: %s; %s leads", nodes.addresses(), leader.name());
      try (DemoWriters writers = new DemoWriters(nodes.addresses(), lines, clients)) {
        say("%d clients append %d lines of %s", clients, lines.size(), input.toAbsolutePath().normalize());
        trouble(nodes, writers, leader, lines.size());
        return judge(nodes, new DemoComparison(lines, writers.acknowledged()), writers);
      }
    }
  }

  private void trouble(DemoNodes nodes, DemoWriters writers, DemoNode leader, int lines) throws IOException {
    writers.awaitAcknowledged(lines / 10);
    say("kill -9 %s, the leader, process %d, at %d acknowledged records", leader.name(), leader.pid(), writers.count());
    leader.kill();
    long killedNanos = System.nanoTime();
    DemoNode second = nodes.awaitLeader();
    writers.awaitAcknowledged(lines / 5);
    say("%s leads; for %.2f s no append was acknowledged (election timeout %.2f s)", second.name(),
        writers.longestSilenceNanos(killedNanos, FAILOVER_BEGINS_WITHIN_NANOS) / 1e9, electionTimeoutMillis / 1e3);
    leader.start();
    say("%s is started again as process %d", leader.name(), leader.pid());
    nodes.awaitCaughtUp(leader);
    say("%s has caught up, at %d acknowledged records", leader.name(), writers.count());
    writers.awaitAcknowledged(lines / 2);
    DemoNode leads = nodes.awaitLeader();
    DemoNode follower = nodes.all().stream().filter(node -> node != leads).findFirst().orElseThrow();
    say("kill -STOP %s, a follower, process %d, at %d acknowledged records", follower.name(), follower.pid(), writers.count());
    follower.pause();
    writers.awaitAcknowledged(Math.min(writers.count() + 3 * lines / 10, lines - lines / 20));
    say("kill -CONT %s at %d: two of three went on without it", follower.name(), writers.count());
    follower.resume();
    writers.awaitEnd();
    say("every client is done: %d records are acknowledged, %.0f/s with everything above", writers.count(), writers.perSecond());
  }

  private Optional<String> judge(DemoNodes nodes, DemoComparison comparison, DemoWriters writers) throws IOException {
    Optional<String> difference = compare(nodes, comparison, writers);
    if (difference.isPresent()) return difference;
    for (DemoNode node : nodes.all()) node.kill();
    say("kill -9 all three, and all three are started again");
    nodes.startAll();
    return compare(nodes, comparison, writers);
  }

  private Optional<String> compare(DemoNodes nodes, DemoComparison comparison, DemoWriters writers) throws IOException {
    for (DemoNode node : nodes.all()) {
      long highest = nodes.awaitCaughtUp(node);
      Optional<String> difference = comparison.difference(node.name(), nodes.clientOf(node));
      if (difference.isPresent()) {
        say("%s: %s", node.name(), difference.get());
        return difference;
      }
      say("%s holds records 1 to %d: %d of %d acknowledged ones, each byte as it was appended, each once", node.name(), highest,
          writers.count(), writers.count());
    }
    return Optional.empty();
  }

  private void say(String format, Object... values) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(Locale.ROOT, "%5.1f s  " + format + "%n", prepend((System.nanoTime() - startNanos) / 1e9, values));
    out.flush();
  }

  private static Object[] prepend(Object first, Object[] rest) {
    Object[] all = new Object[rest.length + 1];
    all[0] = first;
    System.arraycopy(rest, 0, all, 1, rest.length);
    return all;
  }
}
