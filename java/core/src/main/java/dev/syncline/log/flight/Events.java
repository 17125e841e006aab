package dev.syncline.log.flight;

import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Threshold;
import jdk.jfr.Timespan;

/** The events, each with the name by which a recording asks for it. Fields are in the order in which they are printed. */
final class Events {
  private Events() {}

  @Name("dev.syncline.Commit")
  @Label("Commit")
  @Description("Records became durable. The duration is that of the last write or sync, until the durable end had moved")
  @Threshold("20 ms")
  static final class Commit extends SynclineEvent {
    @Label("Last Sequence")
    long lastSequence;

    @Label("Records")
    int records;

    @Label("Bytes")
    @DataAmount
    long bytes;

    @Label("Waiters")
    @Description("Threads that waited for another's write")
    int waiters;

    @Label("Write Time")
    @Description("How long the writes and syncs took that made the records durable")
    @Timespan(Timespan.NANOSECONDS)
    long writeTime;

    @Label("Wait Time")
    @Description("From the first record's append until it was durable")
    @Timespan(Timespan.NANOSECONDS)
    long waitTime;
  }

  @Name("dev.syncline.Rotation")
  @Label("Rotation")
  @Description("A segment was begun; appends waited meanwhile")
  static final class Rotation extends SynclineEvent {
    @Label("Segment")
    long segment;
  }

  @Name("dev.syncline.Preparation")
  @Label("Preparation")
  @Description("Space was made ready ahead of the appends")
  static final class Preparation extends SynclineEvent {}

  @Name("dev.syncline.Stall")
  @Label("Stall")
  @Description("A write, a sync, or other work on the log's files takes longer than stallLimit")
  static final class Stall extends SynclineEvent {
    @Label("Time")
    @Timespan(Timespan.NANOSECONDS)
    long time;

    @Label("Over")
    @Description("Whether it has returned. While it hangs it is only told of in a log that has an observer")
    boolean over;
  }

  @Name("dev.syncline.Shortage")
  @Label("Shortage")
  @Description("An append was refused for want of space, memory, descriptors or threads; nothing was changed")
  static final class Shortage extends SynclineEvent {
    @Label("Message")
    String message;
  }

  @Name("dev.syncline.Damage")
  @Label("Damage")
  @Description("Durable bytes are unreadable")
  static final class Damage extends SynclineEvent {
    @Label("File")
    String file;

    @Label("Offset")
    long offset;

    @Label("Problem")
    String problem;

    @Label("First Lost")
    long firstLost;

    @Label("Last Lost")
    long lastLost;
  }

  @Name("dev.syncline.Failure")
  @Label("Failure")
  @Description("The log has failed or was fenced: it takes no more appends")
  static final class Failure extends SynclineEvent {
    @Label("Message")
    String message;
  }

  @Name("dev.syncline.RecoveryPhase")
  @Label("Recovery Phase")
  @Description("A part of opening a log")
  static final class Phase extends SynclineEvent {
    @Label("Phase")
    String phase;
  }

  @Name("dev.syncline.Recovery")
  @Label("Recovery")
  @Description("A log was opened")
  static final class Recovery extends SynclineEvent {
    @Label("Closed Cleanly")
    boolean closedCleanly;

    @Label("Writable")
    boolean writable;

    @Label("Segments")
    int segments;

    @Label("First Sequence")
    long firstSequence;

    @Label("Last Sequence")
    long lastSequence;

    @Label("Trimmed")
    @DataAmount
    long trimmedBytes;

    @Label("Damaged Places")
    int damagedPlaces;
  }
}
