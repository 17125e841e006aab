package dev.syncline.log.repair;

import dev.syncline.IncompatibleLogException;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.recovery.Quarantine;
import dev.syncline.log.segment.MarkFile;
import dev.syncline.log.segment.RepairState;
import dev.syncline.log.segment.SegmentFiles;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Puts a log that was built beside the damaged one in its place. Each step may be the last before a crash, and all of them may be gone
 * through again: what is done already is seen by where the files are.
 */
final class Swap {
  private final Storage storage;
  private final Storage repair;
  private final DirectoryLock lock;
  private final SegmentFiles files;
  private final SegmentFiles madeFiles;
  private final Quarantine quarantine;

  Swap(Storage storage, Storage repair, DirectoryLock lock) {
    this.storage = storage;
    this.repair = repair;
    this.lock = lock;
    this.files = new SegmentFiles(storage);
    this.madeFiles = new SegmentFiles(repair);
    this.quarantine = new Quarantine(storage);
  }

  /** Returns where the old files are that were moved now. */
  List<Path> run(RepairState state) throws IOException {
    // Its mark is the last to be put in place, and is taken away before it is forgotten that there was a repair.
    if (madeFiles.contains(SegmentName.MARK)) {
      lock.check();
      setOldFilesAside(state);
      lock.check();
      putNewFilesInPlace(state);
      madeFiles.deleteDurably(SegmentName.MARK);
    }
    madeFiles.deleteDurably(SegmentName.COMPLETE);
    clear(repair);
    return quarantine.files();
  }

  private void setOldFilesAside(RepairState state) throws IOException {
    List<String> old = state.oldFiles();
    for (int i = old.size() - 1; i >= 0; i--) if (files.contains(old.get(i))) quarantine.take(old.get(i));
    if (!files.contains(SegmentName.MARK) || logId(storage).equals(logId(repair))) return;
    long size;
    try (SegmentFile file = storage.open(SegmentName.MARK, Storage.Access.READ)) {
      size = file.size();
    }
    // It stays in its place, too, until the new one takes that.
    quarantine.keep(SegmentName.MARK, 0, size);
  }

  private static Optional<LogId> logId(Storage of) throws IOException {
    return MarkFile.read(of).mark().map(Mark::logId);
  }

  private void putNewFilesInPlace(RepairState state) throws IOException {
    for (String name : state.newFiles()) {
      if (madeFiles.contains(name)) madeFiles.moveTo(storage, name);
      if (!files.contains(name))
        throw new IncompatibleLogException(
            storage.directory() + ": expected " + name + " here or in " + repair.directory() + ", found it nowhere: somebody has removed"
                + " it. The log of before is in " + SegmentName.QUARANTINE + ": put it into an empty directory and repair that");
    }
    repair.syncDirectory();
    madeFiles.copyInPlace(storage, SegmentName.MARK);
  }

  /** Deletes what a repair has made in its directory, and the directory if nothing else is in it. */
  static void clear(Storage repair) throws IOException {
    SegmentFiles made = new SegmentFiles(repair);
    boolean any = false;
    for (String name : repair.list()) {
      if (!SegmentName.isOfRepair(name)) continue;
      made.delete(name);
      any = true;
    }
    if (any) repair.syncDirectory();
    try {
      Files.deleteIfExists(repair.directory());
    } catch (DirectoryNotEmptyException e) {
      // Somebody has put something there: that is not ours, and an open log does not care.
    }
  }
}
