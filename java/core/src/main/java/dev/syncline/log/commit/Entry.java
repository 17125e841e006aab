package dev.syncline.log.commit;

import dev.syncline.format.Layout;
import java.util.List;

/**
 * One record to append: opaque to this layer but for its type.
 *
 * @param type 0 to 255; the types present are listed in each segment's seal
 * @param meta 32 bits of the caller's
 * @param head first part of the payload
 * @param rest second part of the payload
 */
public record Entry(int type, int meta, byte[] head, byte[] rest) {
  public long payloadBytes() {
    return (long) head.length + rest.length;
  }

  /** How many records a group has; null stands for a single one. */
  static int countOf(List<Entry> group) {
    return group == null ? 1 : group.size();
  }

  /** What the records of a group, or one record where that is null, take in a frame, headers included. */
  static int bytesOf(List<Entry> group, byte[] head, byte[] rest) {
    if (group == null) return Math.toIntExact((long) head.length + rest.length + Layout.RECORD_HEADER_BYTES);
    long bytes = (long) group.size() * Layout.RECORD_HEADER_BYTES;
    for (int i = 0; i < group.size(); i++) bytes += group.get(i).payloadBytes();
    return Math.toIntExact(bytes);
  }
}
