package dev.syncline.log.segment;

import dev.syncline.StorageFullException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * How much of a segment's file is asked of the file system ahead of need: little for a log that holds little, a whole segment at once
 * for one that fills them. It grows with what is there, so a file of 64 MiB is asked for in four steps and lies in as few pieces.
 */
final class Reservation {
  /** A log of one record takes this and the 8 KiB of its mark. */
  static final long BYTES_MIN = 512 << 10;

  private static final int GROWTH = 4;

  /** Enough for the next file, and what the file system keeps of its own. */
  private static final long LEFT_BYTES = 1 << 20;

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

  /**
   * Whether so much more can be asked for. A file system that is asked for more than it has may give all that to the file and fail then
   * (fallocate(2) on ext4, Linux 6.18), and nothing would be left for the next file; nor is what a file has given up free at once.
   */
  static boolean leavesRoom(Path directory, long moreBytes) {
    try {
      return moreBytes <= Files.getFileStore(directory).getUsableSpace() - LEFT_BYTES;
    } catch (IOException | UnsupportedOperationException e) {
      // Nobody knows: it is asked, then.
      return true;
    }
  }

  /**
   * Asks for what is wanted, and for what is needed alone where there is no room for more.
   *
   * @param hadBytes what the file has
   */
  static <T> T of(Path directory, long hadBytes, long neededBytes, long wantedBytes, Asking<T> asking) throws IOException {
    if (wantedBytes > neededBytes && !leavesRoom(directory, wantedBytes - hadBytes)) return asking.reserve(neededBytes);
    try {
      return asking.reserve(wantedBytes);
    } catch (StorageFullException e) {
      if (wantedBytes == neededBytes) throw e;
      return asking.reserve(neededBytes);
    }
  }
}
