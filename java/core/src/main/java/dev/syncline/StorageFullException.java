package dev.syncline;

/** No space, no quota, or the log's own size limit: nothing was written and no sequence was used. */
public final class StorageFullException extends SynclineException {
  private static final long serialVersionUID = 1;

  public StorageFullException(String message) {
    super(message, null);
  }

  public StorageFullException(String message, Throwable cause) {
    super(message, cause);
  }
}
