package dev.syncline.lab;

import dev.syncline.RecordType;
import dev.syncline.SyncMode;
import java.util.ArrayList;
import java.util.List;

/** What a followed writer has done so far, as who commands it knows: every record, the front, the durable end, the cuts of the tail. */
final class WrittenHistory {
  /** Asks the writer how far it is now. */
  interface Asking {
    WriterCommand.Answer ask() throws Exception;
  }

  /** All of the present history from sequence 1 on, those that are truncated too: open cursors may still show them. */
  private final List<WrittenRecord> records = new ArrayList<>();

  /** The last sequences that stayed, in the order of the cuts. */
  private final List<Long> cuts = new ArrayList<>();

  private long front;
  private long durable;
  private long mayBeDurable;
  private int generation;
  private boolean closed = true;
  private SyncMode mode = SyncMode.SYNC;
  private Asking asking;

  /** Whom to ask before a reader is said to have shown too much. */
  void ask(Asking writer) {
    asking = writer;
  }

  /** Nobody can say any more how far it had come. */
  void writerDied() {
    asking = null;
    mayBeDurable = current();
  }

  long current() {
    return records.size();
  }

  /** Everything up to here is forgotten. */
  long front() {
    return front;
  }

  /** At least this is durable. */
  long durable() {
    return durable;
  }

  /** At most this is. */
  long mayBeDurable() {
    return mayBeDurable;
  }

  int generation() {
    return generation;
  }

  boolean closed() {
    return closed;
  }

  /** The record of the present history with this sequence, forgotten or not; null if there is none. */
  WrittenRecord at(long sequence) {
    return sequence >= 1 && sequence <= current() ? records.get((int) sequence - 1) : null;
  }

  /** The next one above {@code sequence}, or null. */
  WrittenRecord next(long sequence, boolean dataOnly) {
    WrittenRecord next = at(sequence + 1);
    while (dataOnly && next != null && !next.type().isData()) next = at(next.sequence() + 1);
    return next;
  }

  /** The highest sequence up to {@code sequence} behind which the tail may be cut. */
  long unitBoundaryUpTo(long sequence) {
    long boundary = sequence;
    while (boundary > front && at(boundary).unitEnd() != boundary) boundary--;
    return boundary;
  }

  // Cuts.

  /** How many cuts there were; names a state of the history. */
  int version() {
    return cuts.size();
  }

  /** Up to where the history of that time and the present one are the same. */
  long sharedSince(int version) {
    return cuts.subList(version, cuts.size()).stream().mapToLong(cut -> cut).min().orElse(Long.MAX_VALUE);
  }

  // Changes.

  /** What the history will be once the command is done. */
  void begin(WriterCommand command) {
    switch (command.kind()) {
      case APPEND, ASYNC -> {
        for (int size : command.numbers()) add(WrittenRecord.data(current() + 1, generation, size, current() + 1));
      }
      case BATCH -> addBatch(command.numbers());
      case CHECKPOINT -> add(new WrittenRecord(current() + 1, generation, RecordType.CHECKPOINT, 0, current(), current() + 1));
      case TRUNCATE -> front = Math.max(front, command.argument());
      case CUT -> cut(command.argument());
      case OPEN -> {
        closed = false;
        mode = command.syncMode();
      }
      case CLOSE -> closed = true;
      case SYNC, POSITIONS -> mayBeDurable = current();
    }
  }

  private void addBatch(List<Integer> sizes) {
    long first = current() + 1;
    long commit = first + sizes.size();
    for (int size : sizes) add(WrittenRecord.data(current() + 1, generation, size, commit));
    add(new WrittenRecord(commit, generation, RecordType.COMMIT, 0, first, commit));
  }

  private void add(WrittenRecord record) {
    records.add(record);
    mayBeDurable = current();
  }

  private void cut(long after) {
    if (after >= current()) return;
    cuts.add(after);
    lose(after);
  }

  /** Nobody can have seen these: they were never durable. */
  private void lose(long after) {
    if (after >= current()) return;
    records.subList((int) after, records.size()).clear();
    durable = Math.min(durable, after);
    mayBeDurable = Math.min(mayBeDurable, after);
    generation++;
  }

  /** The writer says that the command is done. */
  void done(WriterCommand.Answer answer) {
    if (answer.current() != current() || answer.first() != front + 1)
      throw new AssertionError("the writer should be at " + current() + " and begin at " + (front + 1) + ", but says " + answer);
    durable = Math.max(durable, answer.durable());
    mayBeDurable = mode == SyncMode.INTERVAL && !closed ? current() : durable;
  }

  /**
   * A writer recovered what another one left that was killed.
   *
   * @param unfinished what that one was doing, or null
   * @param frontBefore the front before it began to do that
   */
  void recovered(WriterCommand.Answer answer, WriterCommand unfinished, long frontBefore) {
    long end = answer.current();
    boolean cutting = unfinished != null && unfinished.kind() == WriterCommand.Kind.CUT;
    if (cutting && end == unfinished.argument()) cut(end);
    if (end < durable || end > current() || end > front && at(end) != null && at(end).unitEnd() != end)
      throw new AssertionError("of " + durable + " durable and " + current() + " appended records the writer recovered " + answer);
    if (answer.first() != front + 1 && answer.first() != frontBefore + 1)
      throw new AssertionError("begun at " + (frontBefore + 1) + " or " + (front + 1) + ", but " + answer);
    front = answer.first() - 1;
    lose(end);
    done(answer);
  }

  // What may be shown.

  /** Fails if a record of the present history was shown that cannot be durable. */
  void requireMayBeDurable(long sequence) throws Exception {
    if (sequence > mayBeDurable && asking != null) done(asking.ask());
    if (sequence > mayBeDurable)
      throw new AssertionError("showed " + sequence + ", but only " + mayBeDurable + " of " + current() + " records can be durable");
  }

  @Override
  public String toString() {
    return (front + 1) + " to " + current() + ", durable " + durable + (mayBeDurable > durable ? " to " + mayBeDurable : "")
        + ", generation " + generation + ", " + mode + (closed ? ", closed" : "") + ", last cuts "
        + cuts.subList(Math.max(0, cuts.size() - 5), cuts.size());
  }
}
