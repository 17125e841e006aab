package dev.syncline.log;

import dev.syncline.io.SleepWord;
import dev.syncline.log.segment.Segment;
import java.io.IOException;

/** What the commit queue asks of the log around it. */
interface Surroundings {
  /** Makes space ready for a frame of that size and returns the tail that has it. Housekeeping thread; the caller holds the token. */
  Segment makeRoom(Segment tail, long frameBytes) throws IOException;

  /** A commit has moved the durable end. Must be cheap and must not throw. */
  void committed();

  /** What waiters of a frame sleep on, or null if they park. */
  SleepWord newSleepWord();
}
