package dev.syncline.replicated.net;

import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.WriteTimeoutException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** One connection that was opened to this node. Its methods run on the connection's own thread unless they say so. */
final class ServerConnection extends ChannelInboundHandlerAdapter implements Session {
  private static final long RETRY_MILLIS = 5;
  private final NetServer server;
  private final SocketChannel channel;
  private final FrameDecoder decoder;
  private final ConcurrentMap<String, Object> attributes = new ConcurrentHashMap<>();

  /** Requests that came while as many as may be were under way: what one read of the socket brought. */
  private final Queue<FrameDecoder.Received> waiting = new ArrayDeque<>();

  /** Whether somebody will look after those that wait for memory. */
  private boolean retrying;

  private int underWay;
  private String countedHost;
  private volatile Hello hello;
  private volatile Set<Permission> permissions = Set.of();

  ServerConnection(NetServer server, SocketChannel channel) {
    this.server = server;
    this.channel = channel;
    this.decoder = new FrameDecoder(server.limits().stallMillis());
  }

  FrameDecoder decoder() {
    return decoder;
  }

  SocketChannel channel() {
    return channel;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws RefusedException {
    FrameDecoder.Received received = (FrameDecoder.Received) message;
    if (hello == null) {
      greet(received.frame());
      return;
    }
    if (received.frame().kind() != Frame.REQUEST) {
      server.budget().give(received.taken());
      throw new RefusedException(RefusedException.Reason.INVALID, "expected a request, found a frame of kind " + received.frame().kind());
    }
    if (!waiting.isEmpty() || !begun(received)) {
      waiting.add(received);
      channel.config().setAutoRead(false);
    }
  }

  /** Begins to work on a request, if it may be now. */
  private boolean begun(FrameDecoder.Received received) {
    if (underWay >= server.limits().requestsPerConnection() || !channel.isWritable()) return false;
    long reserved = server.requests().replyBytes(received.frame().type(), received.frame().body());
    if (reserved > 0 && !server.budget().take(reserved)) {
      retrySoon();
      return false;
    }
    begin(new FrameDecoder.Received(received.frame(), received.taken() + reserved));
    return true;
  }

  private void retrySoon() {
    if (retrying) return;
    retrying = true;
    channel.eventLoop().schedule(() -> {
      retrying = false;
      if (channel.isActive()) goOn();
    }, RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  private void greet(Frame frame) throws RefusedException {
    if (frame.kind() != Frame.HELLO)
      throw new RefusedException(RefusedException.Reason.INVALID, "expected a greeting, found a frame of kind " + frame.kind());
    Hello said = Hello.decode(frame.body());
    Tls.requireInForce(certificate(), host());
    Set<Permission> its = server.tls().isPresent() ? server.tls().get().permissions(certificate()) : EnumSet.allOf(Permission.class);
    if (said.node() && server.tls().isPresent()) server.tls().get().requireNode(certificate(), said.address());
    server.doorkeeper().admit(said);
    // To call oneself a node costs nothing.
    boolean fellow = server.doorkeeper().isFellow(said);
    if (!fellow) {
      server.countStranger(host());
      countedHost = host();
    }
    permissions = Set.copyOf(its);
    hello = said;
    server.known(this);
    decoder.open(server.limits().frameBytes(), fellow ? null : server.budget());
    Hello answer = server.doorkeeper().answer(said).taking(server.limits().frameBytes());
    channel.writeAndFlush(new Frame(Frame.WELCOME, (byte) 0, 0, answer.encode()));
  }

  private SslHandler certificate() {
    return channel.pipeline().get(SslHandler.class);
  }

  private void begin(FrameDecoder.Received received) {
    underWay++;
    Frame request = received.frame();
    AtomicBoolean answered = new AtomicBoolean();
    try {
      server.requests().handle(this, request.type(), request.body(), (type, body) -> {
        if (!answered.compareAndSet(false, true)) return;
        if (channel.eventLoop().inEventLoop()) reply(received, type, body);
        else channel.eventLoop().execute(() -> reply(received, type, body));
      });
    } catch (RefusedException | RuntimeException e) {
      // Nobody answers it, so nobody else gives back what it has taken.
      if (answered.compareAndSet(false, true)) {
        underWay--;
        server.budget().give(received.taken());
      }
      ended(e);
    }
  }

  private void reply(FrameDecoder.Received received, byte type, byte[] body) {
    underWay--;
    // What it has taken is taken until the answer is on its way: whoever takes no answers does not get more.
    channel.writeAndFlush(new Frame(Frame.REPLY, type, received.frame().id(), body))
        .addListener(done -> server.budget().give(received.taken()));
    if (channel.isActive()) goOn();
  }

  /** Takes up what waits, as far as may be. */
  private void goOn() {
    while (!waiting.isEmpty() && begun(waiting.peek())) waiting.remove();
    if (waiting.isEmpty() && channel.isWritable() && !channel.config().isAutoRead()) channel.config().setAutoRead(true);
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    // Whoever does not take his answers asks nothing more; if he takes none for a while the write timeout ends it.
    if (channel.isWritable()) goOn();
    else channel.config().setAutoRead(false);
  }

  void closeStranger() {
    if (hello == null && channel.isActive()) close();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    ended(cause.getCause() instanceof RefusedException inner ? inner : cause);
  }

  private void ended(Throwable because) {
    if (because instanceof RefusedException refusal) {
      server.note(remote(), "refused: " + refusal.getMessage());
      channel.writeAndFlush(Frame.refused(refusal)).addListener(ChannelFutureListener.CLOSE);
      return;
    }
    server.note(remote(), "the connection ended: " + reason(because));
    channel.close();
  }

  private static String reason(Throwable because) {
    if (because instanceof WriteTimeoutException) return "takes no answers";
    // Netty would say what has come instead, and that may be anything, records too.
    if (because.getCause() instanceof NotSslRecordException) return "what came is not TLS, and this port speaks nothing else";
    return String.valueOf(because.getMessage());
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    server.ended(this);
    for (FrameDecoder.Received each : waiting) server.budget().give(each.taken());
    waiting.clear();
    if (countedHost != null) server.forgetStranger(countedHost);
    countedHost = null;
    if (hello != null) server.requests().closed(this);
  }

  // For any thread.

  @Override
  public Hello hello() {
    return hello;
  }

  @Override
  public Set<Permission> permissions() {
    return permissions;
  }

  @Override
  public ConcurrentMap<String, Object> attributes() {
    return attributes;
  }

  private String host() {
    InetSocketAddress remote = channel.remoteAddress();
    return remote == null ? "" : remote.getAddress().getHostAddress();
  }

  @Override
  public String remote() {
    Hello known = hello;
    return known != null && known.node() ? known.address() : String.valueOf(channel.remoteAddress());
  }

  @Override
  public void note(String what) {
    server.note(remote(), what);
  }

  @Override
  public void close() {
    channel.close();
  }
}
