package dev.syncline.cluster;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A node in a process of its own, which can be killed, stopped and continued. */
final class DemoNode implements Closeable {
  private static final int DIES_WITHIN_SECONDS = 10;
  private final String name;
  private final String address;
  private final List<String> peers;
  private final Path directory;
  private final List<String> options;
  private final Map<String, String> environment;
  private Process process;
  private boolean paused;

  /**
   * @param options further ones of {@code syncline node}
   * @param environment what its process finds set, besides what this one does
   */
  DemoNode(String name, String address, List<String> peers, Path scratch, List<String> options, Map<String, String> environment) {
    this.name = name;
    this.address = address;
    this.peers = peers;
    this.directory = scratch.resolve(name);
    this.options = options;
    this.environment = environment;
  }

  String name() {
    return name;
  }

  String address() {
    return address;
  }

  long pid() {
    return process.pid();
  }

  /** Where the node's process writes what JRaft logs. */
  Path logFile() {
    return directory.resolveSibling(name + ".log");
  }

  /** Starts the process and waits until the node listens. */
  void start() throws IOException {
    begin();
    awaitListening();
  }

  /** Starts the process. */
  void begin() throws IOException {
    Files.createDirectories(directory);
    ProcessBuilder builder = new ProcessBuilder(command()).redirectError(ProcessBuilder.Redirect.appendTo(logFile().toFile()));
    builder.environment().putAll(environment);
    process = builder.start();
  }

  void awaitListening() throws IOException {
    BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
    String line = said.readLine();
    if (line == null || !line.contains("listening"))
      throw new IOException(name + " did not start: " + (line == null ? "its process ended" : line) + "; its log ends:\n" + endOfLog());
    Thread drain = new Thread(() -> said.lines().forEach(ignored -> {}), "drain " + name);
    drain.setDaemon(true);
    drain.start();
  }

  private List<String> command() {
    List<String> command = new ArrayList<>(List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
        "-cp", System.getProperty("java.class.path"),
        SynclineCluster.class.getName(), "node", "--until-stdin-ends",
        "--address", address, "--peers", String.join(",", peers), "--directory", directory.toString()));
    command.addAll(options);
    return command;
  }

  String endOfLog() throws IOException {
    if (!Files.exists(logFile())) return "(empty)";
    List<String> lines = Files.readAllLines(logFile());
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 15), lines.size()));
  }

  boolean runs() {
    return process != null && process.isAlive() && !paused;
  }

  /** SIGKILL: the process ends at once, wherever it is. */
  void kill() throws IOException {
    paused = false;
    process.destroyForcibly();
    try {
      if (!process.waitFor(DIES_WITHIN_SECONDS, TimeUnit.SECONDS)) throw new IOException(name + " (process " + pid() + ") does not die");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while " + name + " died", e);
    }
  }

  /** Kills the process and deletes everything it kept, as if its disk were a new one. */
  void wipe() throws IOException {
    kill();
    DemoDirectory.delete(directory);
  }

  /** SIGSTOP: the process keeps its memory and its connections, and does nothing. */
  void pause() throws IOException {
    signal("STOP");
    paused = true;
  }

  /** SIGCONT: the process goes on and knows nothing of the time that has passed. */
  void resume() throws IOException {
    signal("CONT");
    paused = false;
  }

  /** Through the shell, which knows how: the program of that name is not everywhere. */
  private void signal(String signal) throws IOException {
    Process kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid()).inheritIO().start();
    try {
      if (kill.waitFor() != 0) throw new IOException("cannot send SIG" + signal + " to " + name + ", process " + pid());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while sending SIG" + signal + " to " + name, e);
    }
  }

  /** Ends the process, whatever state it is in, and waits until it has ended: it may be writing in a directory that is to be deleted. */
  @Override
  public void close() {
    if (process == null) return;
    process.destroyForcibly();
    boolean interrupted = Thread.interrupted();
    try {
      process.waitFor(DIES_WITHIN_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      interrupted = true;
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }
}
