package dev.syncline.log.segment;

import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Writes a copy of a log whose segments are finished; its mark comes last, so that half a copy is never taken for a log. */
public final class Snapshot {
  private Snapshot() {}

  /**
   * One file of the copy: the whole of it, which never changes any more, or its first bytes.
   *
   * @param bare whether the segment has lost its seal, so that the copy is to get one
   */
  record Part(Segment segment, boolean whole, boolean bare, long bytes) {}

  /** What a copy consists of, as the log was at one moment. */
  public record Plan(List<Part> parts, Mark mark) {}

  /** What to copy of these segments, which are finished, or were just begun and hold nothing. Nothing is appended meanwhile. */
  public static Plan plan(List<Segment> segments, Mark mark) {
    List<Part> parts = new ArrayList<>();
    // Of a segment that was just begun its header is all that counts.
    for (int i = 0; i < segments.size(); i++) {
      Segment segment = segments.get(i);
      boolean lost = !segment.sealed() && i + 1 < segments.size() && segment.isFollowedBy(segments.get(i + 1).header);
      parts.add(new Part(segment, segment.sealed(), lost, segment.usedEndBytes()));
    }
    Segment newest = segments.isEmpty() ? null : segments.get(segments.size() - 1);
    return new Plan(List.copyOf(parts), mark.withDurable(newest == null ? Mark.DurablePoint.NONE : newest.endPoint(), true));
  }

  /** Writes the copy, durably. Appends may go on; the files in it must be kept from being cut or taken away. */
  public static void write(Storage source, Storage target, Plan plan) throws IOException {
    SegmentFiles files = new SegmentFiles(source);
    for (Part part : plan.parts()) {
      if (part.bare()) SealedCopy.write(source, part.segment(), target, part.segment().name);
      else if (part.whole()) files.shareWith(target, part.segment());
      else files.copyTo(target, part.segment(), part.bytes());
    }
    finish(target, plan.mark());
  }

  /** Something that is written. */
  public interface Writing {
    void run() throws IOException;
  }

  /** Runs {@code writing}, which writes a copy; if it fails nothing of it stays. */
  public static void orNothing(Storage target, Writing writing) throws IOException {
    Set<String> before = Set.copyOf(target.list());
    try {
      writing.run();
    } catch (IOException | RuntimeException | Error e) {
      try {
        // By name the mark is the last, and without it the rest is no log.
        List<String> made = target.list().stream().filter(name -> !before.contains(name) && SegmentName.isOwn(name)).sorted().toList();
        for (int i = made.size() - 1; i >= 0; i--) new SegmentFiles(target).delete(made.get(i));
      } catch (IOException | RuntimeException more) {
        e.addSuppressed(more);
      }
      throw e;
    }
  }

  /** Makes what was copied or linked durable, and a log by its mark. */
  public static void finish(Storage target, Mark mark) throws IOException {
    target.syncDirectory();
    MarkFile.create(target, mark).close();
  }
}
