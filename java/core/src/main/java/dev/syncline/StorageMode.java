package dev.syncline;

/** Which storage to use. */
public enum StorageMode {
  /** Native where it works in this directory, else portable; {@code storage()} says which and why. */
  AUTO,
  /** Native, or opening fails with the reason. */
  NATIVE,
  /** Pure Java, even where native would work. */
  PORTABLE
}
