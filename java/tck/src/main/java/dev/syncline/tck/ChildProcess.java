package dev.syncline.tck;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A second JVM on a log, for what one process cannot show. */
public final class ChildProcess implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 120;
  /** For a JVM that is over before a second compiler or collector is of use. */
  static final List<String> SHORT_LIVED = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private static final String END = "(end of output)";
  private static final int LINES_QUOTED_MAX = 30;

  private final Process process;
  private final LinkedBlockingQueue<String> output = new LinkedBlockingQueue<>();
  private final List<String> seen = new ArrayList<>();

  private ChildProcess(Process process) {
    this.process = process;
    Thread reader = new Thread(this::readOutput, "tck-child-output");
    reader.setDaemon(true);
    reader.start();
  }

  /** Starts {@link ChildLog} with {@code task}. */
  public static ChildProcess start(Class<?> factory, Path directory, String task) throws IOException {
    return start(ChildLog.class, factory, directory, task);
  }

  /** Starts another class's {@code main} with the same arguments. */
  public static ChildProcess start(Class<?> main, Class<?> factory, Path directory, String task) throws IOException {
    return start(List.of(), SHORT_LIVED, main, factory, directory, task);
  }

  /**
   * The same in an environment of its own.
   *
   * @param before what the command line begins with, to limit what the process may have
   * @param options of the JVM
   */
  public static ChildProcess start(List<String> before, List<String> options, Class<?> main, Class<?> factory, Path directory, String task)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xshare:auto", "--enable-native-access=ALL-UNNAMED"));
    command.addAll(options);
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith("syncline.") || name.startsWith("dev.syncline.") || name.startsWith("native."))
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(factory.getName(), directory.toString(), task));
    return new ChildProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
  }

  public long pid() {
    return process.pid();
  }

  /** The first line from now on that starts with {@code prefix}. */
  public String awaitLine(String prefix) throws InterruptedException {
    while (true) {
      String line = output.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null || line.equals(END)) throw new AssertionError("the child never said '" + prefix + "', only " + lastSeen());
      seen.add(line);
      if (line.startsWith(prefix)) return line;
    }
  }

  private List<String> lastSeen() {
    return seen.subList(Math.max(0, seen.size() - LINES_QUOTED_MAX), seen.size());
  }

  /** Writes a line to its input. */
  public void say(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
    process.getOutputStream().flush();
  }

  /** Kills it as {@code kill -9} does, and returns every line that it had written. */
  public List<String> kill() throws InterruptedException {
    process.destroyForcibly();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) throw new AssertionError("child " + pid() + " does not die");
    while (!seen.contains(END)) {
      String line = output.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
      if (line == null) throw new AssertionError("the child's output does not end");
      seen.add(line);
    }
    return seen;
  }

  /** Lets it close its log and end. */
  public void finish() throws IOException, InterruptedException {
    process.getOutputStream().close();
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) throw new AssertionError("child " + pid() + " does not end");
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }

  private void readOutput() {
    try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) output.add(line);
    } catch (IOException streamClosedByKill) {
      output.add("(" + streamClosedByKill.getMessage() + ")");
    }
    output.add(END);
  }
}
