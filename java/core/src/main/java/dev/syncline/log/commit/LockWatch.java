package dev.syncline.log.commit;

import dev.syncline.LogFencedException;
import dev.syncline.io.IoGate;
import dev.syncline.shortage.LogLines;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/**
 * Sees to it that a log whose lock was dropped or removed acknowledges nothing more once another process may have come, and hardly writes
 * anything. Looked at before a write, and after it before it is acknowledged, ten times a second at most; and before each change of the
 * mark.
 */
public final class LockWatch {
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** So old a look is renewed by the housekeeping thread, so that committing threads of a busy log hardly ever look themselves. */
  private static final long RENEWAL_NANOS = INTERVAL_NANOS / 3;

  /** Looks whether this log is still the only one that writes in its directory. */
  public interface Look {
    /**
     * @throws LogFencedException if that cannot be relied on any more
     * @throws IOException if it cannot be told now
     */
    void look() throws IOException;
  }

  private final LogState state;
  private final IoGate gate;
  private final Look look;
  private volatile long lookedNanos = System.nanoTime();

  /** Why a look could not be had, until that was said. */
  private volatile IOException unheard;

  public LockWatch(LogState state, IoGate gate, Look look) {
    this.state = state;
    this.gate = gate;
    this.look = look;
  }

  /** Whether the housekeeping thread should look, for a log that commits. */
  public boolean shouldBeRenewed() {
    return System.nanoTime() - lookedNanos >= RENEWAL_NANOS;
  }

  /** Before and after a write. Called with the token. */
  void lookIfDue() throws IOException {
    if (System.nanoTime() - lookedNanos >= INTERVAL_NANOS) requireAlone();
  }

  /** @throws LogFencedException if this log may not be the only one: from then on it does nothing in its directory any more */
  public void requireAlone() throws IOException {
    try {
      look.look();
      lookedNanos = System.nanoTime();
    } catch (LogFencedException e) {
      state.fence(e.getMessage());
      gate.shut(0);
      throw e;
    } catch (OutOfMemoryError e) {
      // No sign of anybody else, and what was written is durable: the next commit looks again. There is no memory to say more.
      return;
    } catch (IOException e) {
      // The same, for want of a descriptor, say.
      unheard = e;
    }
  }

  /** Says what kept a look from being had. Without the token: who takes the line is user code, and may append. */
  public void tell() {
    IOException e = unheard;
    if (e == null) return;
    unheard = null;
    LogLines.say(LogLines.LOG, System.Logger.Level.DEBUG, "the lock could not be looked at", e);
  }
}
