package dev.syncline.log.read;

import dev.syncline.Activity;
import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.VerifyReport;
import dev.syncline.io.Storage;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.segment.Pins;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.Rewind;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentFiles;
import dev.syncline.shortage.StackReserve;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.function.Function;

/** All ways to read a log, whoever owns it. Any thread. */
public final class LogReader {
  private static final int REPLAY_WINDOW_BYTES = 256 << 10;
  private static final int FOLLOW_WINDOW_BYTES = 64 << 10;
  private static final int SEEK_WINDOW_BYTES = 16 << 10;

  private static final int READ_ATTEMPTS = 100;

  private final ReadContext context;
  private final ReadSource source;
  private final PointReader points;

  /**
   * @param pins where cursors say what they may still read
   * @param pinsHold whether pinned files stay, since this process is the one that takes them away
   * @param events who is told of damage that is met
   */
  public LogReader(Storage storage, ReadSource source, ReaderFiles files, Pins pins, boolean pinsHold, LogEvents events) {
    this.source = source;
    this.context = new ReadContext(storage, source, files, pins, pinsHold, new Windows(), events);
    this.points = new PointReader(files);
  }

  /** A cursor over everything above {@code after} up to what is visible now. */
  public LogCursor cursor(long after) throws IOException {
    requireNotNegative(after);
    return open(after, false, REPLAY_WINDOW_BYTES);
  }

  /** A cursor that follows the durable end; it fails if truncation overtakes it. */
  public LogCursor follow(long after) throws IOException {
    requireNotNegative(after);
    return open(after, true, FOLLOW_WINDOW_BYTES);
  }

  /** A cursor for one record: after {@link LogCursor#advance} it stands on {@code sequence} or the next one there is. */
  public LogCursor seek(long sequence) throws IOException {
    requireNotNegative(sequence);
    return open(sequence - 1, false, SEEK_WINDOW_BYTES);
  }

  private static void requireNotNegative(long sequence) {
    if (sequence < 0) throw new IllegalArgumentException("expected a sequence of 0 or more, found " + sequence);
  }

  private LogCursor open(long after, boolean follows, int windowBytes) throws IOException {
    StackReserve.require(StackReserve.DISK);
    source.requireReadable();
    source.current();
    return new LogCursor(context, after, follows, windowBytes);
  }

  /**
   * Reads one record; never waits for a commit or a sync.
   *
   * @param use makes the result from the record, which is good only while it runs
   * @return null if there is no such record (yet, or any more)
   * @throws CorruptLogException if it was there and is unreadable
   */
  public <T> T read(long sequence, Function<? super RecordView, T> use) throws IOException {
    requireNotNegative(sequence);
    source.requireReadable();
    // What is known to be durable needs no look for what is new, only whether it is still so.
    ReadView view = sequence <= source.visibleSequence() ? source.view() : source.current();
    boolean visible = sequence > view.truncatedThrough() && sequence <= source.visibleSequence();
    Segment holder = visible ? view.firstBeyond(sequence - 1) : null;
    T found = holder == null ? null : points.read(holder, sequence, use);
    for (int attempt = 1; found == null; attempt++) {
      try {
        return readThroughCursor(sequence, use);
      } catch (RecordsTruncatedException e) {
        // Cut or truncated while it was looked for: looked for anew, it is there or is not.
        if (attempt == READ_ATTEMPTS) throw e;
      }
    }
    return found;
  }

  private <T> T readThroughCursor(long sequence, Function<? super RecordView, T> use) throws IOException {
    try (LogCursor cursor = seek(sequence)) {
      if (cursor.advance() && cursor.sequence() == sequence) {
        cursor.notePositions(points.positions());
        return use.apply(cursor);
      }
      boolean lost = cursor.damage().isPresent() && sequence <= source.visibleSequence() && sequence > source.known().truncatedThrough();
      if (lost) throw new CorruptLogException(cursor.damage().get(), "Nothing was changed");
      return null;
    }
  }

  /**
   * Shows every record of one type above {@code after} that is visible now, in order. Segments without that type are not read: their
   * seals say what they hold.
   *
   * @throws CorruptLogException if damage lies in what is read
   */
  public void scan(int type, long after, RecordVisitor visitor) throws IOException {
    requireNotNegative(after);
    source.requireReadable();
    source.current();
    long limit = source.visibleSequence();
    long position = after;
    for (Segment segment : source.known().segments()) {
      // The end before the types: a frame that comes in between brings a type too many then, never one too few.
      long last = segment.lastSequence();
      if (!segment.reachesBeyond(position)) continue;
      if (segment.hasType(type)) scanRange(type, position, Math.min(last, limit), visitor);
      position = Math.max(position, last);
    }
    if (position < limit) scanRange(type, position, limit, visitor);
  }

  private void scanRange(int type, long after, long last, RecordVisitor visitor) throws IOException {
    if (after >= last) return;
    try (LogCursor cursor = cursor(after)) {
      while (cursor.sequence() < last && cursor.advance() && cursor.sequence() <= last)
        if (cursor.type() == type) visitor.visit(cursor);
      if (cursor.damage().isPresent()) throw new CorruptLogException(cursor.damage().get(), "Nothing was changed");
    }
  }

  /** First index that can be read, or the one behind the last if there is none. */
  public long firstSequence() {
    long visible = source.visibleSequence();
    ReadView view = source.known();
    long inFiles = view.firstInFiles();
    if (inFiles >= 0) return inFiles;
    long written = source.writtenSequence();
    return (written < visible ? Math.max(view.truncatedThrough(), written) : visible) + 1;
  }

  /** Highest sequence that can be read and was committed at {@code millis} or before, by what its frame says; 0 if there is none. */
  public long sequenceAt(long millis) throws IOException {
    source.requireReadable();
    Object pin = new Object();
    context.pins().pin(pin, 0);
    try {
      for (int attempt = 1; ; attempt++) {
        long durable = source.durableSequence();
        ReadView view = source.current();
        try {
          long found = lastCommittedBy(view, durable, millis);
          return found > view.truncatedThrough() ? found : 0;
        } catch (NoSuchFileException e) {
          // Taken away by another process since the view was made.
          if (attempt == READ_ATTEMPTS) throw e;
        }
      }
    } finally {
      context.pins().unpin(pin);
      source.readerLeft();
    }
  }

  private long lastCommittedBy(ReadView view, long durable, long millis) throws IOException {
    long found = 0;
    for (Segment segment : view.segments()) {
      // The end before the time: a frame that comes in between may say too late a time, never too early a one.
      long last = segment == view.newest() ? Math.max(durable, segment.lastSequence()) : segment.lastSequence();
      if (!segment.reachesBeyond(Math.max(segment.header.baseSequence(), view.truncatedThrough()))) continue;
      if (segment.committedMillis() > millis)
        return Math.max(found, Rewind.lastCommittedBy(context.storage(), segment, millis));
      found = last;
    }
    return found;
  }

  /** The first damage known since opening that lost records, or null. */
  public Damage firstDamage() {
    return source.known().damageAbove(0);
  }

  /** Reads and checks everything that lies in files; damage is reported, not thrown. */
  public VerifyReport verify() throws IOException {
    source.requireReadable();
    VerifyReport report = context.events().track(Activity.VERIFYING, context.storage(),
        () -> new SegmentFiles(context.storage()).bytes(false), () -> new Verifier(context).verify());
    report.damage().forEach(context.events()::damaged);
    return report;
  }
}
