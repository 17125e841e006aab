package dev.syncline.io;

import dev.syncline.LogFencedException;
import dev.syncline.LogLockedException;
import dev.syncline.StorageMode;
import dev.syncline.io.jna.NativeLoader;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** Another process that takes the lock of a directory, and then does what it is told. */
final class LockChild implements AutoCloseable {
  static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int BLOCK_BYTES = 4096;

  private final Process process;
  private final BufferedReader output;

  private LockChild(Process process) {
    this.process = process;
    this.output = process.inputReader(StandardCharsets.UTF_8);
  }

  static LockChild start(StorageMode mode, Path directory) throws IOException {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    List<String> command = new ArrayList<>(List.of(java.toString(), "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.add("--enable-native-access=ALL-UNNAMED");
    String override = System.getProperty(NativeLoader.PATH_PROPERTY);
    if (override != null) command.add("-D" + NativeLoader.PATH_PROPERTY + "=" + override);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), LockChild.class.getName(), mode.name(), directory.toString()));
    return new LockChild(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  /** Skips the test where there is no native library, or fails it where {@code -Dnative.required=true} is set. */
  static void needs(StorageMode... modes) {
    if (!List.of(modes).contains(StorageMode.NATIVE) || NativeLoader.problem().isEmpty()) return;
    if (Boolean.getBoolean("native.required")) Assertions.fail(NativeLoader.problem().get());
    Assumptions.abort(NativeLoader.problem().get());
  }

  static DirectoryLock acquire(StorageMode mode, Path directory) throws IOException {
    try (Storage storage = Storages.open(directory, mode, BLOCK_BYTES).storage()) {
      return DirectoryLock.acquire(storage, remainingNanos -> true, TIMEOUT_NANOS);
    }
  }

  /** As any backup does it: each file is opened, read and closed. */
  static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) Files.copy(file, to.resolve(from.relativize(file).toString()));
    }
  }

  static String check(DirectoryLock lock) throws IOException {
    try {
      lock.check();
      return "sure";
    } catch (LogFencedException e) {
      return "fenced: " + e.getMessage();
    }
  }

  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    try {
      DirectoryLock lock = acquire(StorageMode.valueOf(arguments[0]), directory);
      System.out.println("held");
      obey(lock, directory);
    } catch (LogLockedException e) {
      System.out.println("locked: " + e.getMessage());
    }
  }

  private static void obey(DirectoryLock lock, Path directory) throws IOException {
    BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      if (order.equals("check")) {
        System.out.println(check(lock));
      } else if (order.equals("copy")) {
        copy(directory, directory.resolveSibling("copy"));
        System.out.println("copied");
      } else {
        lock.release();
        System.out.println("released");
      }
    }
  }

  long pid() {
    return process.pid();
  }

  /** The next line that it says. */
  String said() throws IOException {
    return output.readLine();
  }

  String told(String order) throws IOException {
    process.getOutputStream().write((order + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
    return said();
  }

  void kill() {
    process.destroyForcibly();
  }

  @Override
  public void close() throws IOException {
    try {
      process.destroyForcibly().waitFor();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}
