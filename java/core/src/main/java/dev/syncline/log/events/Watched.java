package dev.syncline.log.events;

import java.io.IOException;

/** What is asked of a log again and again, by the thread that calls its observer. It waits for nothing. */
public interface Watched {
  /** For how long what may hang has been under way; 0 if nothing is. */
  long inProgressNanos();

  /** Why the log takes no more appends, if it has failed or was fenced; else null. */
  IOException ended();
}
