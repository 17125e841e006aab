package dev.syncline.tck;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.format.RecordCodec;
import dev.syncline.format.Seal;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.function.LongUnaryOperator;

/**
 * Writes the files of a log by hand, without the engine, so that all evidence in them can be chosen: each frame is one block with
 * one record.
 */
public final class ForgedLog {
  public static final int BLOCK_BYTES = 4096;
  public static final LogId ID = new LogId(0x1000, 0x2000);
  private static final int ENTRY = 3;
  private static final Crc CRC = new Crc();

  private ForgedLog() {}

  /** What a header says about the segment before. */
  public record Link(long ordinal, long epoch, long lastSequence, int crc) {
    public static final Link NONE = new Link(0, 0, 0, 0);

    /** To the segment with these bytes, of which records up to {@code lastSequence} count. */
    public static Link to(byte[] segment, long lastSequence) {
      ByteBuffer in = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
      SegmentHeader header = SegmentHeader.decode(in);
      int frames = (int) (lastSequence - header.baseSequence());
      int crc = frames == 0 ? SegmentHeader.crc(in) : in.getInt(frameAt(frames) + 4);
      return new Link(header.ordinal(), header.epoch(), lastSequence, crc);
    }
  }

  static long epoch(long ordinal) {
    return 0x7000 + ordinal;
  }

  /** Offset of the frame that holds the nth record of its segment. */
  public static int frameAt(int nth) {
    return (int) Layout.FRAMES_START_BYTES + (nth - 1) * BLOCK_BYTES;
  }

  static byte[] payload(long sequence) {
    return ("<entry-" + sequence + ">").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * A segment whose records are {@code base + 1} to {@code base + count}.
   *
   * @param promises what the frame that holds a sequence says is durable
   */
  public static byte[] segment(long ordinal, long base, int count, Link link, LongUnaryOperator promises) {
    ByteBuffer out = ByteBuffer.allocate(frameAt(count + 1)).order(ByteOrder.LITTLE_ENDIAN);
    int previous = new SegmentHeader(
        BLOCK_BYTES, ID, ordinal, epoch(ordinal), base, link.ordinal(), link.epoch(), link.lastSequence(), link.crc()).encode(out);
    for (int nth = 1; nth <= count; nth++) {
      long sequence = base + nth;
      int at = frameAt(nth);
      int body = RecordCodec.encode(out, at + Layout.FRAME_HEADER_BYTES, sequence, ENTRY, 0, 0, new byte[0], payload(sequence));
      int digest = RecordCodec.digest(0, RecordCodec.seal(out, at + Layout.FRAME_HEADER_BYTES, CRC, epoch(ordinal)));
      previous = FrameHeader.encode(out, at, CRC, epoch(ordinal), ordinal, at, sequence, sequence, promises.applyAsLong(sequence), body, 1,
          digest, previous, FrameHeader.DATA, 0);
    }
    return out.array();
  }

  /** The same segment, finished: its records count up to {@code last}, and the seal says so. */
  static byte[] sealed(byte[] segment, long last) {
    ByteBuffer in = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    SegmentHeader header = SegmentHeader.decode(in);
    boolean empty = last == header.baseSequence();
    int lastCrc = segment.length == Layout.FRAMES_START_BYTES ? SegmentHeader.crc(in) : in.getInt(segment.length - BLOCK_BYTES + 4);
    long[] firsts = empty ? new long[0] : new long[] {header.baseSequence() + 1};
    long[] offsets = empty ? new long[0] : new long[] {Layout.FRAMES_START_BYTES};
    Seal seal = new Seal(segment.length, lastCrc, new long[] {1L << ENTRY, 0, 0, 0}, firsts, offsets);
    ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    int digest = seal.encode(block, BLOCK_BYTES, CRC);
    FrameHeader.encode(block, 0, CRC, header.epoch(), header.ordinal(), segment.length, header.baseSequence() + 1, last, last,
        seal.bodyBytes(), 0, digest, lastCrc, FrameHeader.SEAL, 0);
    return ByteBuffer.allocate(segment.length + BLOCK_BYTES).put(segment).put(block.array()).array();
  }

  /** Where the {@code nth} record of that segment ends, as the mark says it. */
  public static Mark.DurablePoint durable(byte[] segment, int nth) {
    ByteBuffer in = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
    SegmentHeader header = SegmentHeader.decode(in);
    if (nth == 0) return new Mark.DurablePoint(header.ordinal(), Layout.FRAMES_START_BYTES, header.baseSequence(), SegmentHeader.crc(in));
    FrameHeader frame = FrameHeader.decode(in, frameAt(nth));
    return new Mark.DurablePoint(header.ordinal(), frame.usedEndBytes(), frame.lastSequence(), frame.crc());
  }

  /** A mark file whose two slots say the same. */
  public static byte[] markFile(Mark mark) {
    ByteBuffer out = ByteBuffer.allocate(2 * Layout.MARK_SLOT_SPACING_BYTES).order(ByteOrder.LITTLE_ENDIAN);
    mark.encode(out, 0);
    mark.encode(out, Layout.MARK_SLOT_SPACING_BYTES);
    return out.array();
  }

  public static DiskImage with(DiskImage image, long ordinal, byte[] segment) {
    return image.with(SegmentName.of(ordinal), segment);
  }
}
