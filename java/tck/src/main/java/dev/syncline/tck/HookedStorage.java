package dev.syncline.tck;

import dev.syncline.io.Storage;
import java.io.IOException;

/** A storage in which something happens before an operation: a writer does something meanwhile, a read fails, or finds nothing. */
final class HookedStorage extends InterceptedStorage {
  /** Returns true if the read or size is to find nothing; throws what the operation is to fail with. */
  interface Hook {
    boolean before(Operation operation) throws IOException;
  }

  private volatile Hook hook = operation -> false;

  HookedStorage(Storage delegate) {
    super(delegate);
  }

  void hook(Hook next) {
    hook = next;
  }

  void unhook() {
    hook = operation -> false;
  }

  @Override
  @SuppressWarnings("unchecked")
  protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
    if (hook.before(operation)) return (T) (operation.op() == Operation.Op.SIZE ? (Object) 0L : (Object) 0);
    return call.run();
  }

  @Override
  protected Storage around(Storage other) {
    return new HookedStorage(other);
  }
}
