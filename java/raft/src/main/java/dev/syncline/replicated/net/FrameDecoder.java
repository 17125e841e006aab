package dev.syncline.replicated.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Takes frames from a connection. A length is checked before a byte behind it is awaited; memory is taken as bytes come, for one frame at
 * a time, and from a {@link MemoryBudget} if there is one; and a frame that has begun must end in time.
 */
final class FrameDecoder extends ByteToMessageDecoder {
  private static final long RETRY_MILLIS = 5;

  /** Frames up to here are not worth asking the budget for. */
  static final int SMALL_BYTES = 16 << 10;

  private final long stallMillis;
  private int maxBytes = Frame.GREETING_BYTES_MAX;
  private MemoryBudget budget;

  /** Bytes of the frame that has begun; -1 between frames. */
  private int awaited = -1;
  private long taken;
  private long framesBegun;
  private boolean broken;

  /** Whether a frame waits for memory. Nothing is read meanwhile: what is read is held. */
  private boolean paused;

  FrameDecoder(long stallMillis) {
    this.stallMillis = stallMillis;
  }

  /** The other side is known: larger frames may come; {@code budget} pays for them, unless null. */
  void open(int frameBytes, MemoryBudget itsBudget) {
    maxBytes = frameBytes;
    budget = itsBudget;
  }

  @Override
  protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) throws RefusedException {
    if (broken) in.skipBytes(in.readableBytes());
    if (awaited < 0 && !begin(ctx, in)) return;
    if (in.readableBytes() < awaited) return;
    byte kind = in.readByte();
    byte type = in.readByte();
    long id = in.readLong();
    byte[] body = new byte[awaited - Frame.HEADER_BYTES];
    in.readBytes(body);
    out.add(new Received(new Frame(kind, type, id, body), taken));
    awaited = -1;
    taken = 0;
  }

  /** A frame, and what it has taken of the budget: whoever gets it gives that back. */
  record Received(Frame frame, long taken) {}

  private boolean begin(ChannelHandlerContext ctx, ByteBuf in) throws RefusedException {
    if (in.readableBytes() < Frame.LENGTH_BYTES) return false;
    int length = in.getInt(in.readerIndex());
    if (length < Frame.HEADER_BYTES || length > maxBytes) {
      broken = true;
      throw new RefusedException(RefusedException.Reason.INVALID,
          "expected a frame of " + Frame.HEADER_BYTES + " to " + maxBytes + " bytes, found a length of " + (length & 0xffffffffL)
              + (length >>> 16 == 0x1603 ? ": that is TLS, and this port speaks it not" : ""));
    }
    if (budget != null && length > SMALL_BYTES) {
      if (!budget.take(length)) {
        pause(ctx);
        return false;
      }
      taken = length;
    }
    in.skipBytes(Frame.LENGTH_BYTES);
    awaited = length;
    long number = ++framesBegun;
    if (in.readableBytes() < length)
      ctx.executor().schedule(() -> {
        if (awaited >= 0 && framesBegun == number)
          ctx.fireExceptionCaught(new RefusedException(RefusedException.Reason.BUSY,
              "a frame of " + length + " bytes has not come within " + stallMillis + " ms"));
      }, stallMillis, TimeUnit.MILLISECONDS);
    return true;
  }

  /** Reads on when somebody has given memory back. */
  private void pause(ChannelHandlerContext ctx) {
    ctx.channel().config().setAutoRead(false);
    if (paused) return;
    paused = true;
    ctx.executor().schedule(() -> {
      paused = false;
      try {
        channelRead(ctx, Unpooled.EMPTY_BUFFER);
        if (!paused) ctx.channel().config().setAutoRead(true);
        channelReadComplete(ctx);
      } catch (Exception e) {
        ctx.fireExceptionCaught(e);
      }
    }, RETRY_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Where nothing has come of what was read, the decoder asks for more, although the channel is not to read by itself. */
  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (!paused) {
      super.channelReadComplete(ctx);
      return;
    }
    discardSomeReadBytes();
    ctx.fireChannelReadComplete();
  }

  /** Bytes that were read and are no frame yet. */
  int heldBytes() {
    return actualReadableBytes();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) {
    if (taken > 0) budget.give(taken);
    taken = 0;
    awaited = -1;
  }
}
