package dev.syncline.lab;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.tck.DiskImage;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A real log's directory, changed as a fuzzer's bytes say.
 *
 * <p>The first byte chooses the log and whether checksums are made right again afterwards: then whatever was changed is believed as far as
 * a checksum goes, and the reader is on its own. Each edit then takes a byte for what it does, one for the file, and its arguments.
 */
final class FuzzedDirectory {
  private static final int EDITS_MAX = 12;
  private static final int FILE_BYTES_MAX = 64 << 10;
  private static final int BLOCK_BYTES = GoldenLog.BLOCK_BYTES;

  /** Where in a frame header, record, segment header or mark slot fields begin: changing one whole is worth more than any byte. */
  private static final int[] FIELDS = {8, 12, 16, 24, 32, 40, 48, 56, 60, 64, 68, 72, 80, 84, 88, 96, 104, 112, 120, 128, 136};

  private final ByteBuffer in;
  private final GoldenLog golden;
  private final boolean forged;
  private DiskImage image;
  private boolean copied;

  /** @param logs what the fuzzer may begin with */
  FuzzedDirectory(byte[] input, List<GoldenLog> logs) {
    in = ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN);
    int choice = next();
    golden = logs.get(choice % logs.size());
    forged = (choice & 0x80) != 0;
    image = golden.image();
    for (int i = 0; i < EDITS_MAX && in.hasRemaining(); i++) edit();
  }

  /** The log as it was. */
  GoldenLog golden() {
    return golden;
  }

  DiskImage image() {
    return image;
  }

  /** Whether checksums were made right: then records may say what nobody wrote. */
  boolean forged() {
    return forged;
  }

  /** Whether a file holds another file's bytes, or is gone. */
  boolean copied() {
    return copied;
  }

  private int next() {
    return in.hasRemaining() ? in.get() & 0xff : 0;
  }

  private int next16() {
    return next() | next() << 8;
  }

  private long next64() {
    long value = 0;
    for (int i = 0; i < 8; i++) value |= (long) next() << 8 * i;
    return value;
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    image.names().forEach(name -> {
      if (SegmentName.isSegment(name) || name.equals(SegmentName.MARK)) names.add(name);
    });
    return names;
  }

  private void edit() {
    int what = next();
    List<String> names = names();
    if (names.isEmpty()) return;
    String name = names.get(next() % names.size());
    byte[] bytes = image.bytes(name);
    int at = bytes.length == 0 ? 0 : next16() % bytes.length;
    int block = at / BLOCK_BYTES * BLOCK_BYTES;
    switch (what % 10) {
      case 0 -> bytes = overwritten(bytes, at, next());
      case 1 -> flip(bytes, at);
      case 2 -> setLong(bytes, block + FIELDS[next() % FIELDS.length], next64());
      case 3 -> setInt(bytes, block + FIELDS[next() % FIELDS.length], (int) next64());
      case 4 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + next16()), (byte) next());
      case 5 -> bytes = Arrays.copyOf(bytes, at);
      case 6 -> bytes = Arrays.copyOf(bytes, Math.min(FILE_BYTES_MAX, bytes.length + next16()));
      case 7 -> bytes = moved(bytes, block, next() * BLOCK_BYTES);
      case 8 -> {
        copied = true;
        String other = SegmentName.of(1 + next() % 5);
        image = image.with(other, bytes);
        if (forged) repairIn(other);
      }
      default -> {
        copied = true;
        image = image.with(name, null);
        return;
      }
    }
    image = image.with(name, bytes);
    if (forged) repairIn(name);
  }

  private byte[] overwritten(byte[] bytes, int at, int length) {
    byte[] result = bytes.clone();
    for (int i = at; i < Math.min(bytes.length, at + length); i++) result[i] = (byte) next();
    return result;
  }

  private void flip(byte[] bytes, int at) {
    if (at < bytes.length) bytes[at] ^= (byte) (1 << next() % 8);
  }

  private static void setLong(byte[] bytes, int at, long value) {
    if (at + 8 <= bytes.length) littleEndian(bytes).putLong(at, value);
  }

  private static void setInt(byte[] bytes, int at, int value) {
    if (at + 4 <= bytes.length) littleEndian(bytes).putInt(at, value);
  }

  private static byte[] moved(byte[] bytes, int from, int to) {
    byte[] result = bytes.clone();
    int length = Math.min(BLOCK_BYTES, bytes.length - Math.max(from, to));
    if (length > 0) System.arraycopy(bytes, from, result, to, length);
    return result;
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Makes every checksum right of what still looks like a header, a record, a seal or a slot. */
  private void repairIn(String name) {
    byte[] bytes = image.bytes(name);
    Crc crc = new Crc();
    if (name.equals(SegmentName.MARK)) {
      for (int at = 0; at + Layout.MARK_SLOT_BYTES <= bytes.length; at += Layout.MARK_SLOT_SPACING_BYTES)
        setInt(bytes, at + Layout.MARK_SLOT_BYTES - 4, crc.of(littleEndian(bytes), at, Layout.MARK_SLOT_BYTES - 4));
    } else {
      repairSegment(bytes, crc);
    }
    image = image.with(name, bytes);
  }

  private static void repairSegment(byte[] bytes, Crc crc) {
    ByteBuffer file = littleEndian(bytes);
    int headerCrcAt = Layout.SEGMENT_HEADER_BYTES - 4;
    if (bytes.length >= Layout.SEGMENT_HEADER_BYTES) setInt(bytes, headerCrcAt, crc.of(file, 0, headerCrcAt));
    for (long slot : Layout.TAIL_SLOTS_BYTES) repairSlot(bytes, (int) slot, crc);
    int previous = bytes.length >= Layout.SEGMENT_HEADER_BYTES ? SegmentHeader.crc(file) : 0;
    for (int at = (int) Layout.FRAMES_START_BYTES; at + Layout.FRAME_HEADER_BYTES <= bytes.length; at += BLOCK_BYTES) {
      if (file.getInt(at) != Layout.FRAME_MAGIC) continue;
      FrameHeader header = FrameHeader.decode(file, at);
      int digest = header.kind() == FrameHeader.SEAL ? sealDigest(file, at, header, crc) : recordsDigest(file, at, header, crc);
      setInt(bytes, at + 64, digest);
      setInt(bytes, at + 68, previous);
      setInt(bytes, at + 4, crc.of(file, at + 8, Layout.FRAME_HEADER_BYTES - 8));
      previous = file.getInt(at + 4);
    }
    int trailerAt = bytes.length - Layout.SEAL_TRAILER_BYTES;
    if (trailerAt > 0 && file.getInt(trailerAt) == Layout.SEAL_MAGIC) setInt(bytes, trailerAt + 8, crc.of(file, trailerAt, 8));
  }

  private static void repairSlot(byte[] bytes, int at, Crc crc) {
    ByteBuffer file = littleEndian(bytes);
    if (at + Layout.BLOCK_BYTES_MAX > bytes.length || file.getInt(at) != Layout.FRAME_MAGIC) return;
    setInt(bytes, at + 64, recordsDigest(file, at, FrameHeader.decode(file, at), crc));
    setInt(bytes, at + 4, crc.of(file, at + 8, Layout.FRAME_HEADER_BYTES - 8));
  }

  private static int sealDigest(ByteBuffer file, int at, FrameHeader header, Crc crc) {
    int body = at + Layout.FRAME_HEADER_BYTES;
    boolean fits = header.bodyBytes() >= 0 && header.bodyBytes() <= file.capacity() - body;
    return fits ? crc.of(file, body, header.bodyBytes()) : header.recordsDigest();
  }

  private static int recordsDigest(ByteBuffer file, int at, FrameHeader header, Crc crc) {
    int digest = 0;
    int record = at + Layout.FRAME_HEADER_BYTES;
    long end = Math.min(file.capacity(), (long) record + Math.max(0, header.bodyBytes()));
    while (record + Layout.RECORD_HEADER_BYTES <= end) {
      int payload = RecordCodec.payloadBytes(file, record);
      if (payload < 0 || payload > end - record - Layout.RECORD_HEADER_BYTES) break;
      digest = RecordCodec.digest(digest, RecordCodec.seal(file, record, crc, header.epoch()));
      record += RecordCodec.bytes(file, record);
    }
    return digest;
  }
}
