package dev.syncline.log.recovery;

import dev.syncline.format.Crc;
import dev.syncline.format.Fence;
import dev.syncline.format.Layout;
import java.nio.ByteBuffer;

/** What a file holds that was reserved, or used for another segment before, where this one has written nothing. */
final class EarlierLife {
  private EarlierLife() {}

  /** Whether a block may be part of what was written last: neither all zeros nor the start of a frame, or a fence, of an earlier life. */
  static boolean isNone(ByteBuffer in, int at, int lengthBytes, Crc crc, long ordinal) {
    if (lengthBytes >= Layout.FRAME_HEADER_BYTES
        && in.getInt(at) == Layout.FRAME_MAGIC
        && in.getLong(at + 16) != ordinal
        && crc.of(in, at + 8, Layout.FRAME_HEADER_BYTES - 8) == in.getInt(at + 4)) return false;
    if (Fence.isWhole(in, at, lengthBytes, crc)) return false;
    for (int i = 0; i < lengthBytes; i++) if (in.get(at + i) != 0) return true;
    return false;
  }
}
