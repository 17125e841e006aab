package dev.syncline.tck;

import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;

/** What may have become of the place where a frame was expected. Those that are forged have right checksums and say something wrong. */
enum Harm {
  NONE,
  /** A changed bit in the header. */
  HEADER,
  /** A changed bit in a record; the header is right. */
  BODY,
  /** Forged: follows on another frame. */
  CHAIN,
  /** Forged: of another life of the file. */
  EPOCH,
  /** Forged: of another segment. */
  ORDINAL,
  /** Forged: written for another place. */
  OFFSET,
  /** Forged: begins with a sequence that came before. */
  BACKWARDS,
  /** Forged: of a kind that does not exist. */
  KIND,
  /** Forged: claims more bytes than the file has; its record is damaged, too. */
  LENGTH,
  ZEROS,
  GARBAGE,
  /** The file ends inside the frame's header. */
  CUT_IN_HEADER,
  /** The file ends inside the frame's body. */
  CUT_IN_BODY,
  /** The file ends where the frame would begin. */
  CUT_BEFORE;

  boolean cuts() {
    return this == CUT_IN_HEADER || this == CUT_IN_BODY || this == CUT_BEFORE;
  }

  /** Whether the place looks as a file does that is ready for frames: zeros, or a frame of what the file was before. */
  boolean looksUnused() {
    return this == ZEROS || this == ORDINAL;
  }

  /** Whether nothing can lie behind it: the file ends, or the frame claims all that is left. */
  boolean endsTheFile() {
    return cuts() || this == LENGTH;
  }

  /** The file with this done to the frame at {@code at}. */
  byte[] done(byte[] file, int at) {
    byte[] bytes = file.clone();
    switch (this) {
      case NONE -> { }
      case HEADER -> bytes[at + 45] ^= 4;
      case BODY -> bytes[at + Layout.FRAME_HEADER_BYTES + Layout.RECORD_HEADER_BYTES] ^= 4;
      case ZEROS -> Arrays.fill(bytes, at, at + ForgedLog.BLOCK_BYTES, (byte) 0);
      case GARBAGE -> {
        byte[] garbage = new byte[ForgedLog.BLOCK_BYTES];
        new Random(at).nextBytes(garbage);
        System.arraycopy(garbage, 0, bytes, at, garbage.length);
      }
      case CUT_IN_HEADER -> bytes = Arrays.copyOf(bytes, at + 50);
      case CUT_IN_BODY -> bytes = Arrays.copyOf(bytes, at + Layout.FRAME_HEADER_BYTES + 10);
      case CUT_BEFORE -> bytes = Arrays.copyOf(bytes, at);
      default -> forge(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), at);
    }
    return bytes;
  }

  private void forge(ByteBuffer in, int at) {
    FrameHeader h = FrameHeader.decode(in, at);
    long epoch = h.epoch();
    long ordinal = h.ordinal();
    long offset = h.offsetBytes();
    long first = h.firstSequence();
    int body = h.bodyBytes();
    int digest = h.recordsDigest();
    int previous = h.previousCrc();
    int kind = h.kind();
    switch (this) {
      case CHAIN -> previous ^= 1;
      case EPOCH -> {
        epoch ^= 1;
        digest = RecordCodec.seal(in, at + Layout.FRAME_HEADER_BYTES, new Crc(), epoch);
      }
      case ORDINAL -> ordinal += 1;
      case OFFSET -> offset += ForgedLog.BLOCK_BYTES;
      case BACKWARDS -> first -= 1;
      case KIND -> kind = 3;
      case LENGTH -> {
        body = 1 << 30;
        in.put(at + Layout.FRAME_HEADER_BYTES, (byte) ~in.get(at + Layout.FRAME_HEADER_BYTES));
      }
      default -> throw new AssertionError(this);
    }
    FrameHeader.encode(in, at, new Crc(), epoch, ordinal, offset, first, h.lastSequence(), h.promisedSequence(), body, h.recordCount(),
        digest, previous, kind, h.committedMillis());
  }
}
