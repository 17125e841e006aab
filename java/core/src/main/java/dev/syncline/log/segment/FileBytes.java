package dev.syncline.log.segment;

import dev.syncline.io.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of one file, for whoever reads them through a {@link FileWindow}. */
public interface FileBytes {
  /** Reads into {@code target} until it is full or the file ends; returns how many bytes. */
  int read(ByteBuffer target, long offsetBytes) throws IOException;

  long sizeBytes() throws IOException;

  /** Those of a file that the caller keeps open meanwhile. */
  static FileBytes of(SegmentFile file) {
    return new FileBytes() {
      @Override
      public int read(ByteBuffer target, long offsetBytes) throws IOException {
        return file.read(target, offsetBytes);
      }

      @Override
      public long sizeBytes() throws IOException {
        return file.size();
      }
    };
  }
}
