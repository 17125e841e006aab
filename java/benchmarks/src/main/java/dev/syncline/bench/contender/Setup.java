package dev.syncline.bench.contender;

/**
 * What a contender is opened for.
 *
 * @param mode when records become durable
 * @param threads how many append
 * @param recordBytes the size of each
 * @param segmentBytes size of the files that a log is cut into
 */
public record Setup(Mode mode, int threads, int recordBytes, long segmentBytes) {

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
