package dev.syncline.log.read;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * What readers ask of whoever owns the log: its structure, how far it goes, and what of it is only in memory. Any thread.
 *
 * <p>The ends are published after the structure that holds them: who takes an end first and the view then finds everything up to it, in a
 * file or in memory.
 */
public interface ReadSource {
  /** @throws IOException if the log was closed, or is another's now */
  void requireReadable() throws IOException;

  /** The log's structure, not older than when this was called by more than a few microseconds. Cheap: asked for each record. */
  ReadView view() throws IOException;

  /** The same after a look at what is new since. */
  ReadView current() throws IOException;

  /** The structure as it is known, without a look. */
  ReadView known();

  /** Where readers stop that do not follow. */
  long visibleSequence();

  /** Where followers stop. */
  long durableSequence();

  /** Highest sequence that lies in a file. */
  long writtenSequence();

  /** A copy of the first records in memory above {@code sequence}, or null if what follows it is in a file, or nothing does. */
  ByteBuffer copyOfPending(long sequence);

  /**
   * Waits until the durable end lies beyond {@code sequence}, the structure is another than {@code known}, the log stops, or the time is
   * over. An interrupt ends the wait and stays set.
   */
  void await(long sequence, ReadView known, long timeoutNanos) throws IOException;

  /** A reader has ended: files that only it kept may go. */
  void readerLeft();
}
