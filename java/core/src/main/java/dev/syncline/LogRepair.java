package dev.syncline;

import dev.syncline.io.Refusal;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import dev.syncline.log.repair.Planner;
import dev.syncline.log.repair.Repairing;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Repairs a damaged log by skipping the damage: every record that can be read is kept, with its sequence, whether it lies before or
 * behind what is lost. Of a batch of which a part is lost nothing is kept. The sequences that are lost become gaps on record and are not
 * given out again; truncation, checkpoints and what they cover stay as they were.
 *
 * <p>{@link #plan} tells what is lost and what would be done, {@link #apply} does it. It works for every log of this library: for what was
 * written through {@link WriteAheadLog}, and for records with types and indexes of the caller's.
 *
 * <p>The new log is built beside the damaged one, in the directory {@code repair} inside its own; it is verified and compared before
 * anything else is touched. Then the old files go to {@code quarantine}, whole, and the new ones take their place. If that is interrupted
 * the log is refused by everybody who opens it until {@link #apply} is called again, which goes on.
 */
public final class LogRepair {
  private LogRepair() {}

  /**
   * Reads everything, twice, and tells what is damaged and what a repair would do. Writes nothing and takes no lock.
   *
   * @throws LogLockedException if another process has the log open to write
   * @throws IncompatibleLogException if the directory holds what is not this log's, or what a repair must not touch
   * @throws NoSuchFileException if there is no such directory
   */
  public static RepairPlan plan(Path directory) throws IOException {
    return plan(directory, WalOptions.defaults());
  }

  /** The same, with {@link WalOptions.Builder#observer} told how far it is; nothing else of the options counts. */
  public static RepairPlan plan(Path directory, WalOptions options) throws IOException {
    requireLog(directory);
    Objects.requireNonNull(options, "options");
    try (Storage storage = Storages.openToRead(directory, WalOptions.defaults().blockSize()).storage()) {
      return plan(storage, options);
    }
  }

  /** The same through a storage of the caller's, who closes it. */
  public static RepairPlan plan(Storage storage) throws IOException {
    return plan(storage, WalOptions.defaults());
  }

  /** The same with both. */
  public static RepairPlan plan(Storage storage, WalOptions options) throws IOException {
    Objects.requireNonNull(options, "options");
    Objects.requireNonNull(storage, "storage");
    Directories.requireDirectory(storage.directory());
    try {
      return new Planner(storage).plan(options.observer().orElse(null));
    } catch (IOException e) {
      throw Refusal.explained(e, storage.directory(), false);
    }
  }

  /** Repairs a log with {@link WalOptions#defaults}. */
  public static RepairResult apply(Path directory) throws IOException {
    return apply(directory, WalOptions.defaults());
  }

  /**
   * Repairs a log, or goes on with a repair that was interrupted. Does nothing if nothing is damaged. When it returns everything is
   * durable, and the log can be opened. An instance of it that this JVM has open is fenced, as by {@link WriteAheadLog#open}.
   *
   * @param options of which the storage, the observer and the time limits count, and the block size if none is readable in the log; its
   *     other sizes are those that it had
   * @throws LogLockedException if another process holds the log
   * @throws LogFailedException if for {@link WalOptions#openTimeout} nothing moves in the directory: the disk hangs. The repair does
   *     nothing more then, and the next one begins anew, or goes on
   * @throws IncompatibleLogException if the directory holds what is not this log's, or what a repair must not touch; nothing has changed
   * @throws StorageFullException if there is no room for the new log beside the old one; nothing has changed
   * @throws NoSuchFileException if there is no such directory
   */
  public static RepairResult apply(Path directory, WalOptions options) throws IOException {
    requireLog(directory);
    Objects.requireNonNull(options, "options");
    return Repairing.of(directory, options.toLogOptions(), options.storage(), new LastCheckpointSearch()).run();
  }

  /** The same through a storage of the caller's, who closes it. */
  public static RepairResult apply(Storage storage, WalOptions options) throws IOException {
    Objects.requireNonNull(storage, "storage");
    Objects.requireNonNull(options, "options");
    requireLog(storage.directory());
    return Repairing.of(storage, options.toLogOptions(), new LastCheckpointSearch()).run();
  }

  private static void requireLog(Path directory) throws IOException {
    Directories.requireDirectory(directory);
    Directories.requireExisting(directory);
  }
}
