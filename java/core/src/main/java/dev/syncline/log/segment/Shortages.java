package dev.syncline.log.segment;

import dev.syncline.ResourceShortageException;
import dev.syncline.StorageFullException;
import dev.syncline.SynclineException;
import dev.syncline.shortage.Advice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What is said where something is short and nothing was changed. */
final class Shortages {
  private Shortages() {}

  interface Step {
    void run() throws IOException;
  }

  /**
   * Making or opening a file that holds no records of a commit under way may fail for want of a descriptor, of memory, of anything: nothing
   * that counts has changed, and the next try may succeed. Which of them it was a channel's exception does not say but in words.
   */
  static void orShortage(Path directory, Step making) throws IOException {
    try {
      making.run();
    } catch (SynclineException e) {
      throw e;
    } catch (IOException e) {
      throw new ResourceShortageException(
          directory + ": no file for the next records could be made or opened: " + e + ". Nothing was changed; if descriptors are"
              + " short raise their limit (ulimit -n), then try again", e);
    }
  }

  /** What failed for want of room, with what the reader of it needs to know. */
  static StorageFullException noRoom(Path directory, long maxSegmentBytes, StorageFullException because) {
    return new StorageFullException(
        directory + ": there is no room for the next records, and no sequence was used: "
            + because.getMessage().replace(Advice.ROOM, "") + ". " + freeBytes(directory) + "A file of the log grows to maxSegmentSize, "
            + maxSegmentBytes + " bytes here. Free space, raise a limit (quota, ulimit -f) or truncate the log, then append again",
        because);
  }

  /** A whole segment is not asked for ahead of need where there is not so much: it gets its space bit by bit. */
  static StorageFullException noRoomAhead(Path directory, long segmentBytes) {
    return new StorageFullException(
        directory + ": a whole segment of " + segmentBytes + " bytes has no room ahead of need. Nothing was refused: appends go on as"
            + " long as there is room for them. " + freeBytes(directory) + "Free space or truncate the log");
  }

  private static String freeBytes(Path directory) {
    try {
      return "The file system has " + Files.getFileStore(directory).getUsableSpace() + " bytes free: if that is enough, it has no inodes"
          + " left (df -i), or a limit is reached. ";
    } catch (IOException e) {
      // Said to help, and no reason to hide what happened.
      return "";
    }
  }
}
