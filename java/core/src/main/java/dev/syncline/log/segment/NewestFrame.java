package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.format.SegmentHeader;
import dev.syncline.io.AlignedBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The newest frame of a segment, of one block at most, as it counts: its place in the file may have less of it than a tail slot, or more
 * than is to be shown. Immutable.
 */
public final class NewestFrame {
  public final FrameHeader header;

  /** Header, records, and zeros up to the block. */
  private final ByteBuffer bytes;

  private NewestFrame(ByteBuffer bytes) {
    this.bytes = bytes;
    this.header = FrameHeader.decode(bytes, 0);
  }

  /**
   * The frame at {@code at}, in which nothing is wrong.
   *
   * @param availableBytes what there is from {@code at} on
   * @param check what checks its records
   * @return null if something is, if it is larger than a block, or no frame with records
   */
  static NewestFrame at(
      ByteBuffer in, int at, int availableBytes, SegmentIdentity of, long offsetBytes, FrameCheck check, FrameFields fields, Crc crc) {
    if (!FrameHeader.isAt(in, at, availableBytes, crc, of.epoch(), of.ordinal(), offsetBytes)) return null;
    fields.take(in, at);
    boolean small = fields.kind == FrameHeader.DATA && fields.usedBytes() <= Math.min(availableBytes, of.blockBytes());
    if (!small) return null;
    check.check(in, at, availableBytes, fields, fields.firstSequence - 1);
    return check.problem == null ? copied(in, at, (int) fields.usedBytes(), of.blockBytes()) : null;
  }

  private static NewestFrame copied(ByteBuffer in, int at, int usedBytes, int blockBytes) {
    ByteBuffer copy = ByteBuffer.allocate(blockBytes).order(ByteOrder.LITTLE_ENDIAN);
    return new NewestFrame(copy.put(0, in, at, usedBytes));
  }

  /** What tells a segment's frames from those of others. */
  record SegmentIdentity(long epoch, long ordinal, int blockBytes) {
    static SegmentIdentity of(SegmentHeader header) {
      return new SegmentIdentity(header.epoch(), header.ordinal(), header.blockBytes());
    }
  }

  public long offsetBytes() {
    return header.offsetBytes();
  }

  /** The bytes that its place is to have. */
  public ByteBuffer block() {
    return bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Without the records above {@code sequence}, with a header that fits; itself if there are none. Some are left. A group was committed as
   * one, so that of one that {@code sequence} lies inside, as another life's evidence may say, all records are.
   */
  public NewestFrame upTo(long sequence) {
    if (header.lastSequence() <= sequence) return this;
    int all = Layout.FRAME_HEADER_BYTES + header.bodyBytes();
    int end = Layout.FRAME_HEADER_BYTES;
    int records = 0;
    int digest = 0;
    long last = 0;
    boolean inGroup = false;
    while (end < all && (inGroup || RecordCodec.sequence(bytes, end) <= sequence)) {
      inGroup = RecordCodec.hasMore(bytes, end);
      last = RecordCodec.sequence(bytes, end);
      digest = RecordCodec.digest(digest, bytes.getInt(end));
      end += RecordCodec.bytes(bytes, end);
      records++;
    }
    if (last == header.lastSequence()) return this;
    NewestFrame cut = copied(bytes, 0, end, bytes.capacity());
    FrameHeader.encode(cut.bytes, 0, new Crc(), header.epoch(), header.ordinal(), header.offsetBytes(), header.firstSequence(), last,
        Math.min(header.promisedSequence(), last - 1), end - Layout.FRAME_HEADER_BYTES, records, digest, header.previousCrc(),
        FrameHeader.DATA, header.committedMillis());
    return new NewestFrame(cut.bytes);
  }

  /** The last sequence of the group that holds {@code sequence}, or if none does of the next one; of the last one if there is none. */
  public long endOfGroup(long sequence) {
    int at = Layout.FRAME_HEADER_BYTES;
    long last = header.lastSequence();
    while (RecordCodec.sequence(bytes, at) < last && (RecordCodec.sequence(bytes, at) < sequence || RecordCodec.hasMore(bytes, at)))
      at += RecordCodec.bytes(bytes, at);
    return RecordCodec.sequence(bytes, at);
  }

  /** Whether {@code later} is this frame, as it is or with more records. */
  boolean isBeginningOf(NewestFrame later) {
    int body = header.bodyBytes();
    if (later.header.bodyBytes() < body || later.offsetBytes() != offsetBytes() || later.header.previousCrc() != header.previousCrc())
      return false;
    return bytes.slice(Layout.FRAME_HEADER_BYTES, body).equals(later.bytes.slice(Layout.FRAME_HEADER_BYTES, body));
  }

  /** Whether its place in {@code file} has the same bytes, but for padding. */
  public boolean isInPlace(FileBytes file) throws IOException {
    int used = Layout.FRAME_HEADER_BYTES + header.bodyBytes();
    FileWindow window = new FileWindow(Layout.BLOCK_BYTES_MAX);
    window.use(file);
    if (window.load(offsetBytes(), used) < used || window.refusal(offsetBytes(), used) != null) return false;
    return window.buffer().slice(window.indexOf(offsetBytes()), used).equals(bytes.slice(0, used));
  }

  /** The file's bytes, with this frame in its place. */
  public FileBytes over(FileBytes file) {
    return new FileBytes() {
      @Override
      public int read(ByteBuffer target, long offset) throws IOException {
        int start = target.position();
        int limit = target.limit();
        long behind = offsetBytes() + bytes.capacity();
        boolean apart = (offset | offsetBytes() | behind) % AlignedBuffers.ALIGNMENT_BYTES == 0;
        boolean covered = offset >= offsetBytes() && offset + target.remaining() <= behind;
        if (!apart && !covered) return readAcross(target, offset);
        // Without asking the disk, which may refuse to read its place.
        int before = (int) Math.max(0, Math.min(limit - start, offsetBytes() - offset));
        int inside = (int) Math.max(0, Math.min(limit - start - before, behind - offset - before));
        int read = before == 0 ? 0 : Math.max(0, file.read(target.limit(start + before), offset));
        if (read == before) read += fill(target.limit(limit), start + before, offset + before, inside);
        if (read == before + inside && read < limit - start)
          read += Math.max(0, file.read(target.limit(limit).position(start + read), offset + read));
        target.limit(limit).position(start + read);
        return read;
      }

      private int fill(ByteBuffer target, int at, long offset, int length) throws IOException {
        int there = (int) Math.max(0, Math.min(length, file.sizeBytes() - offset));
        if (there > 0) target.put(at, bytes, (int) (offset - offsetBytes()), there);
        return there;
      }

      private int readAcross(ByteBuffer target, long offset) throws IOException {
        int start = target.position();
        int read = file.read(target, offset);
        long from = Math.max(offset, offsetBytes());
        long to = Math.min(offset + read, offsetBytes() + bytes.capacity());
        if (from < to) target.put(start + (int) (from - offset), bytes, (int) (from - offsetBytes()), (int) (to - from));
        return read;
      }

      @Override
      public long sizeBytes() throws IOException {
        return file.sizeBytes();
      }
    };
  }
}
