package dev.syncline.tck;

import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import java.io.IOException;

/** A storage that says it writes in units of the largest block. */
final class CoarseStorage extends InterceptedStorage {
  private static final StorageTraits TRAITS =
      new StorageTraits("coarse", true, LogTestBase.BLOCK_BYTES, false, false, true, "the largest block");

  CoarseStorage(Storage delegate) {
    super(delegate);
  }

  @Override
  public StorageTraits traits() {
    return TRAITS;
  }

  @Override
  protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
    return call.run();
  }

  @Override
  protected Storage around(Storage other) {
    return new CoarseStorage(other);
  }
}
