package dev.syncline.log;

import dev.syncline.log.commit.CommitQueue;
import dev.syncline.log.commit.LogState;
import dev.syncline.log.read.ReadSource;
import dev.syncline.log.read.ReadView;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What readers see of a log that this instance writes: the structure as it was last published, and the queue's ends. */
final class LiveSource implements ReadSource {
  private final LogState state;
  private final Runnable readerLeft;
  private volatile ReadView view = ReadView.EMPTY;

  /** Set before the first view is published. */
  private volatile CommitQueue queue;

  LiveSource(LogState state, Runnable readerLeft) {
    this.state = state;
    this.readerLeft = readerLeft;
  }

  void use(CommitQueue ends) {
    queue = ends;
  }

  /** Shows another structure from now on. Housekeeping thread, or whoever opens the log. */
  void publish(ReadView next) {
    view = next;
    queue.end().wakeReaders();
  }

  /** Highest sequence whose append has returned. */
  long currentSequence() {
    return queue.currentSequence();
  }

  @Override
  public void requireReadable() throws IOException {
    state.requireReadable();
  }

  @Override
  public ReadView view() {
    return view;
  }

  @Override
  public ReadView current() {
    return view;
  }

  @Override
  public ReadView known() {
    return view;
  }

  /** What has been appended, or after a failure what is durable. */
  @Override
  public long visibleSequence() {
    return state.failure() != null ? queue.end().sequence() : currentSequence();
  }

  @Override
  public long durableSequence() {
    return queue.end().sequence();
  }

  @Override
  public long writtenSequence() {
    return queue.end().writtenSequence();
  }

  @Override
  public ByteBuffer copyOfPending(long sequence) {
    return queue.copyOfPending(sequence);
  }

  @Override
  public void await(long sequence, ReadView known, long timeoutNanos) throws IOException {
    state.requireReadable();
    queue.end().awaitBeyond(sequence, () -> view != known || state.stopped(), timeoutNanos);
  }

  @Override
  public void readerLeft() {
    readerLeft.run();
  }
}
