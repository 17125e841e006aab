package dev.syncline.log.segment;

import dev.syncline.format.Crc;
import dev.syncline.format.Seal;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Copies a finished segment whose seal is unreadable, or is not what its frames say: the copy gets one anew. */
public final class SealedCopy {
  private static final long ALIGNED = -AlignedBuffers.ALIGNMENT_BYTES;

  private SealedCopy() {}

  /**
   * Durable but for its name.
   *
   * @param segment as far as it counts, with everything that its seal is to say
   */
  public static void write(Storage source, Segment segment, Storage target, String name) throws IOException {
    new SegmentFiles(source).copyTo(target, segment, name, segment.usedEndBytes());
    int block = segment.header.blockBytes();
    Seal seal = segment.seal();
    int sealBytes = seal.frameBytes(block);
    // The seal and what of the last frame lies in the same unit: a storage may write none smaller than that, whatever the log's block is.
    long start = segment.usedEndBytes() & ALIGNED;
    long end = segment.endBytes() + sealBytes;
    ByteBuffer buffer = AlignedBuffers.allocate((int) (end - start));
    int used = (int) (segment.usedEndBytes() - start);
    if (used > 0) {
      try (SegmentFile from = source.open(segment.name, Storage.Access.READ_UNCACHED)) {
        int read = segment.asItCounts(FileBytes.of(from)).read(buffer.limit(AlignedBuffers.ALIGNMENT_BYTES), start);
        // What follows on the header is zeros, and may be missing where no frame was written.
        boolean holdsFrames = segment.reachesBeyond(segment.header.baseSequence());
        if (read < used && holdsFrames)
          throw new ShortFileException(segment.name + ": expected " + segment.usedEndBytes() + " bytes, found " + (start + read));
        used = Math.min(used, read);
      }
    }
    buffer.clear();
    int at = (int) (segment.endBytes() - start);
    for (int i = used; i < buffer.capacity(); i++) buffer.put(i, (byte) 0);
    encode(segment, seal, buffer.slice(at, sealBytes).order(ByteOrder.LITTLE_ENDIAN));
    try (SegmentFile to = target.open(name, Storage.Access.WRITE)) {
      to.write(buffer, start);
      to.truncate(end);
      to.sync();
    }
  }

  private static void encode(Segment segment, Seal seal, ByteBuffer into) {
    Crc crc = new Crc();
    int bodyCrc = seal.encode(into, segment.header.blockBytes(), crc);
    segment.sealHeader(seal.bodyBytes(), bodyCrc).encode(into, 0, crc);
  }
}
