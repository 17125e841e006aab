package dev.syncline.raft.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the block device beneath a directory was made to write, by whomever: nothing else should run beside a measurement. */
final class Device {
  private static final int SECTORS_WRITTEN_FIELD = 6;
  private static final int SECTOR_BYTES = 512;

  private final Path statistics;

  Device(Path directory) throws IOException {
    String name = Path.of(Files.getFileStore(directory).name()).getFileName().toString();
    statistics = Path.of("/sys/class/block", name, "stat");
    if (!Files.exists(statistics)) throw new IOException("expected the statistics of the device in " + statistics + ", found none");
  }

  /** Bytes written since the machine started; what lies in the page cache is written first. */
  long writtenBytes() throws IOException, InterruptedException {
    int failed = new ProcessBuilder("sync").start().waitFor();
    if (failed != 0) throw new IOException("sync ended with " + failed);
    return Long.parseLong(Files.readString(statistics).trim().split("\\s+")[SECTORS_WRITTEN_FIELD]) * SECTOR_BYTES;
  }
}
