package dev.syncline.log.repair;

import dev.syncline.RepairResult;
import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.SynclineException;
import dev.syncline.format.Layout;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentHeader;
import dev.syncline.format.SegmentName;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.ShellWord;
import dev.syncline.io.Storage;
import dev.syncline.log.options.LogOptions;
import dev.syncline.log.recovery.DamageReport;
import dev.syncline.log.recovery.SegmentScanner;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.RepairState;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Repairs a log: builds it anew, from everything that can be read, in a directory inside its own, and then puts that in its place. Until
 * the new one is whole, verified and durable no file of the old one is touched; what is touched afterwards goes to quarantine. Used by one
 * thread, once.
 */
final class Repair {
  /** Smaller segments than this would be many. */
  private static final long SEGMENT_BYTES_MIN = 64 << 10;

  /** Each frame that waits to be written has a buffer of its own, and may hold one small record. */
  private static final long PENDING_BYTES_MAX = 4 << 10;

  private final Storage storage;
  private final Path directory;
  private final LogOptions options;
  private final CheckpointSearch checkpoints;
  private final SegmentFiles files;

  /**
   * @param storage of the log's directory, which must exist
   * @param options of which the identifiers, the block size, and the time limits count
   */
  Repair(Storage storage, LogOptions options, CheckpointSearch checkpoints) {
    this.storage = storage;
    this.directory = storage.directory().resolve(SegmentName.REPAIR);
    this.options = options;
    this.checkpoints = checkpoints;
    this.files = new SegmentFiles(storage);
  }

  /**
   * Does it, or goes on with what was begun.
   *
   * @param lock of the directory, which the caller holds
   * @throws StorageFullException if there is no room; the log is as it was then
   */
  RepairResult apply(DirectoryLock lock) throws IOException {
    return RepairState.isThere(storage) ? swap(lock, true) : repair(lock);
  }

  /** The block size of the newest segment that tells it, if a log can be written with it today; else {@code otherwise}. */
  static int blockBytes(Storage storage, int otherwise) throws IOException {
    SegmentScanner scanner = new SegmentScanner(storage, Storage.Access.READ);
    for (long ordinal : new SegmentFiles(storage).ordinals().descendingSet()) {
      SegmentHeader header = scanner.header(ordinal);
      if (header != null) return header.blockBytes() == 512 ? 512 : header.blockBytes() == 4096 ? 4096 : otherwise;
    }
    return otherwise;
  }

  private RepairResult repair(DirectoryLock lock) throws IOException {
    files.syncNewest();
    Findings findings = Findings.of(storage, Storage.Access.READ_UNCACHED);
    if (!findings.damaged()) return mended(lock, findings);
    RepairDirectory.requireOwn(directory);
    RepairDirectory.requireQuarantine(storage.directory());
    try {
      build(findings);
    } catch (IOException | RuntimeException | Error e) {
      clearAfter(e);
      if (e instanceof StorageFullException) throw noRoom(findings, (StorageFullException) e);
      throw e;
    }
    RepairResult result = swap(lock, false);
    DamageReport.warnRepaired(result, findings.damage(), "the old files are in quarantine");
    return result;
  }

  /** Of a log of which no record is lost, and nothing that counts is anywhere else. */
  private RepairResult mended(DirectoryLock lock, Findings findings) throws IOException {
    long records = KeptRecords.count(storage, Storage.Access.READ_UNCACHED, findings);
    clearLeftOver();
    Mending mending = new Mending(storage, lock);
    try {
      if (findings.flawed()) mending.run(findings);
    } catch (StorageFullException e) {
      throw new StorageFullException(
          storage.directory() + ": no room to write a segment anew beside the old one: " + e.getMessage() + ". Expected about "
              + Mending.neededBytes(findings) + " bytes, found " + RepairDirectory.freeBytes(storage.directory())
              + ". No record is lost; make room on this disk and repair again", e);
    }
    RepairResult result = new RepairResult(
        storage.directory(), findings.flawed(), false, List.of(), records, findings.floorSequence() + 1, mending.quarantined());
    if (findings.flawed())
      DamageReport.warnRepaired(result, findings.damage(), "what lay behind the end of a segment is kept in " + result.quarantined());
    return result;
  }

  private void build(Findings findings) throws IOException {
    try (Storage repair = storage.in(directory)) {
      repair.createDirectory();
      Swap.clear(repair);
    }
    LogOptions building = options(findings);
    Mark mark = firstMark(findings);
    long records;
    try (NewLog made = new NewLog(storage, directory, building)) {
      made.create(mark);
      Copier copier = new Copier(made, findings.gaps(), checkpoints);
      new SalvageReader(storage, Storage.Access.READ_UNCACHED, copier).read(findings);
      records = copier.records();
      MarkFile.Checkpoint known = new MarkFile.Checkpoint(mark.lastCheckpoint(), mark.covered());
      made.finish(findings.floorSequence(), checkpoints.last().filter(last -> last.sequence() > known.sequence()).orElse(known));
    }
    Comparison.require(storage, storage.in(directory), findings, building);
    try (Storage repair = storage.in(directory)) {
      List<String> newFiles = new SegmentFiles(repair).ordinals().stream().map(SegmentName::of).toList();
      new RepairState(findings.oldFiles(), newFiles, findings.lost(), records, findings.floorSequence()).write(repair);
    }
  }

  /** What the damaged log knows beside its records. No file of the new one has the name of an old one, or its log id. */
  private Mark firstMark(Findings findings) {
    Mark old = findings.salvaged().mark().orElseThrow();
    LongSupplier identifiers = options.identifiers();
    LogId id = new LogId(identifiers.getAsLong(), identifiers.getAsLong());
    long truncated = findings.truncatedThrough();
    return new Mark(id, old.counter() + 1, truncated, truncated, old.lastCheckpoint(), old.covered(), findings.newestOrdinal() + 1,
        findings.newestOrdinal(), false, 0, 0, true, Mark.DurablePoint.NONE, old.cuts());
  }

  /** Block and segments as large as they were. */
  private LogOptions options(Findings findings) {
    List<Segment> segments = findings.salvaged().segments();
    int block = segments.isEmpty() ? options.blockBytes() : segments.get(segments.size() - 1).header.blockBytes();
    long segmentBytes = SEGMENT_BYTES_MIN;
    // With the same frames, and a seal, which one that was not finished has not yet.
    for (Segment segment : segments)
      segmentBytes = Math.max(segmentBytes, segment.fileBytes + (segment.sealed() ? 0 : Layout.sealBytesMax(segment.fileBytes, block)));
    boolean fits = (block == 512 || block == 4096) && block % storage.traits().alignmentBytes() == 0;
    LogOptions defaults = LogOptions.defaults();
    return new LogOptions(
        SyncMode.MANUAL, defaults.corruptionPolicy(), defaults.verification(), Math.min(segmentBytes, LogOptions.SEGMENT_BYTES_MAX),
        LogOptions.GROUP_BYTES_MAX, Long.MAX_VALUE, PENDING_BYTES_MAX, fits ? block : Layout.BLOCK_BYTES_MAX,
        defaults.syncIntervalNanos(), defaults.markIntervalNanos(), options.openTimeoutNanos(), options.closeTimeoutNanos(),
        options.identifiers(), Runnable::run, options.clock(), options.joinMillis(), null);
  }

  private RepairResult swap(DirectoryLock lock, boolean resumed) throws IOException {
    try (Storage repair = storage.in(directory)) {
      RepairState state = RepairState.read(repair);
      List<Path> quarantined = swap(repair, lock, state);
      return new RepairResult(
          storage.directory(), true, resumed, state.lost(), state.keptRecords(), state.floorSequence() + 1, quarantined);
    }
  }

  private List<Path> swap(Storage repair, DirectoryLock lock, RepairState state) throws IOException {
    try {
      return new Swap(storage, repair, lock).run(state);
    } catch (StorageFullException e) {
      throw new StorageFullException(
          storage.directory() + ": the new log is whole, and there is no room to put it in place: " + e.getMessage()
              + ". Make room on this disk and repair again: it goes on where it stopped, and until then nobody opens the log", e);
    } catch (SynclineException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          storage.directory() + ": the new log is whole, and was not put in place: " + e.getMessage() + ". Find out why, and run"
              + " 'syncline repair " + ShellWord.of(storage.directory()) + " --apply' again: it goes on where it stopped, and until then"
              + " nobody opens the log", e);
    }
  }

  /** Of a repair that died while it built, and that nobody needs any more. */
  private void clearLeftOver() throws IOException {
    if (!RepairDirectory.isLeftOver(directory)) return;
    try (Storage repair = storage.in(directory)) {
      Swap.clear(repair);
    }
  }

  /** What was built in vain takes room that the log may need. */
  private void clearAfter(Throwable because) {
    try (Storage repair = storage.in(directory)) {
      if (!repair.list().contains(SegmentName.COMPLETE)) Swap.clear(repair);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  private StorageFullException noRoom(Findings findings, StorageFullException e) throws IOException {
    return new StorageFullException(
        storage.directory() + ": no room to build the repaired log beside the damaged one: " + e.getMessage() + ". Expected about "
            + RepairDirectory.neededBytes(findings) + " bytes, found " + RepairDirectory.freeBytes(storage.directory())
            + ". The log is as it was; make room on this disk and repair again", e);
  }
}
