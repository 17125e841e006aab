package dev.syncline.log;

import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import java.nio.ByteBuffer;

/**
 * What a reader needs of one frame's header, taken while the header was known to be good. One object goes from frame to frame, so that
 * going through millions of them allocates nothing.
 */
final class FrameFields {
  long epoch;
  long offsetBytes;
  long firstSequence;
  long lastSequence;
  int bodyBytes;
  int recordCount;
  int recordsDigest;
  int kind;

  /** Takes the fields of the header at {@code at}, in which {@link FrameHeader#problem} has found none. */
  FrameFields take(ByteBuffer in, int at) {
    epoch = FrameHeader.epoch(in, at);
    offsetBytes = FrameHeader.offsetBytes(in, at);
    firstSequence = FrameHeader.firstSequence(in, at);
    lastSequence = FrameHeader.lastSequence(in, at);
    bodyBytes = FrameHeader.bodyBytes(in, at);
    recordCount = FrameHeader.recordCount(in, at);
    recordsDigest = FrameHeader.recordsDigest(in, at);
    kind = FrameHeader.kind(in, at);
    return this;
  }

  FrameFields take(FrameHeader header) {
    epoch = header.epoch();
    offsetBytes = header.offsetBytes();
    firstSequence = header.firstSequence();
    lastSequence = header.lastSequence();
    bodyBytes = header.bodyBytes();
    recordCount = header.recordCount();
    recordsDigest = header.recordsDigest();
    kind = header.kind();
    return this;
  }

  /** Offset of the next frame. */
  long endBytes(int blockBytes) {
    return Layout.roundUp(offsetBytes + usedBytes(), blockBytes);
  }

  /** Header and records, without the padding. */
  long usedBytes() {
    return Layout.FRAME_HEADER_BYTES + (long) bodyBytes;
  }
}
