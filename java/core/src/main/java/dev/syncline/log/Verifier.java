package dev.syncline.log;

import dev.syncline.Damage;
import dev.syncline.VerifyReport;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.Seal;
import dev.syncline.format.SegmentHeader;
import dev.syncline.log.recovery.SegmentScan;
import dev.syncline.log.recovery.SegmentScanner;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.FrameCheck;
import dev.syncline.log.segment.FrameFields;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Reads every byte that counts of a log, beside its writer, and lists what is wrong. */
final class Verifier {
  private final SegmentedLog log;
  private final List<Segment> segments;
  private final List<Damage> found;
  private final FileWindow window = new FileWindow(1 << 20);
  private final FrameCheck check = new FrameCheck();
  private final FrameFields fields = new FrameFields();
  private final Crc crc = new Crc();
  private long frames;
  private long records;
  private long bytes;

  Verifier(SegmentedLog log, List<Segment> segments, List<Damage> known) {
    this.log = log;
    this.segments = segments;
    this.found = new ArrayList<>(known);
  }

  VerifyReport verify() throws IOException {
    for (Segment segment : segments) verifySegment(segment);
    for (int i = 0; i < segments.size() - 1; i++) verifySealed(segments.get(i), segments.get(i + 1));
    found.sort(Comparator.comparingLong(Damage::firstLost));
    return new VerifyReport(
        segments.size(), frames, records, bytes, log.firstSequence(), log.currentSequence(), List.copyOf(found));
  }

  private void verifySegment(Segment segment) throws IOException {
    // The extents first: what is written after this look is not this look's business.
    List<Extent> extents = segment.extents();
    window.use(segment.reader(log.storage()));
    int available = window.load(0, Layout.SEGMENT_HEADER_BYTES);
    String problem = SegmentHeader.problem(window.buffer(), available);
    if (problem != null) report(segment, 0, problem, segment.header.baseSequence() + 1, segment.lastSequence());
    for (Extent extent : extents) verifyExtent(segment, extent);
    if (segment.sealed()) verifySeal(segment);
  }

  private void verifyExtent(Segment segment, Extent extent) throws IOException {
    int block = segment.header.blockBytes();
    long last = extent.firstSequence() - 1;
    for (long offset = extent.startBytes(); offset < extent.endBytes(); ) {
      int available = window.load(offset, Layout.FRAME_HEADER_BYTES);
      String problem = FrameHeader.problem(
          window.buffer(), window.indexOf(offset), available, crc, segment.header.epoch(), segment.ordinal, offset);
      if (problem != null) {
        SegmentScan.Break hole = SegmentScanner.breakAt(log.storage(), segment.ordinal, offset);
        boolean goesOn = hole != null && hole.firstAfter() > 0;
        report(segment, offset, problem, last + 1, goesOn ? Math.min(hole.firstAfter() - 1, extent.lastSequence()) : extent.lastSequence());
        if (!goesOn) return;
        last = hole.firstAfter() - 1;
        offset = hole.endBytes();
        continue;
      }
      FrameHeader frame = FrameHeader.decode(window.buffer(), window.indexOf(offset));
      last = verifyFrame(segment, extent, frame, last);
      offset = frame.endBytes(block);
    }
  }

  private long verifyFrame(Segment segment, Extent extent, FrameHeader frame, long last) throws IOException {
    int needed = Math.toIntExact(frame.usedEndBytes() - frame.offsetBytes());
    int available = window.load(frame.offsetBytes(), needed);
    check.check(window.buffer(), window.indexOf(frame.offsetBytes()), available, fields.take(frame), last);
    long end = Math.min(frame.lastSequence(), extent.lastSequence());
    if (check.problem != null && check.goodLastSequence < end)
      report(segment, frame.offsetBytes() + check.problemAtBytes, check.problem, check.goodLastSequence + 1, end);
    frames++;
    records += check.goodRecords;
    bytes += frame.endBytes(segment.header.blockBytes()) - frame.offsetBytes();
    return frame.lastSequence();
  }

  private void verifySeal(Segment segment) throws IOException {
    long at = segment.endBytes();
    Seal expected = segment.seal();
    int sealBytes = expected.frameBytes(segment.header.blockBytes());
    int available = window.load(at, sealBytes);
    String problem = FrameHeader.problem(
        window.buffer(), window.indexOf(at), available, crc, segment.header.epoch(), segment.ordinal, at);
    if (problem == null) {
      FrameHeader header = FrameHeader.decode(window.buffer(), window.indexOf(at));
      Seal seal = Seal.decode(window.buffer(), window.indexOf(at), available, header, crc);
      if (seal == null || !seal.covers(expected)) problem = "expected a seal that matches the segment's frames, found another";
      else if (available < sealBytes || lengthBehindSeal(at, sealBytes) != sealBytes)
        problem = "expected the seal's length of " + sealBytes + " bytes behind it, found another";
    }
    if (problem != null) report(segment, at, problem, segment.lastSequence() + 1, segment.lastSequence());
  }

  private int lengthBehindSeal(long at, int sealBytes) {
    return Seal.bytesFromTrailer(window.buffer(), window.indexOf(at) + sealBytes - Layout.SEAL_TRAILER_BYTES, crc);
  }

  /** No segment begins before its predecessor's seal is durable, unless the storage could no longer write blocks as small as its. */
  private void verifySealed(Segment segment, Segment successor) {
    if (segment.sealed() || segment.header.blockBytes() < successor.header.blockBytes()) return;
    report(segment, segment.endBytes(), "expected a seal behind the last frame, found none that is readable", segment.lastSequence() + 1,
        segment.lastSequence());
  }

  private void report(Segment segment, long offset, String problem, long firstLost, long lastLost) {
    Damage damage = new Damage(log.storage().directory().resolve(segment.name), offset, problem,
        Math.max(firstLost, log.truncatedThrough() + 1), lastLost);
    boolean irrelevant = lastLost >= firstLost && lastLost <= log.truncatedThrough();
    if (!irrelevant && !found.contains(damage)) found.add(damage);
  }
}
