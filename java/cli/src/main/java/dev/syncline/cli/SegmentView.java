package dev.syncline.cli;

import dev.syncline.format.Layout;
import dev.syncline.format.SegmentHeader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A segment file as its header describes it. Sequences are null where a header cannot be read.
 *
 * @param firstSequence the first sequence that the segment was made for; it may have been truncated since
 * @param lastSequence the last one, which its successor's header tells; below {@code firstSequence} if it holds none
 */
record SegmentView(String name, long sizeBytes, Long firstSequence, Long lastSequence) {

  /** The segments of a log, oldest first; {@code currentSequence} is the last sequence of the newest one. */
  static List<SegmentView> of(List<Path> files, long currentSequence) throws IOException {
    List<SegmentView> views = new ArrayList<>();
    Long lastSequence = currentSequence;
    for (int at = files.size() - 1; at >= 0; at--) {
      Path file = files.get(at);
      try {
        SegmentHeader header = header(file);
        Long first = header == null ? null : header.baseSequence() + 1;
        views.add(0, new SegmentView(file.getFileName().toString(), Files.size(file), first, lastSequence));
        lastSequence = header == null ? null : header.predecessorLastSequence();
      } catch (NoSuchFileException e) {
        // A live writer has truncated it away since the directory was listed.
        lastSequence = null;
      }
    }
    return views;
  }

  /** The header, or null if the file does not begin with one of this format version. */
  private static SegmentHeader header(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      ByteBuffer start = ByteBuffer.allocate(Layout.SEGMENT_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      start.limit(in.readNBytes(start.array(), 0, start.capacity()));
      boolean sound = SegmentHeader.problem(start, start.limit()) == null;
      return sound && SegmentHeader.version(start) == Layout.FORMAT_VERSION ? SegmentHeader.decode(start) : null;
    }
  }

  String describe() {
    String size = Text.size(sizeBytes);
    if (firstSequence == null || lastSequence == null) return size;
    return size + "  " + (lastSequence < firstSequence ? "empty" : firstSequence + ".." + lastSequence);
  }
}
