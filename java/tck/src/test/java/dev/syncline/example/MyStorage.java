package dev.syncline.example;

import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import dev.syncline.tck.InterceptedStorage;
import dev.syncline.tck.Operation;
import java.io.IOException;
import java.nio.file.Path;

/** A third storage, for the example: it does what the portable one does. */
final class MyStorage extends InterceptedStorage {
  private static final int BLOCK_BYTES = 4096;

  MyStorage(Path directory) throws IOException {
    this(Storages.open(directory, StorageMode.PORTABLE, BLOCK_BYTES).storage());
  }

  private MyStorage(Storage delegate) {
    super(delegate);
  }

  @Override
  protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
    return call.run();
  }

  @Override
  protected Storage around(Storage other) {
    return new MyStorage(other);
  }
}
