package dev.syncline.log.segment;

import dev.syncline.shortage.PatientLock;
import dev.syncline.shortage.StackReserve;
import java.util.IdentityHashMap;
import java.util.Map;

/** Which segments open cursors may still read: files from the lowest pin on are not taken away. Any thread. */
public final class Pins {
  private final PatientLock lock = new PatientLock(StackReserve.MEMORY);

  /** Lowest ordinal that each reader may still read. Guarded by the lock. */
  private final Map<Object, Long> lowestOrdinals = new IdentityHashMap<>();

  /** Keeps segments from {@code ordinal} on readable for {@code reader}, until it pins a later one or unpins. */
  public void pin(Object reader, long ordinal) {
    lock.lock();
    try {
      lowestOrdinals.put(reader, ordinal);
    } finally {
      lock.unlock();
    }
  }

  public void unpin(Object reader) {
    lock.lock();
    try {
      lowestOrdinals.remove(reader);
    } finally {
      lock.unlock();
    }
  }

  /** The lowest ordinal that anybody has pinned, {@link Long#MAX_VALUE} if nobody has. */
  public long lowest() {
    lock.lock();
    try {
      long lowest = Long.MAX_VALUE;
      for (long ordinal : lowestOrdinals.values()) lowest = Math.min(lowest, ordinal);
      return lowest;
    } finally {
      lock.unlock();
    }
  }
}
