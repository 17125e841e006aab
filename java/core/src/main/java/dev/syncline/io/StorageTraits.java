package dev.syncline.io;

/**
 * What one storage can do in one directory, found by trying real operations there.
 *
 * @param name which implementation this is: {@code "native"}, {@code "portable"}, or a third party's own word
 * @param directIo whether writes go past the page cache (O_DIRECT)
 * @param alignmentBytes what offsets, lengths and buffer addresses of a write must be multiples of; 1 where anything goes
 * @param preallocates whether {@link Storage#create} reserves blocks on the device, so that a full disk is met there
 * @param readsPastCache whether {@link Storage.Access#READ_UNCACHED} really reads the device and not cached pages
 * @param survivesInterrupt whether an interrupt of the calling thread leaves the file open without any help
 * @param fileSystem the file system's type as the operating system names it, for people; empty where unknown
 */
public record StorageTraits(
    String name,
    boolean directIo,
    int alignmentBytes,
    boolean preallocates,
    boolean readsPastCache,
    boolean survivesInterrupt,
    String fileSystem) {

  public StorageTraits {
    if (Integer.bitCount(alignmentBytes) != 1)
      throw new IllegalArgumentException("alignment of " + alignmentBytes + " bytes is not a power of two");
  }
}
