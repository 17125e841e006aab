package dev.syncline.replicated.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.WriteTimeoutHandler;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Connects to nodes and asks them: one connection for each address, made when it is needed. Safe for many threads. */
public final class NetClient implements Closeable {
  private static final WriteBufferWaterMark WATER = new WriteBufferWaterMark(1 << 20, 4 << 20);

  /** After a connection could not be made, no other is tried for so long. */
  private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private static final int CONNECT_MILLIS = 1000;

  private final NetLimits limits;
  private final Optional<Tls> tls;
  private final Doorkeeper doorkeeper;
  private final Map<String, Link> links = new ConcurrentHashMap<>();

  /** Told the address whenever a connection has been made. */
  private volatile Consumer<String> connected = address -> {};

  private volatile boolean closed;

  /** What can be asked over a connection; {@link Link#ready} says when. */
  private final class Link {
    final String address;
    final long begunNanos = System.nanoTime();
    final CompletableFuture<ClientConnection> ready = new CompletableFuture<>();

    Link(String address) {
      this.address = address;
    }

    boolean failed() {
      return ready.isCompletedExceptionally() || ready.isDone() && !ready.join().isActive();
    }

    /** Whether another one should take its place. */
    boolean spent() {
      return failed() && (ready.isDone() && !ready.isCompletedExceptionally() || System.nanoTime() - begunNanos > AGAIN_NANOS);
    }
  }

  public NetClient(NetLimits limits, Optional<Tls> tls, Doorkeeper doorkeeper) {
    this.limits = limits;
    this.tls = tls;
    this.doorkeeper = doorkeeper;
  }

  /** Tells somebody whenever a connection has been made, before anything is asked over it. */
  public void onConnected(Consumer<String> listener) {
    connected = listener;
  }

  /**
   * Asks the node at {@code address}.
   *
   * @return its answer; or {@link NotSentException} if it certainly never got the request; or another {@link IOException}
   */
  public CompletableFuture<Reply> ask(String address, byte type, byte[] body, long timeoutMillis) {
    CompletableFuture<Reply> answer = new CompletableFuture<>();
    Link link = link(address);
    link.ready.whenComplete((connection, failure) -> {
      if (failure != null) answer.completeExceptionally(new NotSentException(address + ": " + failure.getMessage(), failure));
      else connection.send(type, body, timeoutMillis, answer);
    });
    if (!answer.isDone() && !link.ready.isDone())
      Loops.shared().schedule(() -> {
        if (!link.ready.isDone())
          answer.completeExceptionally(new NotSentException(address + " could not be reached within " + timeoutMillis + " ms", null));
      }, timeoutMillis, TimeUnit.MILLISECONDS);
    return answer;
  }

  /** An answer. */
  public record Reply(byte type, byte[] body) {}

  /** The other side never takes a request of this size. It was not sent. */
  public static final class TooLargeException extends IOException {
    private static final long serialVersionUID = 1;

    TooLargeException(String message) {
      super(message);
    }
  }

  /** The request was certainly not sent. */
  public static final class NotSentException extends IOException {
    private static final long serialVersionUID = 1;

    NotSentException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /** Whether there is a connection that works; if not, one is begun. */
  public boolean isConnected(String address, boolean begin) {
    Link link = begin ? link(address) : links.get(address);
    return link != null && link.ready.isDone() && !link.failed();
  }

  /** Begins a connection if there is none, and waits for it. */
  public CompletableFuture<Void> connect(String address) {
    return link(address).ready.thenApply(connection -> null);
  }

  /** What the node at {@code address} has said of itself; empty if there is no connection. */
  public Optional<Hello> hello(String address) {
    Link link = links.get(address);
    return link == null || !link.ready.isDone() || link.failed() ? Optional.empty() : Optional.of(link.ready.join().other());
  }

  private Link link(String address) {
    Link now = links.get(address);
    if (now != null && !now.spent()) return now;
    Link fresh = new Link(address);
    Link used = links.compute(address, (name, old) -> old != null && !old.spent() ? old : fresh);
    if (used == fresh) open(fresh);
    return used;
  }

  private void open(Link link) {
    if (closed) {
      link.ready.completeExceptionally(new IOException("this side is closed"));
      return;
    }
    int colon = link.address.lastIndexOf(':');
    String host = link.address.substring(0, colon);
    int port = Integer.parseInt(link.address.substring(colon + 1));
    ClientConnection connection = new ClientConnection(
        link.address, doorkeeper, limits, tls.filter(Tls::knowsNames), link.ready, connected);
    Bootstrap bootstrap = new Bootstrap()
        .group(Loops.shared())
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_MILLIS)
        .option(ChannelOption.TCP_NODELAY, true)
        .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .option(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
        .handler(new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel channel) {
            if (tls.isPresent()) {
              SslHandler handler = tls.get().forClient(channel.alloc(), host, port);
              handler.setHandshakeTimeoutMillis(limits.greetingMillis());
              channel.pipeline().addLast(handler);
            }
            channel.pipeline().addLast(new WriteTimeoutHandler(limits.stallMillis(), TimeUnit.MILLISECONDS), FrameEncoder.INSTANCE,
                connection.decoder(), connection);
          }
        });
    bootstrap.connect(host, port).addListener((ChannelFuture done) -> {
      if (!done.isSuccess()) link.ready.completeExceptionally(done.cause());
      // The channel itself: the connection has not heard of it yet.
      else if (closed) done.channel().close();
    });
  }

  /** Ends the connection to {@code address}, if there is one. */
  public void disconnect(String address) {
    Link link = links.remove(address);
    if (link != null) link.ready.thenAccept(ClientConnection::close);
  }

  @Override
  public void close() {
    closed = true;
    for (String address : links.keySet()) disconnect(address);
  }
}
