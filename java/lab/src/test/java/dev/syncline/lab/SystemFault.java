package dev.syncline.lab;

/**
 * A system call that goes wrong.
 *
 * @param nth the first call that is hit, among those that match; counted from 1, from when the fault is armed
 * @param times how many are hit, one after the other
 * @param fileSuffix how the file's path must end; empty for any
 */
public record SystemFault(SystemCall call, Effect effect, SystemError error, long nth, long times, String fileSuffix) {

  /** What becomes of the call. In the order of {@code enum effect} in {@code faulty_syscalls.c}. */
  public enum Effect {
    NONE,
    /** An error, and nothing is done. */
    FAIL,
    /** All is done, and then an error. */
    FAIL_AFTER,
    /** A part of the transfer is done, and then an error. */
    FAIL_MIDWAY,
    /** A part of the transfer is done, and that is said. */
    SHORT,
    /** Nothing until the fault is disarmed, then what was asked for. */
    HANG,
    /** Nothing until the fault is disarmed, then an error. */
    HANG_FAIL,
    /** An error for an open with O_DIRECT, which has made the file all the same. */
    FAIL_DIRECT
  }

  /** Hits the first such call on any file. */
  public static SystemFault of(SystemCall call, Effect effect, SystemError error) {
    return new SystemFault(call, effect, error, 1, 1, "");
  }

  public SystemFault nth(long first) {
    return new SystemFault(call, effect, error, first, times, fileSuffix);
  }

  public SystemFault times(long count) {
    return new SystemFault(call, effect, error, nth, count, fileSuffix);
  }

  public SystemFault forever() {
    return times(Long.MAX_VALUE);
  }

  public SystemFault on(String suffix) {
    return new SystemFault(call, effect, error, nth, times, suffix);
  }

  /** Whether correct code hides it: an interrupted or partial call that is simply gone on with, a flag that has a substitute. */
  public boolean isInvisible() {
    boolean resumed = call.isTransfer() || call == SystemCall.OPEN || call == SystemCall.RESERVE || call == SystemCall.TRUNCATE;
    if (effect == Effect.SHORT) return true;
    if (effect == Effect.FAIL && error == SystemError.EINTR) return resumed;
    return effect == Effect.FAIL && error == SystemError.EINVAL && call == SystemCall.WRITE_DURABLE;
  }

  @Override
  public String toString() {
    String what = effect == Effect.SHORT || effect == Effect.HANG ? effect.toString() : effect + " with " + error;
    return what + " at " + call + " number " + nth + (times == 1 ? "" : ", " + times + " times")
        + (fileSuffix.isEmpty() ? "" : " on *" + fileSuffix);
  }
}
