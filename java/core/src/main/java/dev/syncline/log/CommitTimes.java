package dev.syncline.log;

import dev.syncline.CorruptLogException;
import dev.syncline.Verification;
import dev.syncline.format.FrameHeader;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.Judge;
import dev.syncline.log.recovery.SegmentScanner;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.FrameWalk;
import dev.syncline.log.segment.Segment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * When the records of a log were committed, as their frames say: for who shows them, one after the other. Reads only, beside a writer, too.
 * Of what is not in a readable frame any more, or not yet, it knows nothing.
 */
public final class CommitTimes implements Closeable {
  public static final long UNKNOWN = -1;

  /** The last that a frame can say. */
  public static final long LATEST_MILLIS = FrameHeader.COMMITTED_MILLIS_MAX;

  private final Storage storage;
  private List<Segment> segments = List.of();

  /** The segment whose file is open. */
  private Segment segment;

  private SegmentFile file;
  private FrameWalk walk;

  /** The frame that was looked at last. */
  private FrameHeader frame;

  private boolean scanned;

  /** @param storage of the log's directory; it is closed with this */
  public CommitTimes(Storage storage) {
    this.storage = storage;
  }

  /** When the record with this sequence was committed, in milliseconds since 1970; {@link #UNKNOWN} if nothing tells. */
  public long of(long sequence) throws IOException {
    // What a frame has behind a cut of the tail is not what has the sequence now.
    boolean same = frame != null && segment != null && frame.firstSequence() <= sequence && sequence <= frame.lastSequence()
        && holds(segment, sequence);
    if (!same) frame = find(sequence);
    return frame == null ? UNKNOWN : frame.committedMillis();
  }

  private FrameHeader find(long sequence) throws IOException {
    try {
      Segment holder = holder(sequence);
      if (holder == null) {
        look();
        holder = holder(sequence);
      }
      return holder == null ? null : find(holder, sequence);
    } catch (NoSuchFileException e) {
      // Taken away by who writes.
      return null;
    }
  }

  /** Opening has only glanced at most segments: one with damage in it is read whole. */
  private FrameHeader find(Segment holder, long sequence) throws IOException {
    if (holder != segment) use(holder);
    try {
      return walk.find(sequence);
    } catch (CorruptLogException e) {
      if (scanned) return null;
      use(new SegmentScanner(storage, Storage.Access.READ).scan(holder.ordinal).toSegment(holder.lastSequence()));
      scanned = true;
      segments = segments.stream().map(each -> each == holder ? segment : each).toList();
      return holds(segment, sequence) ? find(segment, sequence) : null;
    }
  }

  private Segment holder(long sequence) {
    for (Segment each : segments) if (holds(each, sequence)) return each;
    return null;
  }

  private static boolean holds(Segment segment, long sequence) {
    for (Extent each : segment.extents()) if (each.firstSequence() <= sequence && sequence <= each.lastSequence()) return true;
    return false;
  }

  /** What there is now. */
  private void look() throws IOException {
    closeFile();
    segments = new Judge(storage, Storage.Access.READ, Verification.TAIL).judge().segments();
  }

  private void use(Segment next) throws IOException {
    closeFile();
    segment = next;
    scanned = false;
    file = storage.open(next.name, Storage.Access.READ);
    walk = new FrameWalk(storage.directory(), next, file);
  }

  private void closeFile() throws IOException {
    segment = null;
    if (file != null) file.close();
    file = null;
  }

  @Override
  public void close() throws IOException {
    try {
      closeFile();
    } finally {
      storage.close();
    }
  }
}
