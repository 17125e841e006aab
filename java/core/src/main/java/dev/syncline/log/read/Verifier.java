package dev.syncline.log.read;

import dev.syncline.Damage;
import dev.syncline.Verification;
import dev.syncline.VerifyReport;
import dev.syncline.format.CutHistory;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.Flaws;
import dev.syncline.log.recovery.LiveJudge;
import dev.syncline.log.recovery.SegmentScan;
import dev.syncline.log.recovery.SegmentScanner;
import dev.syncline.log.recovery.Verdict;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Reads every byte that counts of a log, its mark and its links too, beside its writer, and lists what is wrong: what opening judges of a
 * directory, and what it can do without.
 */
final class Verifier {
  private static final int ATTEMPTS = 50;

  private final ReadContext context;
  private final Storage storage;
  private final List<Damage> found = new ArrayList<>();

  Verifier(ReadContext context) {
    this.context = context;
    this.storage = context.storage();
  }

  VerifyReport verify() throws IOException {
    // Nothing that is there now is to be taken away before it was read.
    context.pins().pin(this, 0);
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          VerifyReport report = verifyOnce();
          if (report != null) return report;
        } catch (NoSuchFileException e) {
          if (attempt >= ATTEMPTS) throw e;
        }
        if (attempt >= ATTEMPTS) throw new IOException(storage.directory() + ": its tail is cut faster than it can be verified");
      }
    } finally {
      context.pins().unpin(this);
      context.source().readerLeft();
    }
  }

  /** Null if the tail was cut meanwhile: that makes it a look at no history. */
  private VerifyReport verifyOnce() throws IOException {
    found.clear();
    CutHistory before = context.source().current().cuts();
    Verdict verdict = new LiveJudge(storage, Verification.FULL).judge();
    VerifyReport report = verdict.fresh() ? new VerifyReport(0, 0, 0, 0, 1, 0, List.of()) : reportOf(verdict);
    return context.source().current().cuts().equals(before) ? report : null;
  }

  private VerifyReport reportOf(Verdict verdict) throws IOException {
    found.addAll(verdict.damage());
    found.addAll(Flaws.of(storage, verdict).damage());
    found.sort(Comparator.comparingLong(Damage::firstLost));
    return report(verdict, verdict.mark().orElseThrow().truncatedThrough());
  }

  private VerifyReport report(Verdict verdict, long truncated) throws IOException {
    long last = lastShown(verdict);
    long frames = 0;
    long records = 0;
    long bytes = 0;
    long first = last + 1;
    for (Segment segment : verdict.segments()) {
      SegmentScan.Counts counts = counts(verdict, segment, truncated, last);
      frames += counts.frames();
      records += counts.records();
      bytes += counts.bytes();
      for (var extent : segment.extents())
        if (extent.lastSequence() > truncated) first = Math.min(first, Math.max(truncated + 1, extent.firstSequence()));
    }
    return new VerifyReport(verdict.segments().size(), frames, records, bytes, first, last, List.copyOf(found));
  }

  /** A log that another process writes is shown as far as it is proven to be durable. */
  private long lastShown(Verdict verdict) {
    long shown = Math.max(verdict.shownSequence(), context.source().durableSequence());
    return context.pinsHold() ? verdict.lastSequence() : Math.min(verdict.lastSequence(), shown);
  }

  /** What counts of a segment may end before what was read of it: at a cut, a torn frame, or the last that is shown. */
  private SegmentScan.Counts counts(Verdict verdict, Segment segment, long truncated, long last) throws IOException {
    long through = Math.min(last, segment.lastSequence());
    for (SegmentScan scan : verdict.scans())
      if (scan.header() != null && scan.header().ordinal() == segment.ordinal && scan.counts().lastSequence() <= through)
        return scan.counts();
    SegmentScanner scanner = new SegmentScanner(storage, Storage.Access.READ);
    scanner.countBetween(truncated, through);
    return scanner.scan(segment.ordinal).counts();
  }
}
