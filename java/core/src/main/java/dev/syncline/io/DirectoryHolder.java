package dev.syncline.io;

import dev.syncline.LogLockedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Who has a directory, for those who want to know it without taking its lock. */
public final class DirectoryHolder {
  private DirectoryHolder() {}

  /**
   * Looks at the record of who holds the directory; touches nothing.
   *
   * @param directoryKey as {@link Storage#directoryKey} says
   * @throws LogLockedException if another process is on record that lives
   * @throws IOException if the record cannot be read
   */
  public static void requireNoOther(Path directory, Object directoryKey) throws IOException {
    Optional<LockRecord> record = LockRecord.read(directory);
    if (record.isPresent() && record.get().namesLivingHolder(directoryKey))
      throw new LogLockedException(
          directory + " is in use by another process: " + LockRecord.holder(directory)
              + "; close the log there first, since it is not to change while it is looked at. Nothing was changed");
  }
}
