package dev.syncline.log;

import dev.syncline.io.Storage;
import java.io.IOException;

/** Opens the storage of a directory, when that is there and its lock is held: it may try there what the directory takes. */
public interface StorageOpener {
  Storage open() throws IOException;
}
