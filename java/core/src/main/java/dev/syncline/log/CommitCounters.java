package dev.syncline.log;

/** Counts of the commit path. Appends under the queue's lock, the rest by the token's holder; read without a lock, so a moment old. */
final class CommitCounters {
  long appends;
  long appendedBytes;
  long commits;
  long durableWrites;
  long syncs;
  long writtenBytes;

  void wrote(int bytes) {
    commits++;
    writtenBytes += bytes;
  }
}
