package dev.syncline.log.repair;

import dev.syncline.format.Mark;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.Quarantine;
import dev.syncline.log.recovery.SegmentScan;
import dev.syncline.log.recovery.SegmentScanner;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes anew, where it is, what is damaged without a record lost. Each step leaves the same log, so that it may be interrupted anywhere:
 * what was not reached is still there to be mended.
 */
final class Mending {
  private final Storage storage;
  private final SegmentFiles files;
  private final DirectoryLock lock;
  private final Quarantine quarantine;

  Mending(Storage storage, DirectoryLock lock) {
    this.storage = storage;
    this.files = new SegmentFiles(storage);
    this.lock = lock;
    this.quarantine = new Quarantine(storage);
  }

  void run(Findings findings) throws IOException {
    for (Segment segment : findings.flaws().seals()) sealAgain(segment);
    if (!findings.flaws().mark()) return;
    lock.check();
    Mark mark = findings.shown().mark().orElseThrow();
    MarkFile.replace(storage, mark);
  }

  private void sealAgain(Segment segment) throws IOException {
    lock.check();
    String copy = files.sealBeside(segment);
    try {
      requireSame(segment, new SegmentScanner(storage, Storage.Access.READ_UNCACHED).scanCopy(copy, segment.ordinal));
      lock.check();
    } catch (IOException | RuntimeException | Error e) {
      files.deleteIfThere(copy);
      throw e;
    }
    keepWhatLiesBehind(segment);
    files.putInPlace(segment.name);
  }

  /** Frames behind what the next segment's link says is the end: another life of the segment has written them, and may be wanted. */
  private void keepWhatLiesBehind(Segment segment) throws IOException {
    SegmentScan old = new SegmentScanner(storage, Storage.Access.READ_UNCACHED).scan(segment.ordinal);
    boolean any = old.extents().stream().anyMatch(extent -> extent.endBytes() > segment.endBytes());
    if (any) quarantine.keep(segment.name, segment.endBytes(), old.fileBytes());
  }

  /** What was kept of files that were replaced. */
  List<Path> quarantined() {
    return quarantine.files();
  }

  /** Each frame follows on the one before by checksum, so that the same end means the same frames. */
  private void requireSame(Segment expected, SegmentScan found) throws IOException {
    boolean same = found.header() != null && found.breaks().isEmpty() && found.seal() != null
        && found.lastSequence() == expected.lastSequence() && found.lastCrc() == expected.lastCrc()
        && found.usedEndBytes() == expected.usedEndBytes();
    if (!same)
      throw new IOException(
          storage.directory().resolve(expected.name) + ": a copy of it does not hold what was copied. Nothing was changed; the disk is not"
              + " to be trusted: copy the log to another one");
  }

  /** A copy at a time, while the old file is still there. */
  static long neededBytes(Findings findings) {
    return findings.flaws().seals().stream()
        .mapToLong(segment -> segment.endBytes() + segment.seal().frameBytes(segment.header.blockBytes())).max().orElse(0);
  }
}
