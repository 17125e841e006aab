package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/** Nodes of one group in this process, on loopback, and the vocabulary of their tests. */
final class Cluster implements AutoCloseable {
  /** JRaft logs pages about every node that comes and goes. Kept, since a logger that nobody holds forgets its level. */
  private static final Logger JRAFT = Logger.getLogger("com.alipay");

  static {
    JRAFT.setLevel(Level.parse(System.getProperty("syncline.raft.log", "OFF")));
  }

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private final Path directory;
  private final Consumer<ReplicatedLogOptions.Builder> choice;
  private final Opener opener;
  private final List<String> addresses = new ArrayList<>();
  private final Map<String, ReplicatedLog> nodes = new ConcurrentSkipListMap<>();
  private long session;
  private long requests;

  /** How a node is opened: as users do, or with something of a test's in it. */
  interface Opener {
    ReplicatedLog open(ReplicatedLogOptions options) throws IOException;
  }

  private Cluster(Path directory, Consumer<ReplicatedLogOptions.Builder> choice, Opener opener) {
    this.directory = directory;
    this.choice = choice;
    this.opener = opener;
  }

  static Cluster start(Path directory, int size) throws IOException {
    return start(directory, size, options -> {});
  }

  /** For what no election may come between, not even on a busy machine; the first one takes as long. */
  static Cluster startCalm(Path directory, int size) throws IOException {
    return start(directory, size, options -> options.electionTimeout(Duration.ofSeconds(3)));
  }

  static Cluster start(Path directory, int size, Consumer<ReplicatedLogOptions.Builder> choice) throws IOException {
    return start(directory, size, choice, ReplicatedLog::open);
  }

  static Cluster start(Path directory, int size, Consumer<ReplicatedLogOptions.Builder> choice, Opener opener) throws IOException {
    Cluster cluster = new Cluster(directory, choice, opener);
    cluster.addresses.addAll(freeAddresses(size));
    try {
      for (String address : cluster.addresses) cluster.start(address);
      cluster.awaitLeader();
      return cluster;
    } catch (IOException | RuntimeException | Error e) {
      cluster.close();
      throw e;
    }
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

  List<String> addresses() {
    return addresses;
  }

  ReplicatedLogOptions options(String address) {
    ReplicatedLogOptions.Builder options = ReplicatedLogOptions.builder(directory(address), address, addresses)
        .electionTimeout(Duration.ofMillis(500))
        .maxSegmentSize(1 << 20);
    choice.accept(options);
    return options.build();
  }

  Path directory(String address) {
    return directory.resolve("node-" + (addresses.indexOf(address) + 1));
  }

  ReplicatedLog start(String address) throws IOException {
    ReplicatedLog node = opener.open(options(address));
    nodes.put(address, node);
    return node;
  }

  /** A node that waits to be added, under an address of its own. */
  String startJoining() throws IOException {
    String address = freeAddresses(1).get(0);
    addresses.add(address);
    startJoining(address);
    return address;
  }

  /** The same under an address that a node has had. */
  ReplicatedLog startJoining(String address) throws IOException {
    ReplicatedLogOptions.Builder options = ReplicatedLogOptions.joining(directory(address), address)
        .electionTimeout(Duration.ofMillis(500))
        .maxSegmentSize(1 << 20);
    choice.accept(options);
    ReplicatedLog node = opener.open(options.build());
    nodes.put(address, node);
    return node;
  }

  /** Ends a node and forgets everything it had. */
  void wipe(String address) throws IOException {
    if (nodes.containsKey(address)) stop(address);
    StateDirectory.delete(directory(address));
  }

  GroupClient operator() throws IOException {
    return GroupClient.connect(addresses, Duration.ofSeconds(30), Optional.empty());
  }

  void stop(String address) throws IOException {
    nodes.remove(address).close();
  }

  ReplicatedLog node(String address) {
    return nodes.get(address);
  }

  List<ReplicatedLog> running() {
    return List.copyOf(nodes.values());
  }

  ReplicatedLog leader() {
    return nodes.get(awaitLeader());
  }

  List<String> runningAddresses() {
    return List.copyOf(nodes.keySet());
  }

  /** What is asked of a leader. */
  interface Command<T> {
    T of(ReplicatedLog leader) throws IOException;
  }

  /** Asks the leader, and the next one if it did nothing since it leads no more: on a busy machine a leader can lose its place at any time. */
  <T> T led(Command<T> command) throws IOException {
    while (true) {
      try {
        return command.of(leader());
      } catch (NotLeaderException nothingWasDone) {
        // Who leads now is waited for, and not for ever.
      }
    }
  }

  /** The sequence of an entry of this text. It has a name: a leader may lose its place before it learns what became of it. */
  long append(String text) throws IOException {
    while (session == 0) session = known(ReplicatedLog::openSession).orElse(0L);
    RequestId request = new RequestId(session, ++requests);
    Optional<Long> sequence = Optional.empty();
    while (sequence.isEmpty()) sequence = known(leader -> leader.append(Operation.entry(bytes(text)), request));
    return sequence.get();
  }

  /** Nothing if it may have been done or not. */
  private <T> Optional<T> known(Command<T> command) throws IOException {
    try {
      return Optional.of(led(command));
    } catch (OutcomeUnknownException e) {
      return Optional.empty();
    }
  }

  List<String> followers() {
    String leader = awaitLeader();
    return nodes.keySet().stream().filter(address -> !address.equals(leader)).toList();
  }

  /** The address of the one leader that most nodes agree on. */
  String awaitLeader() {
    String[] found = new String[1];
    await("a leader", () -> {
      for (Map.Entry<String, ReplicatedLog> each : nodes.entrySet()) {
        boolean agreed = nodes.values().stream().allMatch(node -> node.leader().filter(each.getKey()::equals).isPresent());
        if (agreed && each.getValue().leads()) found[0] = each.getKey();
      }
      return found[0] != null;
    });
    return found[0];
  }

  ReplicatedLogClient client() {
    return ReplicatedLogClient.connect(addresses, Duration.ofSeconds(20));
  }

  /** Everything that helps to find out why somebody waits. */
  String describe() {
    StringBuilder all = new StringBuilder();
    for (ReplicatedLog node : running())
      all.append(node.administration().orElseThrow().details()).append(" ").append(node.failure()).append("\n");
    Thread.getAllStackTraces().forEach((thread, stack) -> {
      boolean ours = thread.getName().startsWith("syncline-")
          && Stream.of(stack).anyMatch(each -> each.getClassName().contains("replicated"));
      if (ours) all.append(thread.getName()).append(' ').append(List.of(stack)).append('\n');
    });
    return all.toString();
  }

  /** What the machine withholds from this thread it withholds from the nodes too: that is not counted. */
  static void await(String what, BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + PATIENCE_NANOS;
    while (!condition.getAsBoolean()) {
      long pausedNanos = System.nanoTime();
      assertThat(pausedNanos - deadlineNanos).as("still waiting for %s", what).isNegative();
      LockSupport.parkNanos(PAUSE_NANOS);
      deadlineNanos += Math.max(0, System.nanoTime() - pausedNanos - 2 * PAUSE_NANOS);
    }
  }

  /** Every running node has the same records, and these are they. */
  List<String> linesOfAll() throws IOException {
    List<String> lines = null;
    for (ReplicatedLog node : running()) {
      List<String> its = lines(node.iterate());
      if (lines != null) assertThat(its).isEqualTo(lines);
      lines = its;
    }
    return lines;
  }

  /** The data records of the group, by sequence, as the leader has them. */
  Map<Long, String> records() throws IOException {
    Map<Long, String> records = new HashMap<>();
    try (WalCursor cursor = leader().replay()) {
      while (cursor.hasNext()) {
        WalRecord record = cursor.next();
        records.put(record.sequence(), text(record.value()));
      }
    }
    return records;
  }

  /** A line for each record: its sequence, its type, key and value. */
  static List<String> lines(WalCursor cursor) {
    List<String> lines = new ArrayList<>();
    try (cursor) {
      while (cursor.hasNext()) lines.add(line(cursor.next()));
    }
    return lines;
  }

  static String line(WalRecord record) {
    String text = record.sequence() + " " + record.type();
    if (record.type() == RecordType.PUT) return text + " " + text(record.key()) + "=" + text(record.value());
    if (record.type() == RecordType.DELETE) return text + " " + text(record.key());
    return record.type() == RecordType.ENTRY ? text + " " + text(record.value()) : text;
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    Network.reconnectAll();
    IOException failure = null;
    for (ReplicatedLog node : running()) {
      try {
        node.close();
      } catch (IOException e) {
        failure = e;
      }
    }
    nodes.clear();
    if (failure != null) throw failure;
  }
}
