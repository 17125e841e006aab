package dev.syncline.log.read;

import dev.syncline.format.Layout;
import dev.syncline.SynclineException;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.MarkFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;

/**
 * Watches the mark of a log that somebody else writes. One read tells whether it has changed: a mark goes first to the slot that did not
 * get the last one first. The file is opened anew now and then, since another one may have been put in its place. One thread at a time.
 */
final class MarkWatch implements Closeable {
  private static final long OPEN_AGAIN_NANOS = 1_000_000_000;

  private final Storage storage;
  private final ByteBuffer slot = AlignedBuffers.allocate(Layout.MARK_SLOT_SPACING_BYTES);
  private SegmentFile file;
  private long openedNanos;
  private Mark known;

  /** The slot that tells of changes as it was read last, if that was no news. */
  private final ByteBuffer seen = AlignedBuffers.allocate(Layout.MARK_SLOT_SPACING_BYTES);

  private boolean seenIsKnown;

  MarkWatch(Storage storage) {
    this.storage = storage;
  }

  /**
   * The mark, if it is another than the one that was returned last or handed to {@link #expect}; else null.
   *
   * @throws NoSuchFileException if there is none
   */
  Mark poll() throws IOException {
    if (file == null || System.nanoTime() - openedNanos > OPEN_AGAIN_NANOS) open();
    if (known != null && !hasNews()) return null;
    Mark now = MarkFile.read(storage, file).mark().orElse(null);
    // Without a readable slot there is nothing to go on; the next look tells, or a verdict on the whole directory.
    if (now == null) throw new NoSuchFileException(file.path().toString(), null, "neither slot is readable");
    if (now.equals(known)) return null;
    expect(now);
    return now;
  }

  /** A slot that cannot be read is no news: it is being written, or the other one counts. */
  private boolean hasNews() throws IOException {
    int bytes;
    try {
      bytes = MarkFile.readNextSlot(file, slot, known);
    } catch (SynclineException e) {
      throw e;
    } catch (IOException e) {
      // The disk refuses to read this slot; what the other one says is looked at.
      return true;
    }
    if (seenIsKnown && slot.flip().equals(seen)) return false;
    boolean news = Mark.problem(slot.clear(), 0, bytes) == null && Mark.decode(slot, 0).counter() != known.counter();
    seenIsKnown = !news;
    if (!news) seen.clear().put(0, slot, 0, bytes).limit(bytes);
    return news;
  }

  /** Takes this for what is known: whoever has judged the whole directory has read it. */
  void expect(Mark judged) {
    known = judged;
    seenIsKnown = false;
  }

  private void open() throws IOException {
    close();
    file = storage.open(SegmentName.MARK, Storage.Access.READ);
    openedNanos = System.nanoTime();
  }

  @Override
  public void close() throws IOException {
    SegmentFile open = file;
    file = null;
    if (open != null) open.close();
  }
}
