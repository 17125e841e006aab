package dev.syncline.bench.contender;

import java.io.Closeable;
import java.nio.file.Path;

/**
 * Something that keeps records durably, driven in the same way as every other. Configured as its users would for durability on
 * every append; BENCHMARKS.md says how.
 */
public interface Contender extends Closeable {

  /** Opens or creates it in a directory that exists. */
  void open(Path directory, Setup setup) throws Exception;

  /**
   * Opens it only to {@link #replay}. Where opening reads the records this does not: it belongs to the replay then.
   */
  default void openToReplay(Path directory, Setup setup) throws Exception {
    open(directory, setup);
  }

  /** Appends a record that is durable when this returns. Called by many threads. */
  void append(byte[] record) throws Exception;

  /** Appends a record that becomes durable with the next {@link #sync}. Called by one thread. */
  void appendDeferred(byte[] record) throws Exception;

  /** Makes everything durable that {@link #appendDeferred} has taken. */
  void sync() throws Exception;

  /** Reads every record from the first to the last. */
  void replay(Replayed replayed) throws Exception;

  /** Another one of its kind, to be opened beside it in the same process, with whatever such share. */
  default Contender another() throws Exception {
    throw new Unavailable("it is measured with one log a process");
  }

  /** Lets go of records that are no longer needed, if it has a cheap way that its users would use; called once in a while. */
  default void forgetSome() throws Exception {}

  /** Which way of storing it took, in a few words, for the report. */
  default String describe() {
    return "";
  }
}
