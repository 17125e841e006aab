package dev.syncline.bench.contender;

/**
 * What a contender is opened for.
 *
 * @param mode when records become durable
 * @param threads how many append
 * @param recordBytes the size of each
 * @param segmentBytes size of the files that a log is cut into
 * @param steady whether it shall first come into the state of a log that has run for long, with files to use again
 */
public record Setup(Mode mode, int threads, int recordBytes, long segmentBytes, boolean steady) {

  /** When records become durable. */
  public enum Mode {
    /** Each when its append returns. */
    DURABLE,
    /** When sync is called. */
    DEFERRED,
    /** When sync is called; appended through an asynchronous interface where there is one. */
    ASYNC
  }
}
