package dev.syncline.io.jna;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A file system in memory that is small enough to fill; only root can mount one. */
record SmallDisk(Path directory) implements AutoCloseable {

  static SmallDisk mountOrSkip(Path directory, int sizeMebibytes) throws IOException {
    Files.createDirectories(directory);
    List<String> mount = List.of("mount", "-t", "tmpfs", "-o", "size=" + sizeMebibytes + "m", "syncline-test", directory.toString());
    assumeTrue(run(mount) == 0, "a small file system cannot be mounted here");
    return new SmallDisk(directory);
  }

  @Override
  public void close() throws IOException {
    if (run(List.of("umount", directory.toString())) != 0) throw new IOException("could not unmount " + directory);
  }

  private static int run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    return process.onExit().thenApply(Process::exitValue).completeOnTimeout(-1, 30, TimeUnit.SECONDS).join();
  }
}
