package dev.syncline;
/** placeholder. */
final class WalOptions { private WalOptions() {} 
  /** d. */ public java.time.Duration syncInterval() { return null; } }
