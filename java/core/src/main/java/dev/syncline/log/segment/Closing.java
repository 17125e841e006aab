package dev.syncline.log.segment;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/** Closes many things, also behind one that cannot be closed. */
public final class Closing {
  private Closing() {}

  /** @throws IOException the first failure, with the others suppressed in it */
  public static void all(List<? extends Closeable> open) throws IOException {
    IOException failed = null;
    for (Closeable each : open) {
      try {
        each.close();
      } catch (IOException e) {
        if (failed == null) failed = e;
        else failed.addSuppressed(e);
      }
    }
    if (failed != null) throw failed;
  }
}
