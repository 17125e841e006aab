package dev.syncline.log.commit;

/** Counts of the commit path. Appends under the queue's lock, the rest by the token's holder; read without a lock, so a moment old. */
public final class CommitCounters {
  public long appends;
  public long appendedBytes;
  public long commits;
  public long durableWrites;
  public long syncs;
  public long writtenBytes;
}
