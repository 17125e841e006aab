package dev.syncline.cluster;

import dev.syncline.replicated.ClientTransport;
import dev.syncline.replicated.NodeClient;
import dev.syncline.replicated.UnavailableException;
import dev.syncline.replicated.net.NetTransport;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** A group of nodes on this machine. None of them outlives this object, nor this program. */
final class DemoNodes implements Closeable {
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
  private final List<DemoNode> nodes = new ArrayList<>();
  private final ClientTransport transport = NetTransport.start(Optional.empty());
  private final Thread hook = new Thread(() -> nodes.forEach(DemoNode::close), "end nodes");

  /** {@code options} are further ones of {@code syncline node}. Nothing is started yet. */
  DemoNodes(Path scratch, int count, List<String> options) throws IOException {
    this(scratch, count, options, name -> Map.of());
  }

  /** @param environment what the process of a node of that name finds set, besides what this one does */
  DemoNodes(Path scratch, int count, List<String> options, Function<String, Map<String, String>> environment) throws IOException {
    List<String> addresses = freeAddresses(count);
    for (int i = 0; i < count; i++) {
      String name = "node-" + (i + 1);
      nodes.add(new DemoNode(name, addresses.get(i), addresses, scratch, options, environment.apply(name)));
    }
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** All ports are held until all are found, so that they differ. */
  static List<String> freeAddresses(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) held.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
      return held.stream().map(socket -> "127.0.0.1:" + socket.getLocalPort()).toList();
    } finally {
      for (ServerSocket socket : held) socket.close();
    }
  }

  List<DemoNode> all() {
    return nodes;
  }

  List<String> addresses() {
    return nodes.stream().map(DemoNode::address).toList();
  }

  void startAll() throws IOException {
    for (DemoNode node : nodes) node.begin();
    for (DemoNode node : nodes) node.awaitListening();
  }

  NodeClient clientOf(DemoNode node) {
    return new NodeClient(transport, node.address(), ANSWER_WITHIN);
  }

  /** The node that leads, once a node that has heard of it lately says so and it runs. */
  DemoNode awaitLeader() throws IOException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (System.nanoTime() - deadlineNanos < 0) {
      for (DemoNode node : nodes) {
        Optional<DemoNode> leader = node.runs() ? leaderKnownBy(node) : Optional.empty();
        if (leader.isPresent() && leader.get().runs()) return leader.get();
      }
      pause();
    }
    throw new IOException("no node leads after " + TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS) + " s");
  }

  /** After a read barrier: a node that was cut off has an old opinion. */
  private Optional<DemoNode> leaderKnownBy(DemoNode node) throws IOException {
    try {
      Optional<String> address = clientOf(node).status().leader();
      return nodes.stream().filter(each -> address.filter(each.address()::equals).isPresent()).findFirst();
    } catch (UnavailableException e) {
      return Optional.empty();
    }
  }

  /** Waits until a node has applied everything that the group has acknowledged; returns its highest sequence. */
  long awaitCaughtUp(DemoNode node) throws IOException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (true) {
      try {
        return clientOf(node).status().currentSequence();
      } catch (UnavailableException e) {
        if (System.nanoTime() - deadlineNanos >= 0) throw e;
        pause();
      }
    }
  }

  /** Waits until a node counts: one that has lost its disk is put in again first. */
  void awaitVoter(DemoNode node) throws IOException {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    String role = "";
    while (!role.equals("follower") && !role.equals("leader")) {
      if (System.nanoTime() - deadlineNanos >= 0) throw new IOException(node.name() + " is " + role + ", and not a voter of the group");
      pause();
      try {
        role = clientOf(node).details().getOrDefault("role", "");
      } catch (UnavailableException e) {
        role = e.getMessage();
      }
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(20);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the nodes", e);
    }
  }

  @Override
  public void close() throws IOException {
    nodes.forEach(DemoNode::close);
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The program is ending: the hook finds the processes gone.
    }
    transport.close();
  }
}
