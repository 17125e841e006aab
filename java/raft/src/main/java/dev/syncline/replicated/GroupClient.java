package dev.syncline.replicated;

import dev.syncline.replicated.net.NetTransport;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A group from outside, for who operates it: looks at its nodes, and changes it through its leader. What it asks for is done once however
 * often it is asked, so it asks again until it is done or the time is up. Safe for many threads.
 */
public final class GroupClient implements Closeable {
  private static final long PAUSE_MILLIS = 100;
  private static final long ANSWER_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final Duration LOOK = Duration.ofSeconds(2);
  private final ClientTransport transport;
  private final List<String> addresses;
  private final Duration timeout;

  private GroupClient(ClientTransport transport, List<String> addresses, Duration timeout) {
    if (addresses.isEmpty()) throw new IllegalArgumentException("expected the address of at least one node");
    addresses.forEach(ReplicatedLogOptions::requireAddress);
    this.transport = transport;
    this.addresses = addresses;
    this.timeout = timeout;
  }

  /** A client of these nodes, some of the group's or all. A call gives up after {@code timeout}. Connects to nobody yet. */
  public static GroupClient connect(List<String> addresses, Duration timeout, Optional<Security> security) throws IOException {
    ClientTransport transport = NetTransport.start(security.isPresent() ? Optional.of(security.get().load()) : Optional.empty());
    return new GroupClient(transport, List.copyOf(addresses), timeout);
  }

  /** One node of them. */
  public NodeClient node(String address) {
    return new NodeClient(transport, address, LOOK);
  }

  /**
   * What each node says of itself, see {@link GroupAdministration#details}; of one that does not answer, {@code error}. Nodes that the
   * others know of are asked too.
   */
  public Map<String, Map<String, String>> details() {
    Map<String, Map<String, String>> all = new LinkedHashMap<>();
    for (String each : addresses) all.put(each, details(each));
    for (Map<String, String> each : List.copyOf(all.values()))
      for (String list : List.of(each.getOrDefault("voters", ""), each.getOrDefault("learners", "")))
        for (String other : list.split(","))
          if (!other.isEmpty() && !all.containsKey(other)) all.put(other, details(other));
    return all;
  }

  private Map<String, String> details(String address) {
    try {
      return node(address).details();
    } catch (IOException e) {
      String message = String.valueOf(e.getMessage());
      String known = address + " does not answer: ";
      return Map.of("address", address, "error", message.startsWith(known) ? message.substring(known.length()) : message);
    }
  }

  /** See {@link GroupAdministration#add}. */
  public void add(String address, boolean learner) throws IOException {
    ReplicatedLogOptions.requireAddress(address);
    untilDone(node -> node.add(address, learner));
  }

  /** See {@link GroupAdministration#remove}. */
  public void remove(String address) throws IOException {
    ReplicatedLogOptions.requireAddress(address);
    untilDone(node -> node.remove(address));
  }

  /** Puts one node in another one's place: first the new one in, then the old one out, so that there is never a copy less. */
  public void replace(String old, String fresh) throws IOException {
    if (old.equals(fresh)) throw new IllegalArgumentException("expected another node in the place of " + old + ", found the same");
    ReplicatedLogOptions.requireAddress(old);
    add(fresh, false);
    remove(old);
  }

  /** See {@link GroupAdministration#transfer}. Returns when the node leads. */
  public void transfer(String address) throws IOException {
    ReplicatedLogOptions.requireAddress(address);
    long deadlineNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    while (true) {
      untilDone(node -> node.transfer(address));
      for (int look = 0; look < 20; look++) {
        if ("leader".equals(details(address).get("role"))) return;
        if (System.nanoTime() - deadlineNanos > 0)
          throw new UnavailableException(address + " does not lead within " + timeout.toSeconds() + " s");
        pause();
      }
    }
  }

  /** See {@link NodeClient#backup}; from the first of the nodes that answers. A part is waited for as long as the timeout. */
  public long backup(Path target) throws IOException {
    List<UnavailableException> troubles = new ArrayList<>();
    for (String each : addresses) {
      try {
        return new NodeClient(transport, each, timeout).backup(target);
      } catch (UnavailableException e) {
        troubles.add(e);
      }
    }
    throw new UnavailableException(
        troubles.stream().map(Exception::getMessage).distinct().collect(Collectors.joining("; ")), troubles.get(0));
  }

  /** Lets a node save its state and cut the group's log on its disk, now. See {@link ReplicatedLog#compact}. */
  public void compact(String address) throws IOException {
    new NodeClient(transport, address, timeout).compact();
  }

  private interface Order {
    void give(NodeClient node) throws IOException;
  }

  private void untilDone(Order order) throws IOException {
    long deadlineNanos = System.nanoTime() + TimeUnit.NANOSECONDS.convert(timeout);
    int next = 0;
    String leader = null;
    Map<String, ReplicationException> said = new LinkedHashMap<>();
    while (true) {
      String asked = leader != null ? leader : addresses.get(next++ % addresses.size());
      leader = null;
      ReplicationException trouble;
      long leftNanos = deadlineNanos - System.nanoTime();
      try {
        order.give(new NodeClient(transport, asked, Duration.ofNanos(Math.max(1_000_000, leftNanos))));
        return;
      } catch (NotLeaderException e) {
        leader = e.leader().orElse(null);
        trouble = e;
      } catch (UnavailableException | OutcomeUnknownException e) {
        trouble = e;
      }
      // What a node has answered says more than that it did not answer in the time that was left.
      if (trouble instanceof OutcomeUnknownException) said.putIfAbsent(asked, trouble);
      else if (leftNanos > ANSWER_NANOS || !said.containsKey(asked)) said.put(asked, trouble);
      if (deadlineNanos - System.nanoTime() <= 0)
        throw new OutcomeUnknownException("not done within " + timeout.toMillis() + " ms: "
            + said.values().stream().map(Exception::getMessage).distinct().collect(Collectors.joining("; ")), trouble);
      pause();
    }
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting for the group");
    }
  }

  @Override
  public void close() throws IOException {
    transport.close();
  }
}
