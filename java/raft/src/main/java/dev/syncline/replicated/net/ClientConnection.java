package dev.syncline.replicated.net;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** One connection that this side has opened. What is not said to be for any thread runs on the connection's own. */
final class ClientConnection extends ChannelInboundHandlerAdapter {
  private final String address;
  private final Doorkeeper doorkeeper;
  private final NetLimits limits;

  /** Says whose certificate is a node's; empty without TLS, and at a client, who has no list of names. */
  private final Optional<Tls> requireNode;

  private final CompletableFuture<ClientConnection> ready;
  private final Consumer<String> connected;
  private final FrameDecoder decoder;
  private final Map<Long, Asked> asked = new HashMap<>();
  private long lastId;
  private volatile ChannelHandlerContext context;
  private volatile Hello other;

  private record Asked(CompletableFuture<NetClient.Reply> answer, ScheduledFuture<?> timeout) {}

  ClientConnection(
      String address, Doorkeeper doorkeeper, NetLimits limits, Optional<Tls> requireNode, CompletableFuture<ClientConnection> ready,
      Consumer<String> connected) {
    this.address = address;
    this.doorkeeper = doorkeeper;
    this.limits = limits;
    this.requireNode = requireNode;
    this.ready = ready;
    this.connected = connected;
    this.decoder = new FrameDecoder(limits.stallMillis());
  }

  FrameDecoder decoder() {
    return decoder;
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    context = ctx;
    SslHandler tls = ctx.pipeline().get(SslHandler.class);
    if (tls == null) greet(ctx);
    else tls.handshakeFuture().addListener(done -> {
      if (done.isSuccess()) greet(ctx);
      else fail(ctx, new IOException("no TLS with " + address + ": " + done.cause().getMessage(), done.cause()));
    });
  }

  private void greet(ChannelHandlerContext ctx) {
    ctx.writeAndFlush(new Frame(Frame.HELLO, (byte) 0, 0, doorkeeper.self().encode()), ctx.voidPromise());
    ctx.executor().schedule(() -> {
      if (!ready.isDone()) fail(ctx, new IOException(address + " has not answered a greeting within " + limits.greetingMillis() + " ms"));
    }, limits.greetingMillis(), TimeUnit.MILLISECONDS);
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) throws IOException {
    Frame frame = ((FrameDecoder.Received) message).frame();
    if (frame.kind() == Frame.REFUSED) {
      RefusedException refusal = frame.refusal(address);
      doorkeeper.refusedBy(address, refusal);
      fail(ctx, refusal);
    } else if (other == null) {
      welcomed(ctx, frame);
    } else if (frame.kind() == Frame.REPLY) {
      Asked question = asked.remove(frame.id());
      if (question == null) return; // It came too late.
      question.timeout.cancel(false);
      question.answer.complete(new NetClient.Reply(frame.type(), frame.body()));
    } else {
      fail(ctx, new IOException("expected a reply of " + address + ", found a frame of kind " + frame.kind()));
    }
  }

  private void welcomed(ChannelHandlerContext ctx, Frame frame) throws IOException {
    if (frame.kind() != Frame.WELCOME)
      throw new IOException("expected the welcome of " + address + ", found a frame of kind " + frame.kind());
    Hello said = Hello.decode(frame.body());
    Tls.requireInForce(ctx.pipeline().get(SslHandler.class), address);
    if (requireNode.isPresent()) requireNode.get().requireNode(ctx.pipeline().get(SslHandler.class), address);
    doorkeeper.met(address, said);
    other = said;
    decoder.open(limits.frameBytes(), null);
    ready.complete(this);
    connected.accept(address);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    Throwable root = cause.getCause() instanceof IOException inner ? inner : cause;
    fail(ctx, root instanceof IOException io ? io : new IOException(String.valueOf(root.getMessage()), root));
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    boolean inTheClear = ctx.pipeline().get(SslHandler.class) == null;
    fail(ctx, new IOException(address + " has ended the connection"
        + (other == null && inTheClear ? ", having said nothing: it may speak TLS alone, and this side has no certificate" : "")));
  }

  /** Whoever waits learns that there will be no answer. */
  private void fail(ChannelHandlerContext ctx, IOException cause) {
    ready.completeExceptionally(cause);
    Map<Long, Asked> lost = new HashMap<>(asked);
    asked.clear();
    for (Asked each : lost.values()) {
      each.timeout.cancel(false);
      each.answer.completeExceptionally(cause);
    }
    ctx.close();
  }

  // For any thread.

  /** What the other side has said of itself. */
  Hello other() {
    return other;
  }

  boolean isActive() {
    return context != null && context.channel().isActive();
  }

  void send(byte type, byte[] body, long timeoutMillis, CompletableFuture<NetClient.Reply> answer) {
    if (context.executor().inEventLoop()) sendNow(type, body, timeoutMillis, answer);
    else context.executor().execute(() -> sendNow(type, body, timeoutMillis, answer));
  }

  private void sendNow(byte type, byte[] body, long timeoutMillis, CompletableFuture<NetClient.Reply> answer) {
    if (!isActive()) {
      answer.completeExceptionally(new NetClient.NotSentException("the connection to " + address + " has ended", null));
      return;
    }
    if (other.frameBytes() > 0 && body.length + Frame.HEADER_BYTES > other.frameBytes()) {
      answer.completeExceptionally(new NetClient.TooLargeException(
          "expected at most " + (other.frameBytes() - Frame.HEADER_BYTES) + " bytes in a request to " + address + ", found "
              + body.length));
      return;
    }
    if (!context.channel().isWritable() && context.channel().bytesBeforeWritable() > limits.frameBytes()) {
      answer.completeExceptionally(new NetClient.NotSentException(address + " takes requests too slowly", null));
      return;
    }
    long id = ++lastId;
    ScheduledFuture<?> timeout = context.executor().schedule(() -> {
      asked.remove(id);
      answer.completeExceptionally(new IOException(
          "no answer from " + address + " within " + timeoutMillis + " ms", new TimeoutException(timeoutMillis + " ms are over")));
    }, timeoutMillis, TimeUnit.MILLISECONDS);
    asked.put(id, new Asked(answer, timeout));
    context.writeAndFlush(new Frame(Frame.REQUEST, type, id, body), context.voidPromise());
  }

  void close() {
    if (context != null) context.close();
  }
}
