package dev.syncline.log.segment;

import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import java.nio.ByteBuffer;

/**
 * What a reader needs of one frame's header, taken while the header was known to be good. One object goes from frame to frame, so that
 * going through millions of them allocates nothing.
 */
public final class FrameFields {
  public long epoch;
  public long offsetBytes;
  public long firstSequence;
  public long lastSequence;
  public int bodyBytes;
  public int recordCount;
  public int recordsDigest;
  public int kind;
  public int crc;
  public int previousCrc;
  public long committedMillis;

  /** Takes the fields of the header at {@code at}, in which {@link FrameHeader#problem} has found none. */
  public FrameFields take(ByteBuffer in, int at) {
    epoch = FrameHeader.epoch(in, at);
    offsetBytes = FrameHeader.offsetBytes(in, at);
    firstSequence = FrameHeader.firstSequence(in, at);
    lastSequence = FrameHeader.lastSequence(in, at);
    bodyBytes = FrameHeader.bodyBytes(in, at);
    recordCount = FrameHeader.recordCount(in, at);
    recordsDigest = FrameHeader.recordsDigest(in, at);
    kind = FrameHeader.kind(in, at);
    crc = FrameHeader.crc(in, at);
    previousCrc = FrameHeader.previousCrc(in, at);
    committedMillis = FrameHeader.committedMillis(in, at);
    return this;
  }

  public FrameFields take(FrameHeader header) {
    epoch = header.epoch();
    offsetBytes = header.offsetBytes();
    firstSequence = header.firstSequence();
    lastSequence = header.lastSequence();
    bodyBytes = header.bodyBytes();
    recordCount = header.recordCount();
    recordsDigest = header.recordsDigest();
    kind = header.kind();
    crc = header.crc();
    previousCrc = header.previousCrc();
    committedMillis = header.committedMillis();
    return this;
  }

  /** Offset of the next frame. */
  public long endBytes(int blockBytes) {
    return Layout.roundUp(offsetBytes + usedBytes(), blockBytes);
  }

  /** Header and records, without the padding. */
  public long usedBytes() {
    return Layout.FRAME_HEADER_BYTES + (long) bodyBytes;
  }
}
