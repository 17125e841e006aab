package dev.syncline.log.read;

import dev.syncline.LogFencedException;
import dev.syncline.format.Crc;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.log.segment.ReaderFiles;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Function;

/**
 * Reads single records straight from where they lie: one read of a few hundred bytes each, once a reader has met their frame.
 *
 * <p>It never waits for a commit, takes no lock and pins nothing: a file that is taken away meanwhile, or used for something else, no
 * longer holds a record with this sequence and epoch, and then the answer is "unknown". Safe for many threads.
 */
final class PointReader {
  /** What is read where the length of the record is not known yet. */
  private static final int FIRST_READ_BYTES = 1024;

  private static final int BUFFER_BYTES = 16 << 10;

  /** A buffer that has grown beyond this is not kept. */
  private static final int KEPT_BYTES_MAX = 64 << 10;

  /** A larger record costs about as much as its frame. And the length that is read first may be anything. */
  private static final int RECORD_BYTES_MAX = 1 << 20;

  private static final int BUFFERS_KEPT = 16;

  private final ReaderFiles files;
  private final RecordPositions positions = new RecordPositions();

  /** Spare ones, so that a read allocates none unless more threads read than there are places. */
  private final AtomicReferenceArray<Buffer> spare = new AtomicReferenceArray<>(BUFFERS_KEPT);

  /** What one read works with. */
  private static final class Buffer implements RecordView {
    private ByteBuffer buffer = AlignedBuffers.allocate(BUFFER_BYTES);
    private ByteBuffer view = buffer.asReadOnlyBuffer();
    private final Crc crc = new Crc();

    /** Makes room for so many bytes, of which the first {@code filled} are there already. */
    void reserve(int bytes, int filled) {
      if (bytes <= buffer.capacity()) return;
      ByteBuffer larger = AlignedBuffers.allocate(Integer.highestOneBit(bytes - 1) << 1);
      larger.put(buffer.clear().limit(filled));
      buffer = larger;
      view = buffer.asReadOnlyBuffer();
    }

    @Override
    public long sequence() {
      return RecordCodec.sequence(buffer, 0);
    }

    @Override
    public int type() {
      return RecordCodec.type(buffer, 0);
    }

    @Override
    public int meta() {
      return RecordCodec.meta(buffer, 0);
    }

    @Override
    public int payloadBytes() {
      return RecordCodec.payloadBytes(buffer, 0);
    }

    @Override
    public byte[] payload() {
      byte[] copy = new byte[payloadBytes()];
      buffer.get(Layout.RECORD_HEADER_BYTES, copy);
      return copy;
    }

    @Override
    public ByteBuffer payloadView() {
      return view.limit(Layout.RECORD_HEADER_BYTES + payloadBytes()).position(Layout.RECORD_HEADER_BYTES);
    }
  }

  PointReader(ReaderFiles files) {
    this.files = files;
  }

  RecordPositions positions() {
    return positions;
  }

  /** What {@code use} makes of the record, or null if it is not known where it lies, is large, or is not there any more. */
  <T> T read(Segment segment, long sequence, Function<? super RecordView, T> use) throws LogFencedException {
    long offsetBytes = positions.find(segment, sequence);
    if (offsetBytes == 0) return null;
    Buffer found = borrow();
    try {
      return load(found, segment, sequence, offsetBytes) ? use.apply(found) : null;
    } catch (LogFencedException e) {
      throw e;
    } catch (IOException | OutOfMemoryError e) {
      // Taken away, unreadable, or no memory for it: whoever looks more carefully will say which.
      return null;
    } finally {
      giveBack(found);
    }
  }

  /** Where this thread begins to look, so that threads seldom meet. */
  private static int ownPlace() {
    return (int) Thread.currentThread().getId();
  }

  private Buffer borrow() {
    int own = ownPlace();
    for (int i = 0; i < BUFFERS_KEPT; i++) {
      int place = own + i & BUFFERS_KEPT - 1;
      Buffer found = spare.get(place) == null ? null : spare.getAndSet(place, null);
      if (found != null) return found;
    }
    return new Buffer();
  }

  private void giveBack(Buffer found) {
    if (found.buffer.capacity() > KEPT_BYTES_MAX) return;
    int own = ownPlace();
    for (int i = 0; i < BUFFERS_KEPT; i++) if (spare.compareAndSet(own + i & BUFFERS_KEPT - 1, null, found)) return;
  }

  private boolean load(Buffer found, Segment segment, long sequence, long offsetBytes) throws IOException {
    long nextBytes = positions.find(segment, sequence + 1);
    long guess = nextBytes > offsetBytes ? nextBytes - offsetBytes : FIRST_READ_BYTES;
    found.reserve((int) Math.min(guess, RECORD_BYTES_MAX), 0);
    int available = files.read(segment, found.buffer.clear().limit((int) Math.min(guess, found.buffer.capacity())), offsetBytes);
    if (available < Layout.RECORD_HEADER_BYTES || found.sequence() != sequence) return false;
    long bytes = Layout.RECORD_HEADER_BYTES + (long) found.payloadBytes();
    if (bytes > RECORD_BYTES_MAX) return false;
    if (bytes > available) {
      found.reserve((int) bytes, available);
      found.buffer.limit((int) bytes).position(available);
      available += files.read(segment, found.buffer, offsetBytes + available);
    }
    return RecordCodec.problem(found.buffer.clear(), 0, available, found.crc, segment.header.epoch()) == null
        && found.sequence() == sequence;
  }
}
