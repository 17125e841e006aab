package dev.syncline.log.commit;

import java.io.IOException;

/** Throws again what another place has caught. */
public final class Rethrown {
  private Rethrown() {}

  /** Does nothing if there was nothing; what a method may not declare is wrapped. */
  public static void asIo(Throwable caught) throws IOException {
    if (caught == null) return;
    if (caught instanceof IOException e) throw e;
    if (caught instanceof RuntimeException e) throw e;
    if (caught instanceof Error e) throw e;
    throw new IOException(caught);
  }
}
