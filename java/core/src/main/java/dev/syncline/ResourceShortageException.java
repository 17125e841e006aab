package dev.syncline;

/**
 * The process or the machine is short of something other than disk space: descriptors, memory, threads. The call was refused before it
 * changed anything, no sequence was used, and the log goes on: the same call may succeed when the shortage is over.
 */
public final class ResourceShortageException extends SynclineException {
  private static final long serialVersionUID = 1;

  public ResourceShortageException(String message, Throwable cause) {
    super(message, cause);
  }
}
