package dev.syncline.replicated.net;

import dev.syncline.RecordTooLargeException;
import dev.syncline.replicated.ClientTransport;
import dev.syncline.replicated.NotPermittedException;
import dev.syncline.replicated.OutcomeUnknownException;
import dev.syncline.replicated.UnavailableException;
import java.io.IOException;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/** A client's way to the nodes of one group: the group of the first that answers. */
public final class NetTransport implements ClientTransport {
  private static final byte CLIENT_REQUEST = 0;

  /** What a client takes in one piece; a node sends no more than its own largest frame. */
  private static final int BATCH_BYTES = 1 << 30;

  private final NetClient client;

  private NetTransport(NetClient client) {
    this.client = client;
  }

  /** A transport with connections of its own; in the clear unless {@code tls} is there. */
  public static ClientTransport start(Optional<Tls> tls) {
    return new NetTransport(new NetClient(NetLimits.forBatches(BATCH_BYTES), tls, new OneGroup()));
  }

  /** Talks to the nodes of one group only. */
  private static final class OneGroup implements Doorkeeper {
    private final AtomicReference<UUID> group = new AtomicReference<>(Hello.NONE);

    @Override
    public Hello self() {
      return Hello.client(group.get());
    }

    @Override
    public Hello answer(Hello other) {
      throw new UnsupportedOperationException("nobody connects to a client");
    }

    @Override
    public void admit(Hello other) {
      throw new UnsupportedOperationException("nobody connects to a client");
    }

    @Override
    public boolean isFellow(Hello other) {
      throw new UnsupportedOperationException("nobody connects to a client");
    }

    @Override
    public void met(String address, Hello other) throws RefusedException {
      if (!other.node()) throw new RefusedException(RefusedException.Reason.INVALID, address + " is not a node");
      if (other.belongsToNone()) return;
      UUID known = group.get();
      if (known.equals(Hello.NONE) && group.compareAndSet(Hello.NONE, other.group())) return;
      if (!group.get().equals(other.group()))
        throw new RefusedException(RefusedException.Reason.OTHER_GROUP,
            address + " belongs to the group " + other.group() + "; the nodes that this client has talked to before, to " + group.get());
    }

    @Override
    public void refusedBy(String address, RefusedException refusal) {}
  }

  @Override
  public byte[] call(String address, byte[] request, long timeoutNanos) throws IOException {
    long timeoutMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
    try {
      NetClient.Reply reply = client.ask(address, CLIENT_REQUEST, request, timeoutMillis).get(2 * timeoutMillis, TimeUnit.MILLISECONDS);
      return reply.body();
    } catch (ExecutionException e) {
      throw failure(address, e.getCause());
    } catch (TimeoutException e) {
      throw new OutcomeUnknownException("no answer from " + address, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OutcomeUnknownException("interrupted while waiting for " + address, e);
    }
  }

  private static IOException failure(String address, Throwable cause) {
    if (cause.getCause() instanceof RefusedException refused && refused.reason() == RefusedException.Reason.NOT_PERMITTED)
      return new NotPermittedException(refused.getMessage());
    if (cause instanceof NetClient.TooLargeException) return new RecordTooLargeException(cause.getMessage() + ". Nothing was appended");
    if (cause instanceof NetClient.NotSentException)
      return new UnavailableException(address + " does not answer: " + behind(address + ": ", cause.getMessage()), cause);
    return new OutcomeUnknownException("no answer from " + address + ": " + cause.getMessage(), cause);
  }

  /** What a text says behind a beginning that has been said. */
  private static String behind(String said, String text) {
    return text.startsWith(said) ? text.substring(said.length()) : text;
  }

  @Override
  public void close() {
    client.close();
  }
}
