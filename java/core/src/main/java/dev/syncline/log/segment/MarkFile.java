package dev.syncline.log.segment;

import dev.syncline.SynclineException;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/**
 * The mark file: two slots, each in a block of its own, both written at every change.
 *
 * <p>The first of the two writes is the moment of the change: a crash in it leaves the other slot with the mark before. The
 * second makes the slots twins, so that neither a torn write nor a damaged block can take back what was marked. Written by the
 * log's housekeeping thread (or the thread that opens the log), read by anyone.
 */
public final class MarkFile implements Closeable {
  private static final int SPACING = Layout.MARK_SLOT_SPACING_BYTES;
  private static final int FILE_BYTES = 2 * SPACING;
  private static final int READINGS = 20;

  /**
   * What reading both slots gave: the mark that counts, if any, and what is wrong with the slots.
   *
   * @param poorSlot the one that cannot be read, or says less than the other; -1 if neither is worse than the other
   */
  public record Reading(Optional<Mark> mark, String problem, boolean slotNeedsHealing, int poorSlot) {}

  private final Storage storage;
  private volatile SegmentFile file;

  /** Whether the file that has the name now is another one. */
  private boolean replaced;

  /** Whether the file was made here: where links cannot be counted, nobody else has it then. */
  private boolean own;

  private final ByteBuffer slot = AlignedBuffers.allocate(SPACING);
  private volatile Mark current;

  /** Which slot is written first the next time; -1 for whichever's turn it is. */
  private int firstToWrite;

  /** Asked before each change, once the log is open. */
  private volatile Guard guard = () -> {};

  /** Whether the mark may still be changed. */
  public interface Guard {
    /** @throws IOException if it may not: another process may have the log */
    void requireAlone() throws IOException;
  }

  /** The last durable checkpoint, and what it covers: part of whatever is stored next. Replaced by any thread. */
  private volatile Checkpoint checkpoint;

  /** A checkpoint's sequence and what it covers; both 0 if there is none. */
  public record Checkpoint(long sequence, long covered) {}

  private MarkFile(Storage storage, SegmentFile file, Mark current, int firstToWrite, boolean own) {
    this.storage = storage;
    this.file = file;
    this.own = own;
    this.current = current;
    this.firstToWrite = firstToWrite;
    this.checkpoint = new Checkpoint(current.lastCheckpoint(), current.covered());
  }

  /** Creates the file with its first mark, whole or not at all. */
  public static MarkFile create(Storage storage, Mark first) throws IOException {
    putInPlace(storage, first);
    return new MarkFile(storage, openToWrite(storage), first, -1, true);
  }

  /** A file of its own for a mark, under the name that every other is reached by from then on. */
  private static void putInPlace(Storage storage, Mark first) throws IOException {
    String temporary = SegmentName.temporary(SegmentName.MARK);
    new SegmentFiles(storage).deleteIfThere(temporary);
    try (SegmentFile file = storage.create(temporary, FILE_BYTES)) {
      ByteBuffer both = AlignedBuffers.allocate(FILE_BYTES);
      first.encode(both, 0);
      first.encode(both, SPACING);
      file.write(both.limit(FILE_BYTES), 0);
      file.sync();
    }
    storage.rename(temporary, SegmentName.MARK);
    storage.syncDirectory();
  }

  /** Puts a mark in the place of whatever is or is not there, readable or not. */
  public static void replace(Storage storage, Mark mark) throws IOException {
    if (!storage.list().contains(SegmentName.MARK)) {
      create(storage, mark).close();
      return;
    }
    try (MarkFile file = open(storage, mark, read(storage).poorSlot())) {
      file.storeAnyway(mark);
    }
  }

  /**
   * With all that it takes to change the mark later.
   *
   * @param poorSlot the slot that is written first the next time, as {@link Reading} has it
   */
  public static MarkFile open(Storage storage, Mark current, int poorSlot) throws IOException {
    return new MarkFile(storage, openToWrite(storage), current, poorSlot, false);
  }

  private static SegmentFile openToWrite(Storage storage) throws IOException {
    SegmentFile file = storage.open(SegmentName.MARK, Storage.Access.WRITE);
    try {
      file.prepareDurableWritesOnly();
      return file;
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  /**
   * Reads the slots; changes nothing.
   *
   * @throws dev.syncline.IncompatibleLogException if another version of this library wrote them
   */
  public static Reading read(Storage storage) throws IOException {
    try (SegmentFile file = storage.open(SegmentName.MARK, Storage.Access.READ)) {
      return read(storage, file);
    }
  }

  /**
   * The same through a file that is open. Each slot is read by itself, and again before it is said that neither is readable: beside a
   * writer the first may be half written when it is read, and the second a moment later.
   */
  public static Reading read(Storage storage, SegmentFile file) throws IOException {
    Reading reading = readOnce(storage, file);
    for (int again = 1; again < READINGS && reading.mark().isEmpty(); again++) reading = readOnce(storage, file);
    return reading;
  }

  private static Reading readOnce(Storage storage, SegmentFile file) throws IOException {
    ByteBuffer both = AlignedBuffers.allocate(FILE_BYTES);
    IOException refused = null;
    String[] problems = new String[2];
    for (int slot = 0; slot < 2; slot++) {
      try {
        problems[slot] = slotProblem(storage, both, slot * SPACING, readSlot(file, both, slot * SPACING));
      } catch (SynclineException e) {
        throw e;
      } catch (IOException e) {
        // Of one slot that is damage. Of both, the disk may be gone, and nothing is said of what is on it.
        if (refused != null) throw e;
        refused = lasting(e, file, both, slot * SPACING);
        problems[slot] = "the disk refuses to read it: " + e.getMessage();
      }
    }
    String first = problems[0];
    String second = problems[1];
    if (first != null && second != null) {
      if (refused != null) throw refused;
      return new Reading(Optional.empty(), "neither slot is readable: first: " + first + "; second: " + second, true, -1);
    }
    if (first != null) return new Reading(Optional.of(Mark.decode(both, SPACING)), "first slot: " + first, true, 0);
    if (second != null) return new Reading(Optional.of(Mark.decode(both, 0)), "second slot: " + second, true, 1);
    Mark a = Mark.decode(both, 0);
    Mark b = Mark.decode(both, SPACING);
    int poorer = Long.compare(a.counter(), b.counter());
    return new Reading(Optional.of(poorer >= 0 ? a : b), null, poorer != 0, poorer == 0 ? -1 : poorer < 0 ? 0 : 1);
  }

  /** An error that has come and gone is not the disk's refusal: whoever reads is told of it. */
  private static IOException lasting(IOException first, SegmentFile file, ByteBuffer both, int at) throws IOException {
    try {
      readSlot(file, both, at);
    } catch (SynclineException e) {
      throw e;
    } catch (IOException again) {
      return first;
    }
    throw first;
  }

  private static int readSlot(SegmentFile file, ByteBuffer both, int at) throws IOException {
    try {
      return file.read(both.clear().position(at).limit(at + Layout.MARK_SLOT_BYTES), at);
    } finally {
      both.clear();
    }
  }

  /** Reads the slot that is written next after {@code known}: when it changes, something was marked since. Returns how many bytes. */
  public static int readNextSlot(SegmentFile file, ByteBuffer slot, Mark known) throws IOException {
    return file.read(slot.clear().limit(Layout.MARK_SLOT_BYTES), (known.counter() + 1 & 1) * SPACING);
  }

  private static String slotProblem(Storage storage, ByteBuffer both, int at, int availableBytes) throws IOException {
    String problem = Mark.problem(both, at, availableBytes);
    if (problem == null && Mark.version(both, at) != Layout.FORMAT_VERSION)
      throw Incompatible.version(storage, SegmentName.MARK, Mark.version(both, at));
    return problem;
  }

  public Mark current() {
    return current;
  }

  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** Remembers a checkpoint for the next time that the mark is stored. */
  public void noteCheckpoint(Checkpoint latest) {
    checkpoint = latest;
  }

  /** Has {@code before} asked before each change from now on. */
  public void guardedBy(Guard before) {
    guard = before;
  }

  /** Makes {@code next} the mark, durably; it gets the next counter. Does nothing if it says what the current one says. */
  public void store(Mark next) throws IOException {
    Checkpoint known = checkpoint;
    if (next.withCheckpoint(known.sequence(), known.covered()).withCounter(current.counter()).equals(current)) return;
    storeAnyway(next);
  }

  /** The same, even if nothing changed: heals a slot. */
  public void storeAnyway(Mark next) throws IOException {
    guard.requireAlone();
    Checkpoint known = checkpoint;
    Mark counted = next.withCheckpoint(known.sequence(), known.covered()).withCounter(current.counter() + 1);
    if (isShared()) {
      replaceFile(counted);
      return;
    }
    if (replaced) openAgain();
    counted.encode(slot, 0);
    // A slot that says more than the other is never the first to be written.
    int first = (firstToWrite >= 0 ? firstToWrite : (int) (counted.counter() & 1)) * SPACING;
    file.writeDurably(slot.limit(SPACING).position(0), first);
    current = counted;
    file.writeDurably(slot.limit(SPACING).position(0), SPACING - first);
    firstToWrite = -1;
  }

  /** Whether another log may have the same file, as a copy by links has: it would be told of what happens here. */
  private boolean isShared() throws IOException {
    try {
      int links = storage.linkCount(SegmentName.MARK);
      return links > 1 || links < 1 && !own;
    } catch (NoSuchFileException e) {
      // Somebody has removed it.
      return false;
    }
  }

  /** The moment of the change is when the new file gets the name. */
  private void replaceFile(Mark next) throws IOException {
    replaced = true;
    putInPlace(storage, next);
    current = next;
    firstToWrite = -1;
    own = true;
  }

  private void openAgain() throws IOException {
    SegmentFile opened = openToWrite(storage);
    file.close();
    file = opened;
    replaced = false;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
