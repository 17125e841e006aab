package dev.syncline.log.flight;

import dev.syncline.log.events.Flight;
import java.nio.file.Path;

/** Finds the flight recorder. Apart from what uses it, which cannot be linked in a JVM without. */
public final class Flights {
  private Flights() {}

  /** For the log in that directory; null if this JVM has no module {@code jdk.jfr}, or the program has left it out. */
  public static Flight of(Path directory) {
    try {
      return JfrFlight.ready(directory);
    } catch (LinkageError e) {
      return null;
    }
  }
}
