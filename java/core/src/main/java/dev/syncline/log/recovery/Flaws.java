package dev.syncline.log.recovery;

import dev.syncline.Damage;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.Seal;
import dev.syncline.format.SegmentName;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.FileBytes;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.FrameSearch;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.Rewind;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is damaged and can be done without, so that opening goes on: a slot of the mark while there is another, and seals. Who verifies
 * names it, and who repairs writes it anew.
 *
 * @param damage what is wrong, none of which takes a record
 * @param seals segments whose seal is, each as it would have to be sealed again; without those of which that cannot be told
 * @param mark whether a slot of the mark is
 * @param mendable whether each can be written anew where it is: else the log has to be built anew
 */
public record Flaws(List<Damage> damage, List<Segment> seals, boolean mark, boolean mendable) {
  /** Nothing. */
  public static final Flaws NONE = new Flaws(List.of(), List.of(), false, true);

  private static final int READINGS = 3;

  /** @param verdict of a judge who has read everything ({@code Verification.FULL}) */
  public static Flaws of(Storage storage, Verdict verdict) throws IOException {
    List<Damage> damage = new ArrayList<>();
    List<Segment> seals = new ArrayList<>();
    String slot = slotProblem(storage);
    if (slot != null) damage.add(new Damage(path(storage, SegmentName.MARK), 0, slot + "; the other slot is used", 0, -1));
    boolean mendable = true;
    List<SegmentScan> scans = verdict.scans();
    for (int i = 0; i < scans.size(); i++) {
      SegmentScan successor = i + 1 < scans.size() ? scans.get(i + 1) : null;
      Damage seal = sealDamage(storage, scans.get(i), successor);
      if (seal == null) continue;
      damage.add(seal);
      Segment again = toSeal(storage, scans.get(i), Segment.withOrdinal(verdict.segments(), scans.get(i).header().ordinal()), successor);
      if (again == null) mendable = false;
      else seals.add(again);
    }
    return new Flaws(List.copyOf(damage), List.copyOf(seals), slot != null, mendable);
  }

  private static String slotProblem(Storage storage) throws IOException {
    // Of a missing mark the verdict has told.
    if (!storage.list().contains(SegmentName.MARK)) return null;
    MarkFile.Reading reading = MarkFile.read(storage);
    // Of a mark without a readable slot the verdict has told; a slot that is being written is readable the next time.
    for (int again = 0; again < READINGS && reading.mark().isPresent() && reading.problem() != null; again++)
      reading = MarkFile.read(storage);
    return reading.mark().isPresent() ? reading.problem() : null;
  }

  /**
   * No segment begins before its predecessor's seal is durable, unless the storage could no longer write blocks as small as its, or its
   * file had no room for one: then it ends with its last frame.
   */
  private static Damage sealDamage(Storage storage, SegmentScan scan, SegmentScan successor) throws IOException {
    if (scan.header() == null) return null;
    if (scan.seal() != null) {
      Seal found = scan.toSegment(Long.MAX_VALUE).seal();
      // With frames missing the two cannot be the same.
      boolean fits = !scan.breaks().isEmpty()
          || scan.seal().covers(found) && (scan.seal().hasIndexOf(found) || isIndexOfFrames(storage, scan));
      return fits ? null
          : damage(storage, scan, scan.seal().framesEndBytes(), "expected a seal that matches the segment's frames, found another");
    }
    int block = scan.header().blockBytes();
    boolean expected = successor != null && successor.header() != null && block >= successor.header().blockBytes()
        && scan.fileBytes() != Layout.roundUp(scan.usedEndBytes(), block);
    return expected
        ? damage(storage, scan, scan.usedEndBytes(), "expected a seal behind the last frame, found none that is readable") : null;
  }

  /** Whoever went on with a segment of which he knew the ends has noted other frames than one who reads all of it. */
  private static boolean isIndexOfFrames(Storage storage, SegmentScan scan) throws IOException {
    Seal seal = scan.seal();
    FileWindow window = new FileWindow(Layout.BLOCK_BYTES_MAX);
    Crc crc = new Crc();
    try (SegmentFile file = storage.open(SegmentName.of(scan.header().ordinal()), Storage.Access.READ)) {
      window.use(FileBytes.of(file));
      for (int i = 0; i < seal.offsetsBytes().length; i++) {
        long at = seal.offsetsBytes()[i];
        if (at < 0 || at >= seal.framesEndBytes()) return false;
        FrameHeader frame = FrameSearch.headerAt(window, scan.header(), at, crc);
        if (frame == null || frame.firstSequence() != seal.firstSequences()[i]) return false;
      }
      return seal.indexFits(scan.header().blockBytes(), scan.header().baseSequence(), scan.lastSequence());
    }
  }

  /** The segment up to where its successor's link leaves it; null if it does not end there, or the frame that ends it is not whole. */
  private static Segment toSeal(Storage storage, SegmentScan scan, Segment segment, SegmentScan successor) throws IOException {
    if (segment == null) return null;
    Segment ended = Rewind.clipped(storage, segment, segment.lastSequence());
    if (scan.breaks().stream().anyMatch(each -> each.frameOffsetBytes() < ended.endBytes())) return null;
    return successor == null || ended.isFollowedBy(successor.header()) ? ended : null;
  }

  private static Damage damage(Storage storage, SegmentScan scan, long offset, String problem) {
    long last = scan.lastSequence();
    return new Damage(path(storage, SegmentName.of(scan.header().ordinal())), offset, problem, last + 1, last);
  }

  private static Path path(Storage storage, String name) {
    return storage.directory().resolve(name);
  }
}
