package dev.syncline.log;

import dev.syncline.format.Mark;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.commit.CommitQueue;
import dev.syncline.log.commit.Housekeeper;
import dev.syncline.log.commit.LogState;
import dev.syncline.log.commit.Rotation;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.Pins;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.Rewind;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentFiles;
import dev.syncline.log.segment.SegmentSet;
import dev.syncline.log.segment.Snapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Takes records away at both ends of a log that is written to, and copies it. Storing the mark is the moment of each change; files follow.
 */
final class Truncation {
  private final Storage storage;
  private final SegmentFiles files;
  private final LogOptions options;
  private final LogState state;
  private final Housekeeper housekeeper;
  private final SegmentSet segments;
  private final Pins pins;
  private final ReaderFiles readerFiles;
  private final Rotation rotation;
  private final CommitQueue queue;
  private final Runnable publish;

  private final CutGate history;

  Truncation(
      Storage storage, LogOptions options, LogState state, Housekeeper housekeeper, SegmentSet segments, Pins pins, ReaderFiles readerFiles,
      Rotation rotation, CommitQueue queue, Runnable publish) {
    this.storage = storage;
    this.files = new SegmentFiles(storage);
    this.options = options;
    this.state = state;
    this.housekeeper = housekeeper;
    this.segments = segments;
    this.pins = pins;
    this.readerFiles = readerFiles;
    this.rotation = rotation;
    this.queue = queue;
    this.publish = publish;
    this.history = new CutGate(state);
  }

  CutGate history() {
    return history;
  }

  // The front.

  /** Forgets every record up to {@code through}; returns false if that is not durable, since a cut of the tail has come first. */
  boolean truncate(long through) throws IOException {
    return housekeeper.run(() -> {
      state.requireWritable();
      // Sequences that a cut has taken are given out again, to records that are not to be forgotten.
      if (through > queue.end().sequence()) return false;
      state.finalOnFailure(() -> truncateOnThread(through));
      return true;
    }, state::notRunException);
  }

  private void truncateOnThread(long through) throws IOException {
    Mark mark = markFile().current();
    if (through <= mark.truncatedThrough()) return;
    List<Segment> live = segments.live();
    List<Segment> forgotten = new ArrayList<>();
    for (Segment segment : live) {
      boolean needed = segment == rotation.tail() || segment.reachesBeyond(through)
          || mark.rewinding() && segment.ordinal == mark.rewindOrdinal();
      if (needed) break;
      forgotten.add(segment);
    }
    long firstLeft = forgotten.size() < live.size() ? live.get(forgotten.size()).ordinal : mark.lastOrdinal() + 1;
    markFile().store(mark.withTruncatedThrough(through, firstLeft).withFloor(Math.max(through, mark.floorSequence())));
    segments.retire(forgotten);
    publish.run();
    disposeUnread();
  }

  /**
   * Where an append has found no room the newest file goes as well, if all that it holds is forgotten: it may have taken all that there is,
   * and the next one can only take its place.
   */
  void giveUpTailIfFull(long through) throws IOException {
    if (!rotation.isFull()) return;
    queue.exclusively(() -> {
      Segment tail = rotation.tail();
      Mark mark = markFile().current();
      boolean holdsRecords = tail != null && tail.reachesBeyond(tail.header.baseSequence());
      if (!rotation.isFull() || !holdsRecords || mark.rewinding() || queue.appendedSequence() > through) return;
      Mark without = mark.withTruncatedThrough(through, mark.lastOrdinal() + 1).withFloor(Math.max(through, mark.floorSequence()))
          .withDurable(Mark.DurablePoint.NONE, false);
      state.finalOnFailure(() -> forgetSegments(without, through));
    }, Long.MAX_VALUE);
  }

  /** Lets go of the files of truncated segments that nobody reads any more. Housekeeping thread. */
  void disposeUnread() throws IOException {
    List<Segment> unread = segments.takeUnread();
    if (unread.isEmpty()) return;
    for (Segment segment : unread) readerFiles.dispose(segment);
    rotation.preparer().dispose(unread);
    storage.syncDirectory();
  }

  // The tail.

  /** Forgets every record above {@code sequence}, durably. */
  void truncateAfter(long sequence, CheckpointFinder checkpoints) throws IOException {
    history.enterToCut();
    try {
      MarkFile.Checkpoint checkpoint = checkpoints.lastUpTo(sequence);
      AppendLimits.requireCheckpoint(checkpoint, sequence);
      queue.exclusively(() -> {
        if (sequence >= queue.appendedSequence()) return;
        // Again: the front may have moved meanwhile, and what is appended behind the cut must lie above it.
        AppendLimits.requireCut("after", sequence, markFile().current().truncatedThrough(), queue.appendedSequence());
        if (liesBelowTheLog(sequence)) {
          state.finalOnFailure(() -> cutAll(sequence, checkpoint));
          return;
        }
        Segment clipped = Rewind.clipped(storage, segments.live(), sequence);
        SegmentFiles.Cut cut = files.prepareCut(clipped, clipped.endBytes());
        // Had before the first change and given up for the cut, which takes as much.
        SegmentFile descriptor = storage.open(clipped.name, Storage.Access.READ);
        state.finalOnFailure(() -> {
          try (descriptor) {
            markFile().noteCheckpoint(checkpoint);
            rewind(sequence, clipped);
          }
          cut.apply();
        });
      }, Long.MAX_VALUE);
    } finally {
      history.leave();
    }
  }

  private boolean liesBelowTheLog(long sequence) {
    List<Segment> live = segments.live();
    return live.isEmpty() || sequence < live.get(0).header.baseSequence();
  }

  /** A cut in the gap that giving damage up has left before the oldest segment: no segment holds what stays, so all of them go. */
  private void cutAll(long sequence, MarkFile.Checkpoint checkpoint) throws IOException {
    markFile().noteCheckpoint(checkpoint);
    Mark mark = markFile().current();
    forgetSegments(mark.withoutRewind().withOrdinals(mark.lastOrdinal() + 1, mark.lastOrdinal()).withFloor(sequence)
        .withDurable(Mark.DurablePoint.NONE, false).withCut(sequence, newCutId()), sequence);
  }

  /** From when the mark is stored the records are gone, whatever becomes of their bytes; readers hear of it before a file changes. */
  private void rewind(long sequence, Segment clipped) throws IOException {
    endTail();
    Mark.DurablePoint point = new Mark.DurablePoint(clipped.ordinal, 0, clipped.lastSequence(), 0);
    markFile().store(markFile().current().withRewind(sequence, clipped.ordinal).withFloor(sequence).withDurable(point, false)
        .withCut(sequence, newCutId()));
    List<Segment> gone = segments.cutBehind(clipped);
    queue.restart(sequence, publish);
    for (Segment segment : gone) {
      readerFiles.dispose(segment);
      files.deleteDurably(segment.name);
    }
  }

  private void endTail() throws IOException {
    Segment tail = rotation.end();
    if (tail != null) tail.stopWriting().close();
  }

  private int newCutId() {
    return (int) options.identifiers().getAsLong();
  }

  /** Forgets every record, durably: the next append goes on behind {@code through}. */
  void forgetAll(long through) throws IOException {
    history.enterToCut();
    try {
      queue.exclusively(() -> state.finalOnFailure(() -> forgetAllOnThread(through)), Long.MAX_VALUE);
    } finally {
      history.leave();
    }
  }

  private void forgetAllOnThread(long through) throws IOException {
    markFile().noteCheckpoint(new MarkFile.Checkpoint(0, 0));
    forgetSegments(markFile().current().withoutRecords(through).withCut(through, newCutId()), through);
  }

  /** Storing the mark is the moment of the change: from then on every segment lies before the first one in use. */
  private void forgetSegments(Mark without, long through) throws IOException {
    endTail();
    markFile().store(without);
    segments.retire(segments.live());
    queue.restart(through, publish);
    disposeUnread();
  }

  // Gaps.

  /** Has the log go on behind {@code through}: in a segment of its own, whose link and base say what was left out. */
  void leaveOut(long through) throws IOException {
    AppendLimits.requireLast(through);
    history.enter();
    try {
      queue.exclusively(() -> {
        long appended = queue.appendedSequence();
        if (through < appended)
          throw new IllegalArgumentException("expected an index above " + appended + " to go on with, found " + (through + 1));
        if (through == appended) return;
        rotation.skip(through);
        queue.restart(through, publish);
      }, Long.MAX_VALUE);
    } finally {
      history.leave();
    }
  }

  // Copies.

  /**
   * Makes {@code target}'s directory a log that holds what this one holds now. Appends go on while files are linked or copied; cuts of the
   * tail wait. What fails in that leaves this log as it was.
   */
  void snapshot(Storage target) throws IOException {
    history.enter();
    Object pin = new Object();
    try {
      Snapshot.Plan[] plan = new Snapshot.Plan[1];
      queue.exclusively(() -> {
        rotation.sealForCopy(queue.appendedSequence());
        List<Segment> live = segments.live();
        if (!live.isEmpty()) pins.pin(pin, live.get(0).ordinal);
        plan[0] = Snapshot.plan(live, markFile().current().withFloor(queue.appendedSequence()));
      }, Long.MAX_VALUE);
      Snapshot.write(storage, target, plan[0]);
    } finally {
      pins.unpin(pin);
      history.leave();
      if (segments.hasRetired()) housekeeper.wake();
    }
  }

  private MarkFile markFile() {
    return rotation.markFile();
  }
}
