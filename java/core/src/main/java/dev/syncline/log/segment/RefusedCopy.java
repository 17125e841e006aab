package dev.syncline.log.segment;

import dev.syncline.CorruptLogException;
import dev.syncline.SynclineException;
import dev.syncline.format.Layout;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;

/** What is to be said where a file cannot be copied since the disk refuses to read some of it. */
final class RefusedCopy {
  private static final String REMEDY =
      "It cannot be copied whole, so nothing was changed. 'syncline repair' on the log's directory keeps everything that can be read";

  private static final long SLOTS_START_BYTES = Layout.TAIL_SLOTS_BYTES[0];
  private static final int SLOTS_BYTES = (int) (Layout.FRAMES_START_BYTES - SLOTS_START_BYTES);

  private final Path path;
  private final SegmentFile file;

  RefusedCopy(Path path, SegmentFile file) {
    this.path = path;
    this.file = file;
  }

  /**
   * Reads what a read has failed at, if none of what the disk refuses is needed: what the copy has for the newest frame's place was in a
   * slot, and then nothing that is in slots counts there. Returns how many bytes.
   *
   * @param counts the file's bytes as they count
   */
  int readAround(IOException failed, FileBytes counts, ByteBuffer target, long offsetBytes, int lengthBytes, Segment known)
      throws IOException {
    if (known == null || !refusesSlotsOnly(failed, counts, target, offsetBytes, lengthBytes))
      throw failure(failed, offsetBytes, lengthBytes, known);
    for (int i = 0; i < SLOTS_BYTES; i++) target.put((int) (SLOTS_START_BYTES - offsetBytes) + i, (byte) 0);
    return (int) Math.min(lengthBytes, counts.sizeBytes() - offsetBytes);
  }

  private static boolean refusesSlotsOnly(IOException failed, FileBytes counts, ByteBuffer target, long offsetBytes, int lengthBytes) {
    try {
      RefusedBlocks refused = RefusedBlocks.readAround(counts, target, offsetBytes, lengthBytes, failed);
      target.clear();
      return offsetBytes <= SLOTS_START_BYTES && refused.problem(0, SLOTS_START_BYTES) == null
          && refused.problem(Layout.FRAMES_START_BYTES, Long.MAX_VALUE - Layout.FRAMES_START_BYTES) == null;
    } catch (IOException e) {
      // Whoever asks why reads again.
      return false;
    }
  }

  /**
   * The exception for a read that has failed: of damage, if the disk refuses some of it each time; else of a read that may succeed later.
   *
   * @param known the segment that the file holds, or null if it is another file
   */
  IOException failure(IOException failed, long offsetBytes, int lengthBytes, Segment known) {
    try {
      FileBytes bytes = known == null ? FileBytes.of(file) : known.asItCounts(FileBytes.of(file));
      ByteBuffer buffer = AlignedBuffers.allocate(lengthBytes);
      RefusedBlocks refused = RefusedBlocks.readAround(bytes, buffer, offsetBytes, lengthBytes, failed);
      String problem = refused.problem(offsetBytes, lengthBytes);
      if (known != null) return new CorruptLogException(LostRecords.around(refused.firstBytes(), problem, path, known, bytes), REMEDY);
      return new IOException(path + ": " + problem + ". " + REMEDY, failed);
    } catch (IOException e) {
      return named(e, offsetBytes);
    }
  }

  /** What says already which file it means stays as it is. */
  private IOException named(IOException e, long offsetBytes) {
    boolean ofItsKind = e instanceof SynclineException || e instanceof FileSystemException || e instanceof ClosedChannelException;
    if (ofItsKind || String.valueOf(e.getMessage()).contains(path.toString())) return e;
    return new IOException(path + " cannot be read at offset " + offsetBytes + ": " + e.getMessage(), e);
  }
}
