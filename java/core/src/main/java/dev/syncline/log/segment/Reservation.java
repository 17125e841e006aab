package dev.syncline.log.segment;

import dev.syncline.StorageFullException;
import java.io.IOException;

/**
 * How much of a segment's file is asked of the file system ahead of need: little for a log that holds little, a whole segment at once
 * for one that fills them. It grows with what is there, so a file of 64 MiB is asked for in four steps and lies in as few pieces.
 */
final class Reservation {
  /** A log of one record takes this and the 8 KiB of its mark. */
  static final long BYTES_MIN = 512 << 10;

  private static final int GROWTH = 4;

  private Reservation() {}

  interface Asking<T> {
    T reserve(long bytes) throws IOException;
  }

  /**
   * @param neededBytes what must be had, or there is no room
   * @param capacityBytes what the file may come to; a single large frame may need more
   * @param usedBytes what is there already, in the file or in those before it
   */
  static long wanted(long neededBytes, long capacityBytes, long usedBytes) {
    long grown = usedBytes < capacityBytes / GROWTH ? Math.max(BYTES_MIN, GROWTH * usedBytes) : capacityBytes;
    return Math.max(neededBytes, Math.min(capacityBytes, grown));
  }

  /** Asks for what is wanted, and for what is needed alone where there is no room for more. */
  static <T> T of(long neededBytes, long wantedBytes, Asking<T> asking) throws IOException {
    try {
      return asking.reserve(wantedBytes);
    } catch (StorageFullException e) {
      if (wantedBytes == neededBytes) throw e;
      return asking.reserve(neededBytes);
    }
  }
}
