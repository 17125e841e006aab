package dev.syncline.cli;

import dev.syncline.format.Layout;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
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

  /**
   * The segments of a log, oldest first.
   *
   * @param newestLastSequence the last sequence of the newest one, or null if that is not known
   */
  static List<SegmentView> of(List<Path> files, Long newestLastSequence) throws IOException {
    List<SegmentView> views = new ArrayList<>();
    SegmentHeader successor = null;
    for (int at = files.size() - 1; at >= 0; at--) {
      Path file = files.get(at);
      String name = file.getFileName().toString();
      try {
        SegmentHeader header = header(file);
        Long first = header == null ? null : header.baseSequence() + 1;
        views.add(0, new SegmentView(name, Files.size(file), first, at == files.size() - 1 ? newestLastSequence : lastBy(successor, name)));
        successor = header;
      } catch (NoSuchFileException e) {
        // A live writer has truncated it away since the directory was listed.
        successor = null;
      }
    }
    return views;
  }

  /** Where the successor's link leaves a segment; null if it follows on another one, which is missing then. */
  private static Long lastBy(SegmentHeader successor, String name) {
    boolean linked = successor != null && successor.predecessorOrdinal() == SegmentName.ordinal(name);
    return linked ? successor.predecessorLastSequence() : null;
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
    if (firstSequence == null) return size;
    if (lastSequence == null) return size + "  from " + firstSequence + " on; where it ends is not known without reading it";
    return size + "  " + (lastSequence < firstSequence ? "empty" : firstSequence + ".." + lastSequence);
  }
}
