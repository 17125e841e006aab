package dev.syncline.tck;

/**
 * One call that a log made to its storage.
 *
 * @param op what was called
 * @param file the file's name in its directory as it was opened (for a rename, the old one); empty for operations on a
 *     directory
 * @param offsetBytes where in the file; 0 where that means nothing
 * @param lengthBytes how many bytes were asked for, or the size of a create, reserve or truncate; 0 where that means nothing
 * @param thread who called
 */
public record Operation(Op op, String file, long offsetBytes, long lengthBytes, Thread thread) {

  /**
   * The calls that there are: those of {@link dev.syncline.io.Storage}, then those of {@link dev.syncline.io.SegmentFile}.
   */
  public enum Op {
    CREATE_DIRECTORY,
    LIST,
    CREATE,
    OPEN,
    RENAME,
    LINK,
    LINK_COUNT,
    DELETE,
    SYNC_DIRECTORY,
    WRITE,
    WRITE_DURABLY,
    WRITE_ZEROS,
    SYNC,
    READ,
    TRUNCATE,
    RESERVE,
    SIZE,
    CLOSE
  }

  static Operation of(Op op, String file, long offsetBytes, long lengthBytes) {
    return new Operation(op, file, offsetBytes, lengthBytes, Thread.currentThread());
  }
}
