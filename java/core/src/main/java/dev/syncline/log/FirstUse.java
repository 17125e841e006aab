package dev.syncline.log;

import dev.syncline.shortage.Initialized;

/**
 * What has to be there before the first call that may find stack or memory short: to load a class takes much of both, and that must not
 * come up behind a record that has entered a frame.
 */
final class FirstUse {
  /** The rooms that every call passes, what storages are made of, and whatever else does something when it is initialized. */
  private static final String[] CLASSES = {
    "dev.syncline.Activity", "dev.syncline.CorruptionPolicy", "dev.syncline.Operation", "dev.syncline.OptionLimits",
    "dev.syncline.Payloads",
    "dev.syncline.RecordType", "dev.syncline.RecoveryPhase",
    "dev.syncline.Results", "dev.syncline.StorageMode", "dev.syncline.SyncMode", "dev.syncline.Verification",
    "dev.syncline.format.CutHistory", "dev.syncline.format.Layout", "dev.syncline.format.Mark", "dev.syncline.format.Mark$DurablePoint",
    "dev.syncline.format.SegmentHeader", "dev.syncline.io.AlignedBuffers", "dev.syncline.io.DirectoryHolder",
    "dev.syncline.io.DirectoryLock", "dev.syncline.io.IoGate", "dev.syncline.io.JvmLocks", "dev.syncline.io.JvmLocks$Anchor",
    "dev.syncline.io.LockRecord", "dev.syncline.io.PortableLock", "dev.syncline.io.PortableLock$Range",
    "dev.syncline.io.PortableLock$Unclosable", "dev.syncline.io.ProcessIdentity", "dev.syncline.io.ProcessIdentity$Proc",
    "dev.syncline.io.ProcessLock", "dev.syncline.io.ProcessLock$Source", "dev.syncline.io.RecordWatch", "dev.syncline.io.RecordWatch$Stamp",
    "dev.syncline.io.Refusal", "dev.syncline.io.Refusal$Denied", "dev.syncline.io.Refusal$ReadOnly", "dev.syncline.io.Refusal$Told",
    "dev.syncline.io.Refusal$Unwritable",
    "dev.syncline.io.SegmentFile", "dev.syncline.io.ShellWord", "dev.syncline.io.SleepWord", "dev.syncline.io.SmallFile",
    "dev.syncline.io.SmallFile$Work", "dev.syncline.io.Storage", "dev.syncline.io.Storage$Access", "dev.syncline.io.Storage$Action",
    "dev.syncline.io.StorageTraits", "dev.syncline.io.Storages", "dev.syncline.io.Storages$Choice", "dev.syncline.io.Storages$Opener",
    "dev.syncline.log.CutGate", "dev.syncline.log.LogWriter", "dev.syncline.log.Opening", "dev.syncline.log.Opening$Outcome",
    "dev.syncline.log.commit.AsyncAppend", "dev.syncline.log.commit.AsyncAppends", "dev.syncline.log.commit.CallbackThread",
    "dev.syncline.log.commit.CommitBase", "dev.syncline.log.commit.CommitBase$TailChange", "dev.syncline.log.commit.CommitCounters",
    "dev.syncline.log.commit.CommitQueue", "dev.syncline.log.commit.CommitQueues", "dev.syncline.log.commit.CommitReport",
    "dev.syncline.log.commit.CommitToken",
    "dev.syncline.log.commit.DurableEnd", "dev.syncline.log.commit.EndLine", "dev.syncline.log.commit.EndLine$Line",
    "dev.syncline.log.commit.Entry",
    "dev.syncline.log.commit.Followers", "dev.syncline.log.commit.Frame", "dev.syncline.log.commit.FrameChain",
    "dev.syncline.log.commit.FramePool", "dev.syncline.log.commit.FrameWriter", "dev.syncline.log.commit.GroupCommit",
    "dev.syncline.log.commit.Housekeeper", "dev.syncline.log.commit.Housekeeper$Duties",
    "dev.syncline.log.commit.Housekeeper$NotRunException", "dev.syncline.log.commit.Housekeeper$StillRunningException",
    "dev.syncline.log.commit.Housekeeper$Task", "dev.syncline.log.commit.Housekeeper$Turns",
    "dev.syncline.log.commit.LockWatch", "dev.syncline.log.commit.LockWatch$Look",
    "dev.syncline.log.commit.LogState", "dev.syncline.log.commit.LogState$FileChange", "dev.syncline.log.commit.MarkDuty",
    "dev.syncline.log.commit.OpenFrame",
    "dev.syncline.log.commit.PendingFutures", "dev.syncline.log.commit.PendingFutures$Pending", "dev.syncline.log.commit.Rethrown",
    "dev.syncline.log.commit.Resting", "dev.syncline.log.commit.RoomTrials", "dev.syncline.log.commit.Rotation",
    "dev.syncline.log.commit.Sequences", "dev.syncline.log.commit.TailFrame",
    "dev.syncline.log.commit.Timeouts",
    "dev.syncline.log.commit.VirtualThreads", "dev.syncline.log.commit.Waiter", "dev.syncline.log.commit.Waiter$Outcome",
    "dev.syncline.log.commit.WriteBehind", "dev.syncline.log.commit.WriterThread", "dev.syncline.log.commit.WriterThread$Step",
    "dev.syncline.log.events.Delivery", "dev.syncline.log.events.Delivery$1", "dev.syncline.log.events.Delivery$StallListener",
    "dev.syncline.log.events.EventKind", "dev.syncline.log.events.EventRing", "dev.syncline.log.events.Flight",
    "dev.syncline.log.events.LogEvents", "dev.syncline.log.events.Phase", "dev.syncline.log.events.Phase$Work",
    "dev.syncline.log.events.Watched", "dev.syncline.log.events.Work",
    "dev.syncline.log.flight.JfrFlight$1",
    "dev.syncline.log.read.DirectoryFollower", "dev.syncline.log.read.DirectoryFollower$Readable",
    "dev.syncline.log.read.DirectoryFollower$Seen", "dev.syncline.log.read.FrameReader", "dev.syncline.log.read.Gone",
    "dev.syncline.log.read.HistoryComparison", "dev.syncline.log.read.LogCursor", "dev.syncline.log.read.LogReader",
    "dev.syncline.log.read.MarkWatch", "dev.syncline.log.read.NewestFrames", "dev.syncline.log.read.NewestFrames$Found",
    "dev.syncline.log.read.PointReader", "dev.syncline.log.read.PointReader$Buffer", "dev.syncline.log.read.ReadContext",
    "dev.syncline.log.read.ReadSource", "dev.syncline.log.read.ReadView", "dev.syncline.log.read.RecordPositions",
    "dev.syncline.log.read.RecordPositions$Chunk", "dev.syncline.log.read.RecordView", "dev.syncline.log.read.RecordVisitor",
    "dev.syncline.log.read.SegmentChain", "dev.syncline.log.read.Verifier", "dev.syncline.log.read.ViewCopy",
    "dev.syncline.log.read.ViewCopy$Copied", "dev.syncline.log.read.Windows", "dev.syncline.log.recovery.Flaws",
    "dev.syncline.log.recovery.Recovery$1", "dev.syncline.log.recovery.SegmentScan$Counts", "dev.syncline.log.segment.CleanClose",
    "dev.syncline.log.segment.Closing", "dev.syncline.log.segment.Extent", "dev.syncline.log.segment.Fences",
    "dev.syncline.log.segment.FileBytes", "dev.syncline.log.segment.FileBytes$1", "dev.syncline.log.segment.FileWindow",
    "dev.syncline.log.segment.FrameCheck", "dev.syncline.log.segment.FrameFields", "dev.syncline.log.segment.FrameSearch",
    "dev.syncline.log.segment.FrameWalk",
    "dev.syncline.log.segment.FreeFiles", "dev.syncline.log.segment.FreeFiles$Free", "dev.syncline.log.segment.Incompatible",
    "dev.syncline.log.segment.LostRecords", "dev.syncline.log.segment.MarkFile", "dev.syncline.log.segment.MarkFile$Checkpoint",
    "dev.syncline.log.segment.MarkFile$Guard", "dev.syncline.log.segment.MarkFile$Reading",
    "dev.syncline.log.segment.NewestFrame", "dev.syncline.log.segment.NewestFrame$1",
    "dev.syncline.log.segment.NewestFrame$SegmentIdentity", "dev.syncline.log.segment.NextFile",
    "dev.syncline.log.segment.NextFile$Prepared", "dev.syncline.log.segment.Pins", "dev.syncline.log.segment.ReaderFiles",
    "dev.syncline.log.segment.ReaderFiles$1", "dev.syncline.log.segment.ReaderFiles$2",
    "dev.syncline.log.segment.ReaderFiles$Handle", "dev.syncline.log.segment.RefusedBlocks",
    "dev.syncline.log.segment.RefusedCopy", "dev.syncline.log.segment.RepairState", "dev.syncline.log.segment.Reservation",
    "dev.syncline.log.segment.Reservation$Asking", "dev.syncline.log.segment.Rewind", "dev.syncline.log.segment.SealedCopy",
    "dev.syncline.log.segment.Sealer", "dev.syncline.log.segment.Segment", "dev.syncline.log.segment.SegmentFiles",
    "dev.syncline.log.segment.SegmentFiles$Copying", "dev.syncline.log.segment.SegmentFiles$Cut",
    "dev.syncline.log.segment.SegmentPreparer", "dev.syncline.log.segment.SegmentSet", "dev.syncline.log.segment.Settling",
    "dev.syncline.log.segment.ShortFileException",
    "dev.syncline.log.segment.Shortages", "dev.syncline.log.segment.Shortages$Step", "dev.syncline.log.segment.Snapshot",
    "dev.syncline.log.segment.Snapshot$Part", "dev.syncline.log.segment.Snapshot$Plan", "dev.syncline.log.segment.Snapshot$Writing",
    "dev.syncline.log.segment.SparseIndex", "dev.syncline.log.segment.TailSlots",
    "dev.syncline.log.threads.DueHeap", "dev.syncline.log.threads.EngineThread",
    "dev.syncline.log.threads.Line", "dev.syncline.log.threads.Member", "dev.syncline.log.threads.RoundThread",
    "dev.syncline.log.threads.RoundThread$Host", "dev.syncline.log.threads.Shared",
    "dev.syncline.log.threads.SharedBuffers", "dev.syncline.log.threads.SharedThreads",
    "dev.syncline.log.threads.SharedThreads$At", "dev.syncline.log.threads.SharedThreads$Worker",
    "dev.syncline.shortage.Advice", "dev.syncline.shortage.Initialized", "dev.syncline.shortage.LargeFrames",
    "dev.syncline.shortage.LogLines", "dev.syncline.shortage.Parking", "dev.syncline.shortage.PatientLock",
    "dev.syncline.shortage.StackReserve", "dev.syncline.shortage.WaitList", "dev.syncline.shortage.WaitList$Member",
  };

  private FirstUse() {}

  static void prepare() {
    Initialized.require(FirstUse.class, CLASSES);
  }
}
