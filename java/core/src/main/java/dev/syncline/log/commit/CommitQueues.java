package dev.syncline.log.commit;

import dev.syncline.SyncMode;
import dev.syncline.io.SleepWord;
import dev.syncline.log.events.LogEvents;
import dev.syncline.log.options.LogOptions;
import java.util.function.Supplier;

/** Chooses, once, how a log commits. */
public final class CommitQueues {
  private CommitQueues() {}

  /**
   * The kind that the sync mode asks for.
   *
   * @param words gives what followers of a frame sleep on, or null if they park
   * @param afterCommit called when a commit has moved the durable end, with neither lock nor token; cheap, and throws nothing
   * @param events who is told of commits
   */
  public static CommitQueue of(
      LogOptions options, LogState state, LockWatch lockWatch, Housekeeper housekeeper, Rotation rotation, Supplier<SleepWord> words,
      Runnable afterCommit, LogEvents events) {
    CommitQueue queue = options.syncMode() == SyncMode.SYNC
        ? new GroupCommit(options, state, lockWatch, housekeeper, rotation, words, afterCommit, events)
        : new WriteBehind(options, state, lockWatch, housekeeper, rotation, words, afterCommit, events);
    state.onEnd(queue::tellEnd);
    state.onEnd(() -> events.failed(state.ended()));
    state.onEnd(new EndLine(state));
    return queue;
  }
}
