package dev.syncline;

import java.io.IOException;

/**
 * Hears what a log does; given to it by {@link WalOptions.Builder#observer}. Every method does nothing unless it is overridden.
 *
 * <p><b>Threads and order.</b> The log's own threads, and those that append, only note what happens: numbers, into memory that was had when
 * the log was opened. One thread beside them calls the observer: one call at a time, in the order in which things happened, within 20
 * milliseconds or so. So an observer needs no locks, may take its time, may block, may use the log; whatever it throws is logged once, and
 * the next event is told all the same. It holds up no append and no {@link WriteAheadLog#close}, and no failure of it is one of the log's.
 * One that does not keep up with a thousand events misses some, and hears of how many ({@link #missed}). Logs that share a
 * {@link LogRuntime} share that thread, too: an observer that blocks holds up what their observers hear.
 *
 * <p>An observer of one log hears {@link #recovering} for each phase, {@link #recovered} if opening succeeds, then what happens, and last
 * {@link #closed}. If opening fails it hears the phases that were finished, and {@link #closed}.
 */
public interface WalObserver {
  /**
   * Records have become durable.
   *
   * @param lastSequence the durable end: everything up to here is on stable storage
   * @param records how many records that are, markers included
   * @param bytes what they take, headers included and padding not
   * @param waiters threads that waited for another's write; 0 if the one that appended wrote, or nobody waits
   * @param writeNanos how long the writes and syncs took that made them durable
   * @param waitedNanos how long the first of them waited: from its append until it was durable
   */
  default void committed(long lastSequence, int records, long bytes, int waiters, long writeNanos, long waitedNanos) {}

  /**
   * A segment has been begun. Appends wait meanwhile.
   *
   * @param segment its number
   * @param nanos how long it took to finish the one before and to begin this one
   */
  default void rotated(long segment, long nanos) {}

  /**
   * Space has been made ready ahead of the appends, which need not wait for that.
   *
   * @param nanos how long it took
   */
  default void prepared(long nanos) {}

  /**
   * A write, a sync, or other work on the log's files has taken longer than {@link WalOptions.Builder#stallLimit}, and has not returned.
   * Told once for each that hangs.
   *
   * @param nanos for how long it has been under way
   */
  default void stalled(long nanos) {}

  /**
   * What {@link #stalled} was about has returned, or was given up.
   *
   * @param nanos for how long it was under way, as far as it was seen
   */
  default void resumed(long nanos) {}

  /**
   * An append was refused for want of space, memory, descriptors or threads, or space could not be made ready for a later one. Nothing was
   * changed, and appends go on when the shortage is over.
   *
   * @param refusal a {@link StorageFullException} or a {@link ResourceShortageException}, which says what is short and what to do
   */
  default void shortage(IOException refusal) {}

  /** Opening, {@link WriteAheadLog#verify} or a cursor has found durable bytes that are unreadable. The same may be told again. */
  default void damaged(Damage damage) {}

  /**
   * The log has failed or was fenced: it takes no more appends. Once.
   *
   * @param why a {@link LogFailedException} or a {@link LogFencedException}
   */
  default void failed(IOException why) {}

  /**
   * A phase of opening is over.
   *
   * @param nanos how long it took
   */
  default void recovering(RecoveryPhase phase, long nanos) {}

  /** The log is open, and this is what opening found and did. Again after a truncation past damage, which recovers what is left. */
  default void recovered(RecoveryReport report) {}

  /**
   * How far something is that takes long: when that has changed, and once more when it is done. It is measured by what is read in the log's
   * directory, so that others who read meanwhile make it look further than it is; of several at once the latest is told.
   *
   * @param done bytes, at most {@code total}
   * @param total bytes that are to be read, or a little more
   */
  default void progress(Activity activity, long done, long total) {}

  /** So many events were not told, since the ones before were not heard in time. */
  default void missed(long events) {}

  /** The last there is to hear: the log was closed or fenced, or could not be opened. */
  default void closed() {}
}
