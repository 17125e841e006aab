package dev.syncline.log.events;

import dev.syncline.RecoveryPhase;
import java.io.IOException;

/** A part of opening, of which it is told when it is over, and how long it took. */
public final class Phase {
  /** What is done in it. */
  public interface Work<T> {
    T run() throws IOException;
  }

  private final LogEvents events;
  private final RecoveryPhase phase;

  public Phase(LogEvents events, RecoveryPhase phase) {
    this.events = events;
    this.phase = phase;
  }

  /** Does the work; of what throws it is not told. */
  public <T> T run(Work<T> work) throws IOException {
    Object begun = events.begin(EventKind.RECOVERING);
    long beganNanos = System.nanoTime();
    T result = work.run();
    events.phaseEnded(begun, phase, System.nanoTime() - beganNanos);
    return result;
  }
}
