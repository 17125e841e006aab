package dev.syncline;

/** When an append becomes durable. */
public enum SyncMode {
  /** Durable when the call returns. Concurrent callers share one durable write. */
  SYNC,
  /** In memory when the call returns; a background thread syncs every {@link WalOptions#syncInterval}. */
  INTERVAL,
  /** In memory when the call returns; durable at {@code sync()}, {@code checkpoint()}, rotation and {@code close()}. */
  MANUAL
}
