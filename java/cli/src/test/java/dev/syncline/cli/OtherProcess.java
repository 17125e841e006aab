package dev.syncline.cli;

import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A process that has a log open to write, and appends an entry whenever it is told to. */
final class OtherProcess implements Closeable {
  private final Process process;

  private OtherProcess(Process process) {
    this.process = process;
  }

  static OtherProcess holding(Path log) throws IOException {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
        "-cp", System.getProperty("java.class.path"), OtherProcess.class.getName(), log.toString()));
    if (Runtime.version().feature() >= 22) command.add(1, "--enable-native-access=ALL-UNNAMED");
    OtherProcess other = new OtherProcess(new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
    other.awaitDone();
    return other;
  }

  long pid() {
    return process.pid();
  }

  /** Returns when the entry is durable. */
  void append() throws IOException {
    process.getOutputStream().write('a');
    process.getOutputStream().flush();
    awaitDone();
  }

  private void awaitDone() throws IOException {
    if (process.getInputStream().read() < 0) throw new IOException("the other process has ended");
  }

  @Override
  public void close() throws IOException {
    process.getOutputStream().close();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  public static void main(String[] arguments) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.open(Path.of(arguments[0]))) {
      do {
        System.out.write('d');
        System.out.flush();
        if (System.in.read() < 0) return;
      } while (log.append(Cli.bytes("an entry")) > 0);
    }
  }
}
