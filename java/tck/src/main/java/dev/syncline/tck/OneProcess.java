package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.io.IOException;

/** What one process has of a disk: the next one goes on with it. */
final class OneProcess extends InterceptedStorage {
  OneProcess(Storage disk) {
    super(disk);
  }

  @Override
  protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
    return call.run();
  }

  @Override
  protected Storage around(Storage other) {
    return other;
  }

  @Override
  protected void doClose() {}
}
