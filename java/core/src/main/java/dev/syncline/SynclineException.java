package dev.syncline;

import java.io.IOException;

/** The parent of everything that the log itself throws. Its messages say what, where, expected, found, and what to do. */
public abstract sealed class SynclineException extends IOException
    permits CorruptLogException,
        IncompatibleLogException,
        LogClosedException,
        LogFailedException,
        LogFencedException,
        LogLockedException,
        RecordTooLargeException,
        RecordsTruncatedException,
        ResourceShortageException,
        StorageFullException {
  private static final long serialVersionUID = 1;

  SynclineException(String message, Throwable cause) {
    super(message, cause);
  }
}
