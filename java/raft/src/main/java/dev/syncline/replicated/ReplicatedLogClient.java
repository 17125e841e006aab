package dev.syncline.replicated;

import dev.syncline.Operation;
import dev.syncline.SequenceRange;
import dev.syncline.replicated.net.NetTransport;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A replicated log from outside its nodes: finds the leader, also one that only the nodes know of which it was told, and sends a command
 * again until it is answered. It names every command
 * ({@link RequestId}), so each is applied once however often it was sent. Safe for many threads; up to {@link RequestId#WINDOW} of
 * them have a command on its way at a time.
 */
public final class ReplicatedLogClient implements Closeable {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  /** One node is given this long to answer before the next is asked: a stopped node keeps its connections open. */
  private static final Duration ATTEMPT_MAX = Duration.ofSeconds(2);

  private final List<NodeClient> nodes;
  private final ClientTransport transport;
  private final Duration attempt;
  private final long timeoutNanos;
  private final ReentrantLock sessionLock = new ReentrantLock();

  /** The node to ask first, not always one of {@link #nodes}; a guess that any thread may replace by a better one. */
  private volatile NodeClient favourite;

  /** Null until the first command. Replaced, under the lock, when the group has forgotten it. */
  private volatile Session session;

  private record Session(long id, RequestWindow window) {}

  private ReplicatedLogClient(ClientTransport transport, List<String> addresses, Duration timeout) {
    if (addresses.isEmpty()) throw new IllegalArgumentException("expected the address of at least one node");
    addresses.forEach(ReplicatedLogOptions::requireAddress);
    this.attempt = timeout.compareTo(ATTEMPT_MAX) < 0 ? timeout : ATTEMPT_MAX;
    this.transport = transport;
    this.timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
    this.nodes = addresses.stream().map(address -> new NodeClient(transport, address, attempt)).toList();
    this.favourite = nodes.get(0);
  }

  /** A client of the nodes at these addresses. A call gives up after {@code timeout}. Nothing is connected yet. */
  public static ReplicatedLogClient connect(List<String> addresses, Duration timeout) {
    return new ReplicatedLogClient(NetTransport.start(Optional.empty()), List.copyOf(addresses), timeout);
  }

  /** The same over TLS. The nodes must know the certificate's name and what it may do. */
  public static ReplicatedLogClient connect(List<String> addresses, Duration timeout, Security security) throws IOException {
    return new ReplicatedLogClient(NetTransport.start(Optional.of(security.load())), List.copyOf(addresses), timeout);
  }

  /** Appends one operation; returns its sequence. */
  public long append(Operation operation) throws IOException {
    Objects.requireNonNull(operation, "operation");
    return send(request -> Command.append(operation, request)).first();
  }

  /** Appends operations that are applied together or not at all, and a COMMIT behind them; returns the operations' sequences. */
  public SequenceRange appendBatch(List<Operation> operations) throws IOException {
    List<Operation> batch = List.copyOf(operations);
    if (batch.isEmpty()) throw new IllegalArgumentException("an empty batch: expected at least one operation");
    CommandResult result = send(request -> Command.batch(batch, request));
    return new SequenceRange(result.first(), result.last());
  }

  /**
   * Appends a CHECKPOINT that covers everything before it, also what others have appended since the caller saved its state: beside them
   * say with {@link #checkpoint(long)} what is saved. Returns its sequence, which is not what to truncate to.
   */
  public long checkpoint() throws IOException {
    return send(request -> Command.checkpoint(Command.ALL, request)).first();
  }

  /** Appends a CHECKPOINT that says up to where the caller's state is safe elsewhere; returns its sequence. */
  public long checkpoint(long covered) throws IOException {
    return send(request -> Command.checkpoint(covered, request)).first();
  }

  /** Forgets every record with a sequence up to {@code through}, on every node. */
  public void truncate(long through) throws IOException {
    send(request -> Command.truncate(through, request));
  }

  /** The record with this sequence, of any type; empty if there is none. Linearizable. */
  public Optional<ClientRecord> read(long sequence) throws IOException {
    return ask(node -> node.read(sequence));
  }

  /**
   * Records above {@code afterSequence}, markers included: none if there are none, else at least one, up to about a megabyte. Ask
   * again behind the last one. Linearizable.
   */
  public List<ClientRecord> scan(long afterSequence) throws IOException {
    return ask(node -> node.scan(afterSequence));
  }

  /** Where the log stands. Linearizable. */
  public NodeStatus status() throws IOException {
    return ask(NodeClient::status);
  }

  // Sending until there is an answer.

  private interface Naming {
    Command named(RequestId request);
  }

  private interface Call<T> {
    T on(NodeClient node) throws IOException;
  }

  private CommandResult send(Naming command) throws IOException {
    Attempts attempts = new Attempts();
    while (true) {
      Session current = session(attempts);
      long number = begin(current, attempts);
      try {
        return attempts.until(node -> node.propose(command.named(new RequestId(current.id, number))));
      } catch (SessionExpiredException e) {
        if (attempts.maybeApplied) throw new OutcomeUnknownException("the session ended before there was an answer", e);
        forget(current);
      } finally {
        current.window.end(number);
      }
    }
  }

  private Session session(Attempts attempts) throws IOException {
    Session known = session;
    if (known != null) return known;
    sessionLock.lock();
    try {
      if (session == null) {
        // Opened twice if an answer is lost; the one that nobody knows is forgotten in time.
        long id = attempts.until(node -> node.propose(Command.openSession())).first();
        attempts.maybeApplied = false;
        session = new Session(id, new RequestWindow());
      }
      return session;
    } finally {
      sessionLock.unlock();
    }
  }

  private void forget(Session expired) {
    sessionLock.lock();
    try {
      if (session == expired) session = null;
    } finally {
      sessionLock.unlock();
    }
  }

  private static long begin(Session session, Attempts attempts) throws IOException {
    try {
      long number = session.window.begin(attempts.leftNanos());
      if (number == 0) throw new UnavailableException(RequestId.WINDOW + " requests wait for an answer, and none came in time");
      return number;
    } catch (InterruptedException e) {
      throw interrupted();
    }
  }

  private <T> T ask(Call<T> call) throws IOException {
    return new Attempts().until(call);
  }

  /** One call's time, and what became of it so far. */
  private final class Attempts {
    private final long deadlineNanos = System.nanoTime() + timeoutNanos;
    private final List<String> troubles = new ArrayList<>();
    private boolean maybeApplied;
    private NodeClient next = favourite;

    /** Counts the nodes of the list that were asked in turn. */
    private int turn = Math.max(0, nodes.indexOf(next));

    long leftNanos() {
      return deadlineNanos - System.nanoTime();
    }

    <T> T until(Call<T> call) throws IOException {
      while (true) {
        NodeClient asked = next;
        try {
          T answer = call.on(asked);
          favourite = asked;
          return answer;
        } catch (NotLeaderException e) {
          failed(e);
          Optional<String> another = e.leader().filter(leader -> !leader.equals(asked.address()));
          next = another.flatMap(ReplicatedLogClient.this::node).orElseGet(this::following);
        } catch (UnavailableException e) {
          failed(e);
          next = following();
        } catch (OutcomeUnknownException e) {
          maybeApplied = true;
          failed(e);
          next = following();
        }
        pause();
      }
    }

    private NodeClient following() {
      turn = (turn + 1) % nodes.size();
      return nodes.get(turn);
    }

    private void failed(IOException trouble) throws IOException {
      if (troubles.size() < nodes.size()) troubles.add(trouble.getMessage());
      if (leftNanos() > 0) return;
      String story = "no answer within " + timeoutNanos / 1_000_000 + " ms; first: " + troubles + ", last: " + trouble.getMessage();
      throw maybeApplied ? new OutcomeUnknownException(story, trouble) : new UnavailableException(story, trouble);
    }

    private void pause() throws IOException {
      try {
        TimeUnit.NANOSECONDS.sleep(PAUSE_NANOS);
      } catch (InterruptedException e) {
        throw maybeApplied
            ? new OutcomeUnknownException("interrupted while the command was on its way", interrupted())
            : interrupted();
      }
    }
  }

  /** The node at an address that another one has named: of a group whose machines are replaced, the list may have only some. */
  private Optional<NodeClient> node(String address) {
    for (NodeClient each : nodes) if (each.address().equals(address)) return Optional.of(each);
    try {
      return Optional.of(new NodeClient(transport, ReplicatedLogOptions.requireAddress(address), attempt));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static IOException interrupted() {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting for the group");
  }

  @Override
  public void close() throws IOException {
    transport.close();
  }
}
