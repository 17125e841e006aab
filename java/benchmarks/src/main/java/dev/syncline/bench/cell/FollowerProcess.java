package dev.syncline.bench.cell;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A {@link Follower} as the process that started it sees it. */
final class FollowerProcess implements Closeable {
  private final Process process;
  private final BufferedReader answers;
  private final Writer questions;
  private final Path file;

  /** Returns when it follows. It runs with this process's class path and arguments, so that a variant is followed by its like. */
  FollowerProcess(Path log, Path file) throws IOException {
    this.file = file;
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Follower.class.getName(), log.toString(), file.toString()));
    process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    answers = process.inputReader(StandardCharsets.US_ASCII);
    questions = process.outputWriter(StandardCharsets.US_ASCII);
    try {
      answer();
      requireOneClock();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /**
   * The two processes' times are subtracted from one another. On Linux {@link System#nanoTime} is CLOCK_MONOTONIC, one clock for the whole
   * machine; elsewhere it need not be. So it is asked: what the other read must lie between what this one read before and after.
   */
  private void requireOneClock() throws IOException {
    long beforeNanos = System.nanoTime();
    long theirNanos = Long.parseLong(ask(Follower.CLOCK));
    long afterNanos = System.nanoTime();
    if (theirNanos - beforeNanos < 0 || afterNanos - theirNanos < 0)
      throw new IOException("System.nanoTime is not the same clock in two processes here: expected " + theirNanos + " between "
          + beforeNanos + " and " + afterNanos);
  }

  /** Processor time of the thread that follows, and of its process, in nanoseconds so far. */
  long[] usageNanos() throws IOException {
    String[] both = ask(Follower.USAGE).split(" ");
    return new long[] {Long.parseLong(both[0]), Long.parseLong(both[1])};
  }

  /** Waits until it has the record. */
  void await(long sequence) throws IOException {
    ask(Follower.AWAIT + sequence);
  }

  /** When it had each record up to the one that was waited for: the first of the array is the sequence before them. */
  long[] seen() throws IOException {
    ask(Follower.WRITE);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
    long[] seen = new long[bytes.remaining() / Long.BYTES];
    bytes.asLongBuffer().get(seen);
    return seen;
  }

  private String ask(String question) throws IOException {
    questions.write(question + "\n");
    questions.flush();
    return answer();
  }

  private String answer() throws IOException {
    String answer = answers.readLine();
    // What it died of, it has said where this process says what it has to say.
    if (answer == null) throw new IOException("the process that follows has ended");
    return answer;
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
