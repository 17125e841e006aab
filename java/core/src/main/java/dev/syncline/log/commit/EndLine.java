package dev.syncline.log.commit;

import dev.syncline.log.threads.EngineThread;
import dev.syncline.shortage.LogLines;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Tells the system's logger, once, that the log has failed or was fenced. On a thread of its own: whoever takes the line is user code,
 * which may write it to the disk that hangs, and whoever has met the failure has callers to answer. Where no thread can be had there is
 * no line.
 */
final class EndLine implements Runnable {
  private final LogState state;
  private final AtomicBoolean begun = new AtomicBoolean();

  /** Made, like everything here, before there is a failure. */
  private final Line line = new Line();

  EndLine(LogState state) {
    this.state = state;
  }

  @Override
  public void run() {
    IOException why = state.ended();
    if (why == null || !begun.compareAndSet(false, true)) return;
    line.why = why;
    new EngineThread(line, "syncline-failure").start();
  }

  private static final class Line implements Runnable {
    private volatile IOException why;

    @Override
    public void run() {
      LogLines.say(LogLines.LOG, System.Logger.Level.ERROR, why.getMessage(), why.getCause());
    }
  }
}
