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
import java.util.List;
import java.util.Locale;

/**
 * Where each field of FORMAT.md lies in the files of a log, and how one is forged: set to any value, with every checksum that covers it
 * made right again.
 */
final class LogFields {
  private static final Crc CRC = new Crc();
  private static final int TRAILER = Layout.SEAL_TRAILER_BYTES;

  /**
   * One field of one structure in one file.
   *
   * @param structureAt where the structure begins
   * @param frameAt where the frame begins that it is part of, or -1
   */
  record Field(String file, Kind kind, String name, int structureAt, int frameAt, int at, int bytes) {
    int endBytes() {
      return at + bytes;
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%s of the %s at 0x%x of %s", name, kind, structureAt, file);
    }
  }

  /** A structure, and its fields: name, offset, size. */
  enum Kind {
    MARK_SLOT("magic 0 8,version 8 2,reserved 10 6,log id 16 8,counter 32 8,truncated 40 8,floor 48 8,checkpoint 56 8,first ordinal 64 8,"
        + "last ordinal 72 8,rewind to 80 8,rewind ordinal 88 8,flags 96 4,durable ordinal 104 8,durable end 112 8,durable sequence 120 8,"
        + "durable checksum 128 4,covered 136 8,cuts 144 4,cut number 152 4,cut id 156 4,cut sequence 160 8,second number 168 4,"
        + "second sequence 176 8,last number 232 4,last sequence 240 8"),
    SEGMENT_HEADER("magic 0 8,version 8 2,block 12 4,log id 16 8,ordinal 32 8,epoch 40 8,base 48 8,predecessor 56 8,"
        + "predecessor's epoch 64 8,predecessor's last 72 8,predecessor's checksum 80 4,reserved 84 8"),
    FENCE("magic 0 4,epoch 8 8,ordinal 16 8,offset 24 8"),
    FRAME_HEADER("magic 0 4,epoch 8 8,ordinal 16 8,offset 24 8,first 32 8,last 40 8,promised 48 8,body 56 4,records 60 4,digest 64 4,"
        + "previous 68 4,kind 72 2,committed 74 6"),
    /** What a tail slot has. */
    SLOT_HEADER("magic 0 4,epoch 8 8,ordinal 16 8,offset 24 8,first 32 8,last 40 8,promised 48 8,body 56 4,records 60 4,digest 64 4,"
        + "previous 68 4,kind 72 2,committed 74 6"),
    SLOT_RECORD("payload 4 4,sequence 8 8,type 16 1,flags 17 1,meta 20 4,content 24 8"),
    SEAL_HEADER("magic 0 4,epoch 8 8,ordinal 16 8,offset 24 8,first 32 8,last 40 8,promised 48 8,body 56 4,records 60 4,digest 64 4,"
        + "previous 68 4,kind 72 4"),
    RECORD("payload 4 4,sequence 8 8,type 16 1,flags 17 1,reserved 18 2,meta 20 4,content 24 8"),
    SEAL("frames end 0 8,last checksum 8 4,count 12 4,types 16 8,index sequence 48 8,index offset 56 8"),
    TRAILER("magic 0 4,seal bytes 4 4,reserved 12 4");

    private final String fields;

    Kind(String fields) {
      this.fields = fields;
    }

    boolean isRecord() {
      return this == RECORD || this == SLOT_RECORD;
    }

    private void addTo(List<Field> all, String file, int structureAt, int frameAt, int limit) {
      for (String each : fields.split(",")) {
        int sizeAt = each.lastIndexOf(' ');
        int offsetAt = each.lastIndexOf(' ', sizeAt - 1);
        int at = structureAt + Integer.parseInt(each.substring(offsetAt + 1, sizeAt));
        int bytes = Integer.parseInt(each.substring(sizeAt + 1));
        if (at + bytes <= limit) all.add(new Field(file, this, each.substring(0, offsetAt), structureAt, frameAt, at, bytes));
      }
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  private LogFields() {}

  /** All fields of all structures that can be found, file by file. */
  static List<Field> of(DiskImage image) {
    List<Field> all = new ArrayList<>();
    for (String name : image.names()) {
      byte[] bytes = image.bytes(name);
      if (name.equals(SegmentName.MARK)) {
        for (int at = 0; at + Layout.MARK_SLOT_BYTES <= bytes.length; at += Layout.MARK_SLOT_SPACING_BYTES)
          Kind.MARK_SLOT.addTo(all, name, at, -1, bytes.length);
      } else if (SegmentName.isSegment(name)) {
        addSegment(all, name, in(bytes));
      }
    }
    return all;
  }

  private static void addSegment(List<Field> all, String name, ByteBuffer in) {
    int size = in.capacity();
    if (size < Layout.SEGMENT_HEADER_BYTES) return;
    Kind.SEGMENT_HEADER.addTo(all, name, 0, -1, size);
    long epoch = in.getLong(40);
    for (long slot : Layout.TAIL_SLOTS_BYTES) {
      int at = (int) slot;
      boolean used = at + Layout.BLOCK_BYTES_MAX <= size && in.getInt(at) == Layout.FRAME_MAGIC && in.getLong(at + 8) == epoch;
      if (used) addFrame(all, name, in, at, Kind.SLOT_HEADER, Kind.SLOT_RECORD);
    }
    for (int at = (int) Layout.FRAMES_START_BYTES; at + Layout.FRAME_HEADER_BYTES <= size; at += Layout.BLOCK_BYTES_MIN) {
      if (in.getInt(at) == Layout.FENCE_MAGIC && in.getLong(at + 8) == epoch) Kind.FENCE.addTo(all, name, at, -1, size);
      if (in.getInt(at) != Layout.FRAME_MAGIC || in.getLong(at + 8) != epoch) continue;
      if (FrameHeader.kind(in, at) == FrameHeader.SEAL) addSeal(all, name, in, at);
      else addFrame(all, name, in, at, Kind.FRAME_HEADER, Kind.RECORD);
    }
  }

  private static void addSeal(List<Field> all, String name, ByteBuffer in, int at) {
    Kind.SEAL_HEADER.addTo(all, name, at, at, in.capacity());
    Kind.SEAL.addTo(all, name, at + Layout.FRAME_HEADER_BYTES, at, at + Layout.FRAME_HEADER_BYTES + in.getInt(at + 56));
    if (in.getInt(in.capacity() - TRAILER) == Layout.SEAL_MAGIC)
      Kind.TRAILER.addTo(all, name, in.capacity() - TRAILER, -1, in.capacity());
  }

  private static void addFrame(List<Field> all, String name, ByteBuffer in, int at, Kind headers, Kind records) {
    headers.addTo(all, name, at, at, in.capacity());
    long end = Math.min(in.capacity(), (long) at + Layout.FRAME_HEADER_BYTES + in.getInt(at + 56));
    for (int record = at + Layout.FRAME_HEADER_BYTES; fits(in, record, end); record += RecordCodec.bytes(in, record))
      records.addTo(all, name, record, at, (int) Math.min(end, record + RecordCodec.bytes(in, record)));
  }

  private static boolean fits(ByteBuffer in, int record, long end) {
    if (record + Layout.RECORD_HEADER_BYTES > end) return false;
    int payload = RecordCodec.payloadBytes(in, record);
    return payload >= 0 && payload <= end - record - Layout.RECORD_HEADER_BYTES;
  }

  static long value(DiskImage image, Field field) {
    ByteBuffer in = in(image.bytes(field.file()));
    return switch (field.bytes()) {
      case 1 -> in.get(field.at());
      case 2 -> in.getShort(field.at());
      case 4 -> in.getInt(field.at());
      default -> in.getLong(field.at());
    };
  }

  /**
   * The same files, but for that field.
   *
   * @param chained whether the frames behind it, too, follow on what has changed
   */
  static DiskImage forge(DiskImage image, Field field, long value, boolean chained) {
    byte[] bytes = image.bytes(field.file());
    ByteBuffer out = in(bytes);
    for (int i = 0; i < field.bytes(); i++) out.put(field.at() + i, i < 8 ? (byte) (value >>> 8 * i) : 0);
    switch (field.kind()) {
      case MARK_SLOT -> seal(out, field, field.structureAt() + Layout.MARK_SLOT_BYTES - 4, field.structureAt(), Layout.MARK_SLOT_BYTES - 4);
      case SEGMENT_HEADER -> seal(out, field, Layout.SEGMENT_HEADER_BYTES - 4, 0, Layout.SEGMENT_HEADER_BYTES - 4);
      case FENCE -> seal(out, field, field.structureAt() + 4, field.structureAt() + 8, Layout.FENCE_BYTES - 8);
      case TRAILER -> seal(out, field, field.structureAt() + 8, field.structureAt(), 8);
      default -> sealFrame(out, field);
    }
    if (chained) followOn(out, field);
    return image.with(field.file(), bytes);
  }

  private static void sealFrame(ByteBuffer out, Field field) {
    int at = field.frameAt();
    int body = at + Layout.FRAME_HEADER_BYTES;
    if (field.kind().isRecord()) {
      long epoch = out.getLong(at + 8);
      int digest = 0;
      long end = Math.min(out.capacity(), (long) body + out.getInt(at + 56));
      for (int record = body; fits(out, record, end); record += RecordCodec.bytes(out, record))
        digest = RecordCodec.digest(digest, RecordCodec.seal(out, record, CRC, epoch));
      set(out, field, at + 64, digest);
    } else if (field.kind() == Kind.SEAL && out.getInt(at + 56) >= 0 && out.getInt(at + 56) <= out.capacity() - body) {
      set(out, field, at + 64, CRC.of(out, body, out.getInt(at + 56)));
    }
    seal(out, field, at + 4, at + 8, Layout.FRAME_HEADER_BYTES - 8);
  }

  /** Gives every frame the checksum of the one before it, and the seal that of the last one. */
  private static void followOn(ByteBuffer out, Field field) {
    if (field.file().equals(SegmentName.MARK)) return;
    int previous = SegmentHeader.crc(out);
    for (int at = (int) Layout.FRAMES_START_BYTES; at + Layout.FRAME_HEADER_BYTES <= out.capacity(); at += Layout.BLOCK_BYTES_MIN) {
      if (out.getInt(at) != Layout.FRAME_MAGIC || out.getLong(at + 16) != out.getLong(32)) continue;
      set(out, field, at + 68, previous);
      int body = out.getInt(at + 56);
      boolean whole = body >= Layout.SEAL_FIXED_BYTES && body <= out.capacity() - at - Layout.FRAME_HEADER_BYTES;
      if (FrameHeader.kind(out, at) == FrameHeader.SEAL && whole) {
        set(out, field, at + Layout.FRAME_HEADER_BYTES + 8, previous);
        set(out, field, at + 64, CRC.of(out, at + Layout.FRAME_HEADER_BYTES, body));
      }
      seal(out, field, at + 4, at + 8, Layout.FRAME_HEADER_BYTES - 8);
      previous = out.getInt(at + 4);
    }
  }

  private static void seal(ByteBuffer out, Field field, int crcAt, int from, int bytes) {
    set(out, field, crcAt, CRC.of(out, from, bytes));
  }

  /** What was forged stays as it is. */
  private static void set(ByteBuffer out, Field field, int at, int value) {
    if (at + 4 <= field.at() || at >= field.endBytes()) out.putInt(at, value);
  }

  private static ByteBuffer in(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
