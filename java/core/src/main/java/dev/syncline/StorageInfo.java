package dev.syncline;

/**
 * Which storage is active, why, and what the directory supports.
 *
 * @param name {@code "native"} or {@code "portable"} (or the name of a third storage)
 * @param reason why this one, in one sentence
 * @param directIo whether writes go past the page cache
 * @param alignmentBytes what a write's offset, length and address are multiples of; 1 where anything goes
 * @param preallocation whether device blocks are reserved before they are written
 * @param fileSystem the type of the file system as the operating system names it; empty where unknown
 */
public record StorageInfo(
    String name, String reason, boolean directIo, int alignmentBytes, boolean preallocation, String fileSystem) {

  @Override
  public String toString() {
    return name + " storage (" + reason + "); "
        + (directIo ? "direct I/O, aligned to " + alignmentBytes + " bytes" : "buffered I/O")
        + (preallocation ? "; space is preallocated" : "; space is zero-filled, not preallocated")
        + (fileSystem.isEmpty() ? "" : "; on " + fileSystem);
  }
}
