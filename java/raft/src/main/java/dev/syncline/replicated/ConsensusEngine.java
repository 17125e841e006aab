package dev.syncline.replicated;

import dev.syncline.replicated.net.Permission;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The consensus that a {@link ReplicatedLog} stands on, as little of it as will do: propose, be told of commits ({@link
 * ReplicatedState#apply}), know that a read is not stale, and give up the past. All methods are safe for many threads, and none
 * waits for the group.
 */
public interface ConsensusEngine extends Closeable {

  /**
   * Asks the group to commit a command. Dependent stages must not block: they may run on the applying thread.
   *
   * @return the result of applying it here; or {@link NotLeaderException} or {@link UnavailableException} if it is certain that
   *     the command was not and will not be committed; or {@link OutcomeUnknownException}
   */
  CompletableFuture<byte[]> propose(byte[] command);

  /**
   * Completes once this node has applied every command that was acknowledged, anywhere, before this call; or with {@link
   * UnavailableException}.
   */
  CompletableFuture<Void> readBarrier();

  /**
   * Saves the state and forgets the engine's log up to it, or up to the save before, if the engine keeps the difference for nodes
   * that lag; completes with {@link UnavailableException} if it did not.
   */
  CompletableFuture<Void> compact();

  /** The address of the leader, as far as this node knows. */
  Optional<String> leader();

  boolean leads();

  /** Why this node can apply nothing more until it is started again. */
  Optional<Throwable> failure();

  /** What an operator can do on this node; empty if the engine has nothing of the kind. */
  default Optional<GroupAdministration> administration() {
    return Optional.empty();
  }

  /**
   * Leaves the group and waits until no call to the state is in progress.
   *
   * @throws IOException if it gave up waiting: something may still be under way in the directory
   */
  @Override
  void close() throws IOException;

  /** Starts an engine; the state is fresh, and the engine brings it to where the node was. */
  interface Factory {
    /** {@code clients} answers what {@link ReplicatedLogClient}s send. */
    ConsensusEngine start(ReplicatedLogOptions options, ReplicatedState state, ClientRequestHandler clients) throws IOException;
  }

  /** Answers a client's request, sooner or later, always normally. Must not block. */
  interface ClientRequestHandler {
    CompletableFuture<byte[]> handle(byte[] request);

    /** What a client must be allowed to do for this request to be {@link #handle}d. */
    Permission needs(byte[] request);

    /** About how much memory answering a request may take. */
    long replyBytes(byte[] request);

    /** What a client gets that is not. */
    byte[] refused(Permission missing);
  }
}
