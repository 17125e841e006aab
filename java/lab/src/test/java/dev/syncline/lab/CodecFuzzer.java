package dev.syncline.lab;

import static dev.syncline.lab.CrashJudgement.require;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.format.RecordCodec;
import dev.syncline.format.Seal;
import dev.syncline.format.SegmentHeader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * What a fuzzer calls with bytes of its own: gives them to each codec, with checksums made right if the first byte says so. None throws,
 * and what one accepts it writes again as it was.
 */
public final class CodecFuzzer {
  private static final Crc CRC = new Crc();

  private CodecFuzzer() {}

  /** Called by the fuzzer. */
  public static void fuzzerTestOneInput(byte[] input) {
    if (input.length < 2) return;
    boolean forged = (input[0] & 0x80) != 0;
    ByteBuffer in = ByteBuffer.wrap(Arrays.copyOfRange(input, 1, input.length)).order(ByteOrder.LITTLE_ENDIAN);
    switch (input[0] & 0x7f) {
      case 0 -> segmentHeader(in, forged);
      case 1 -> frameHeader(in, forged);
      case 2 -> record(in, forged);
      case 3 -> seal(in, forged);
      case 4 -> mark(in, forged);
      default -> trailer(in, forged);
    }
  }

  private static void forge(ByteBuffer in, int crcAt, int from, int bytes) {
    if (from + bytes <= in.capacity() && crcAt + 4 <= in.capacity()) in.putInt(crcAt, CRC.of(in, from, bytes));
  }

  private static void requireSame(ByteBuffer in, ByteBuffer out, int[]... interpreted) {
    for (int[] part : interpreted)
      for (int at = part[0]; at < part[1]; at++) require(in.get(at) == out.get(at), "byte " + at + " was written otherwise than read");
  }

  private static ByteBuffer room(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void segmentHeader(ByteBuffer in, boolean forged) {
    if (forged) forge(in, Layout.SEGMENT_HEADER_BYTES - 4, 0, Layout.SEGMENT_HEADER_BYTES - 4);
    if (SegmentHeader.problem(in, in.capacity()) != null || SegmentHeader.version(in) != Layout.FORMAT_VERSION) return;
    SegmentHeader header = SegmentHeader.decode(in);
    ByteBuffer out = room(Layout.SEGMENT_HEADER_BYTES);
    header.encode(out);
    requireSame(in, out, new int[] {0, 10}, new int[] {12, 84});
    require(SegmentHeader.decode(out).equals(header), "a segment header was written otherwise than read");
    require(Integer.bitCount(header.blockBytes()) == 1 && header.blockBytes() <= Layout.BLOCK_BYTES_MAX, "a block of any size");
  }

  private static void frameHeader(ByteBuffer in, boolean forged) {
    if (forged) forge(in, 4, 8, Layout.FRAME_HEADER_BYTES - 8);
    boolean whole = in.capacity() >= Layout.FRAME_HEADER_BYTES;
    long ordinal = whole ? in.getLong(16) : 1;
    long offset = whole ? in.getLong(24) : 512;
    if (FrameHeader.problem(in, 0, in.capacity(), CRC, 0, ordinal, offset) != null) return;
    FrameHeader header = FrameHeader.decode(in, 0);
    require(header.bodyBytes() >= 0 && header.bodyBytes() <= Layout.FRAME_BODY_BYTES_MAX, "a body of any size");
    ByteBuffer out = room(Layout.FRAME_HEADER_BYTES);
    header.encode(out, 0, CRC);
    requireSame(in, out, new int[] {0, 4}, new int[] {8, 76});
  }

  private static void record(ByteBuffer in, boolean forged) {
    int available = in.capacity();
    if (forged && available >= Layout.RECORD_HEADER_BYTES) {
      int payload = RecordCodec.payloadBytes(in, 0);
      if (payload >= 0 && payload <= available - Layout.RECORD_HEADER_BYTES) RecordCodec.seal(in, 0, CRC, 7);
    }
    if (RecordCodec.problem(in, 0, available, CRC, 7) != null) return;
    int bytes = RecordCodec.bytes(in, 0);
    require(bytes >= Layout.RECORD_HEADER_BYTES && bytes <= available, "a record longer than what is there: " + bytes);
    require(RecordCodec.problem(in, 0, available, CRC, 8) != null || bytes == 0, "a record of one epoch is one of another");
    byte[] payload = new byte[RecordCodec.payloadBytes(in, 0)];
    in.get(Layout.RECORD_HEADER_BYTES, payload);
    ByteBuffer out = room(bytes);
    RecordCodec.encode(out, 0, RecordCodec.sequence(in, 0), RecordCodec.type(in, 0), in.get(17), RecordCodec.meta(in, 0), payload, new byte[0]);
    requireSame(in, out, new int[] {4, 18}, new int[] {20, bytes});
  }

  private static void seal(ByteBuffer in, boolean forged) {
    if (in.capacity() < Layout.FRAME_HEADER_BYTES) return;
    int bodyBytes = in.getInt(56);
    if (forged && bodyBytes >= 0 && bodyBytes <= in.capacity() - Layout.FRAME_HEADER_BYTES)
      in.putInt(64, CRC.of(in, Layout.FRAME_HEADER_BYTES, bodyBytes));
    FrameHeader header = FrameHeader.decode(in, 0);
    Seal seal = Seal.decode(in, 0, in.capacity(), header, CRC);
    if (seal == null) return;
    require(seal.bodyBytes() == header.bodyBytes(), "a seal of " + seal.bodyBytes() + " bytes in a body of " + header.bodyBytes());
    ByteBuffer out = room(seal.frameBytes(Layout.BLOCK_BYTES_MIN));
    seal.encode(out, Layout.BLOCK_BYTES_MIN, CRC);
    requireSame(in, out, new int[] {Layout.FRAME_HEADER_BYTES, Layout.FRAME_HEADER_BYTES + header.bodyBytes()});
    require(seal.covers(seal), "a seal does not cover itself");
  }

  private static void trailer(ByteBuffer in, boolean forged) {
    if (in.capacity() < Layout.SEAL_TRAILER_BYTES) return;
    if (forged) forge(in, 8, 0, 8);
    int bytes = Seal.bytesFromTrailer(in, 0, CRC);
    require(bytes == 0 || bytes == in.getInt(4), "a trailer says " + bytes);
  }

  private static void mark(ByteBuffer in, boolean forged) {
    if (forged) forge(in, Layout.MARK_SLOT_BYTES - 4, 0, Layout.MARK_SLOT_BYTES - 4);
    if (Mark.problem(in, 0, in.capacity()) != null || Mark.version(in, 0) != Layout.FORMAT_VERSION) return;
    Mark mark = Mark.decode(in, 0);
    ByteBuffer out = room(Layout.MARK_SLOT_BYTES);
    mark.encode(out, 0);
    require(Mark.decode(out, 0).equals(mark), "a mark was written otherwise than read");
    requireSame(in, out, new int[] {0, 10}, new int[] {16, 96}, new int[] {104, 132}, new int[] {136, 144});
  }
}
