package dev.syncline.bench.cell;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The kernel's counts for the block device below a directory, from its {@code stat} file in /sys.
 *
 * @param known false where the device is not found, as on other systems
 */
record Disk(boolean known, long writtenBytes, long flushes) {
  private static final int SECTORS_WRITTEN = 6;
  private static final int FLUSHES = 15;
  private static final int SECTOR_BYTES = 512;
  private static final Disk UNKNOWN = new Disk(false, 0, 0);

  static Disk below(Path directory) {
    try {
      long device = ((Number) Files.getAttribute(directory, "unix:dev")).longValue();
      // As glibc splits a device number.
      long major = (device >> 8) & 0xfff | (device >> 32) & ~0xfffL;
      long minor = device & 0xff | (device >> 12) & ~0xffL;
      Path stat = Path.of("/sys/dev/block/" + major + ":" + minor + "/stat");
      String[] fields = Files.readString(stat).trim().split("\\s+");
      long flushes = fields.length > FLUSHES ? Long.parseLong(fields[FLUSHES]) : 0;
      return new Disk(true, Long.parseLong(fields[SECTORS_WRITTEN]) * SECTOR_BYTES, flushes);
    } catch (IOException | IllegalArgumentException | UnsupportedOperationException e) {
      return UNKNOWN;
    }
  }
}
