package dev.syncline.lab;

import java.nio.file.Path;
import java.util.Set;

/**
 * The operating system beneath a storage, when a test can make it fail. One fault at a time; safe for many threads.
 *
 * <p>Deeper than {@link FaultyStorage}: the storage's own code runs, and what it makes of an error number, of a call that did
 * half of what it was asked, or of one that does not return, is under test.
 */
public interface FaultySystem {
  /** What can fail here. */
  Set<SystemCall> calls();

  /** Which errors reach the storage; a layer in between may deal with some. */
  Set<SystemError> errors();

  /** Disarms, and counts from 0 what happens in that directory; all else is left alone. */
  void watch(Path directory);

  /** Takes the place of the fault before; what that one held goes on. */
  void arm(SystemFault fault);

  /** Whether correct code on top of it hides the fault; see {@link SystemFault#isInvisible}. */
  default boolean hides(SystemFault fault) {
    return fault.isInvisible();
  }

  /** No more faults; calls that hang go on. */
  void disarm();

  /** Calls since {@link #watch}. */
  long count(SystemCall call);

  /** How often the fault has been met since it was armed. */
  long struck();

  /** Calls that hang now. */
  long held();

  /** Writes and syncs through a descriptor on which a write or sync had failed; some may have been under way then. */
  long touchedAfterFailure();

  /** Those of the thread that met the failure. */
  long triedAgain();
}
