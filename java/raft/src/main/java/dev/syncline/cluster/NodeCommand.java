package dev.syncline.cluster;

import dev.syncline.StorageMode;
import dev.syncline.replicated.NodeRemovedException;
import dev.syncline.replicated.ReplicatedLog;
import dev.syncline.replicated.ReplicatedLogOptions;
import dev.syncline.replicated.Security;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code syncline node}: one node of a replicated log, until it is told to stop. */
@Command(
    name = "node",
    description = {
      "Runs one node of a replicated log, until SIGTERM or SIGINT.",
      "To found a group start one on each machine, all with the same --peers: the group begins when all of them are there. To "
          + "add a node to a group start it with --join, and say \"cluster members add\"."
    })
final class NodeCommand implements Callable<Integer> {
  private static final long LOOK_MILLIS = 100;

  @Spec CommandSpec spec;

  @Option(names = "--address", required = true, paramLabel = "HOST:PORT", description = "Where this node listens; one of the peers.")
  String address;

  @ArgGroup(multiplicity = "1")
  Membership membership;

  /** How the node comes to its group; counts until it belongs to one. */
  static final class Membership {
    @Option(
        names = "--peers",
        split = ",",
        paramLabel = "HOST:PORT",
        description = "Found a group of these nodes, this one included. Counts for a new directory alone.")
    List<String> peers = List.of();

    @Option(names = "--join", description = "Wait to be added to a group that there is. Counts for a new directory alone.")
    boolean join;
  }

  @Mixin TlsOptions tls;

  @Option(
      names = "--permissions",
      paramLabel = "FILE",
      description = "With TLS: lines of NAME: read append administer node, where NAME is the CN of a certificate.")
  Path permissions;

  @Option(
      names = "--insecure",
      description = "Listen beyond this machine without TLS: whoever reaches the address can read, append, truncate and change the group.")
  boolean insecure;

  @Option(names = "--directory", required = true, paramLabel = "DIR", description = "Where this node keeps everything.")
  Path directory;

  @Option(names = "--group", defaultValue = "syncline", paramLabel = "NAME", description = "The group's name (${DEFAULT-VALUE}).")
  String group;

  @Option(
      names = "--election-timeout",
      defaultValue = "1000",
      paramLabel = "MILLIS",
      description = "Silence after which a node wants to lead, the same on all nodes; 100 or more (${DEFAULT-VALUE}).")
  long electionTimeoutMillis;

  @Option(
      names = "--snapshot-every",
      defaultValue = "64",
      paramLabel = "MIB",
      description = "MiB of commands after which the state is saved and the group's log is cut (${DEFAULT-VALUE}).")
  int snapshotEveryMebibytes;

  @Option(
      names = "--max-record",
      defaultValue = "1024",
      paramLabel = "KIB",
      description = "Largest record in KiB; a batch may have four times as much (${DEFAULT-VALUE}).")
  int maxRecordKibibytes;

  @Option(names = "--storage", defaultValue = "auto", paramLabel = "NAME", description = "native, portable or auto (${DEFAULT-VALUE}).")
  StorageMode storage;

  /** For the demo: nobody is left to stop the node when the demo is killed. */
  @Option(names = "--until-stdin-ends", hidden = true)
  boolean untilStdinEnds;

  @Override
  public Integer call() throws IOException {
    if (untilStdinEnds) haltWithStdin();
    CountDownLatch told = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      told.countDown();
      awaitQuietly(closed);
      ProcessEnd.haltIfOwn();
    }, "stop node"));
    try {
      ReplicatedLog node = ReplicatedLog.open(options());
      say("listening on " + address + (membership.join ? "" : ", one of " + membership.peers) + "; everything is kept in " + directory);
      return run(() -> serve(node, told), node);
    } finally {
      closed.countDown();
    }
  }

  private ReplicatedLogOptions options() {
    ReplicatedLogOptions.Builder options =
        membership.join
            ? ReplicatedLogOptions.joining(directory, address)
            : ReplicatedLogOptions.builder(directory, address, membership.peers);
    Optional<Security> security = tls.ofNode(permissions);
    if (security.isPresent()) options.security(security.get());
    return options
        .insecure(insecure)
        .group(group)
        .electionTimeout(Duration.ofMillis(electionTimeoutMillis))
        .snapshotEveryBytes((long) snapshotEveryMebibytes << 20)
        .maxRecordSize(Math.multiplyExact(maxRecordKibibytes, 1 << 10))
        .maxBatchSize(Math.multiplyExact(maxRecordKibibytes, 4 << 10))
        .storage(storage)
        .build();
  }

  /** What a node does until it ends; returns the exit code. */
  interface Service {
    int run() throws IOException;
  }

  /** Runs the node and closes it. One that has failed may not be able to stop in time: its exit code still says that it has failed. */
  int run(Service service, Closeable node) throws IOException {
    int code;
    try {
      code = service.run();
    } catch (IOException | RuntimeException e) {
      closeAfter(node, e);
      throw e;
    }
    try {
      node.close();
    } catch (IOException e) {
      if (code != SynclineCluster.PROBLEM) throw e;
      complain(e.getMessage());
    }
    return code;
  }

  private static void closeAfter(Closeable node, Exception cause) {
    try {
      node.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Says who leads whenever that changes. */
  private int serve(ReplicatedLog node, CountDownLatch told) throws NodeRemovedException {
    Optional<String> leader = Optional.empty();
    while (!waitedFor(told)) {
      Optional<Throwable> failure = node.failure();
      if (failure.isPresent()) {
        if (failure.get() instanceof NodeRemovedException) throw (NodeRemovedException) failure.get();
        complain("stopped for good: " + failure.get().getMessage() + ". What this node had acknowledged is on its disk in " + directory
            + "; when the reason is gone, start it again");
        return SynclineCluster.PROBLEM;
      }
      Optional<String> now = node.leader();
      if (now.equals(leader)) continue;
      leader = now;
      say(now.map(name -> name.equals(address) ? "leads" : "follows " + name).orElse("knows of no leader"));
    }
    say("stopping");
    return SynclineCluster.OK;
  }

  private static boolean waitedFor(CountDownLatch told) {
    try {
      return told.await(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(String what) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(address + " " + what);
    out.flush();
  }

  private void complain(String what) {
    PrintWriter err = spec.commandLine().getErr();
    err.println(address + " " + what);
    err.flush();
  }

  private static void haltWithStdin() {
    Thread watch = new Thread(() -> {
      try {
        while (System.in.read() >= 0) Thread.onSpinWait();
      } catch (IOException e) {
        // As good as its end.
      }
      Runtime.getRuntime().halt(SynclineCluster.NOT_RUN);
    }, "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
