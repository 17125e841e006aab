package dev.syncline.io.jna;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A file system in memory with the property that a test needs; only root can mount one. */
record TestMount(Path directory) implements AutoCloseable {

  /** Room for so many mebibytes. */
  static TestMount smallOrSkip(Path directory, int sizeMebibytes) throws IOException {
    return orSkip(directory, "tmpfs", "size=" + sizeMebibytes + "m");
  }

  /** Neither direct I/O nor space to reserve. */
  static TestMount primitiveOrSkip(Path directory) throws IOException {
    return orSkip(directory, "ramfs", "mode=700");
  }

  private static TestMount orSkip(Path directory, String type, String options) throws IOException {
    Files.createDirectories(directory);
    List<String> mount = List.of("mount", "-t", type, "-o", options, "syncline-test", directory.toString());
    assumeTrue(run(mount) == 0, "no " + type + " can be mounted here");
    return new TestMount(directory);
  }

  @Override
  public void close() throws IOException {
    if (run(List.of("umount", directory.toString())) != 0) throw new IOException("could not unmount " + directory);
  }

  private static int run(List<String> command) throws IOException {
    var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    Process process = builder.start();
    return process.onExit().thenApply(Process::exitValue).completeOnTimeout(-1, 30, TimeUnit.SECONDS).join();
  }
}
