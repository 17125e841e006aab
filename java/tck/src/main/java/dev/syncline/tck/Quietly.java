package dev.syncline.tck;

import java.io.IOException;

/** Ends what a test leaves open, whose own outcome no longer matters. */
public final class Quietly {
  private Quietly() {}

  public static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (IOException expected) {
      // A poisoned or fenced log says so again here, and the test has already looked at that.
    } catch (Exception e) {
      throw new AssertionError("closing " + resource + " failed in a way that no promise allows", e);
    }
  }
}
