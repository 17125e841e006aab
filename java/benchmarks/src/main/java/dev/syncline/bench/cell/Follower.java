package dev.syncline.bench.cell;

import com.sun.management.OperatingSystemMXBean;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * A process that follows a log which another one writes, and notes when it has each record. It is asked on its standard input, a line at
 * a time, by {@link FollowerProcess}; with the end of that it ends too.
 */
public final class Follower extends Thread {
  static final String CLOCK = "clock";
  static final String USAGE = "usage";
  static final String AWAIT = "await ";
  static final String WRITE = "write";

  /** How long one call waits: as long as a caller's that looks now and then whether it shall end. */
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private final WriteAheadLog log;
  private final long afterSequence;

  /** When it had {@code afterSequence + 1} and those that follow. */
  private final Times seen = new Times();

  private volatile long seenSequence;

  private Follower(WriteAheadLog log) {
    super("follower");
    this.log = log;
    this.afterSequence = log.durableSequence();
    this.seenSequence = afterSequence;
  }

  /** Follows the log in the first argument's directory; what it noted goes to the file that the second names. */
  public static void main(String[] arguments) throws Exception {
    Follower follower = new Follower(WriteAheadLog.openReadOnly(Path.of(arguments[0])));
    follower.start();
    System.out.println(follower.afterSequence);
    BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String question = questions.readLine(); question != null; question = questions.readLine())
      System.out.println(follower.answer(question, Path.of(arguments[1])));
    Runtime.getRuntime().halt(0);
  }

  @Override
  public void run() {
    try (WalCursor records = log.tail(afterSequence)) {
      while (true) {
        Optional<WalRecord> record = records.next(PATIENCE);
        if (record.isEmpty()) continue;
        seen.add(System.nanoTime());
        long expected = seenSequence + 1;
        if (record.get().sequence() != expected)
          throw new IOException("expected record " + expected + ", was given " + record.get().sequence());
        seenSequence = expected;
      }
    } catch (Throwable e) {
      // Whoever asks the next question finds that there is nobody to answer.
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
  }

  private String answer(String question, Path file) throws Exception {
    if (question.equals(CLOCK)) return Long.toString(System.nanoTime());
    if (question.equals(USAGE)) return usage();
    if (question.startsWith(AWAIT)) return await(Long.parseLong(question.substring(AWAIT.length())));
    if (question.equals(WRITE)) return write(file);
    throw new IllegalArgumentException("asked for " + question);
  }

  /** Processor time so far: of the thread that follows, to the nanosecond, and of the process, to the kernel's tick. */
  private String usage() {
    long process = ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    return ManagementFactory.getThreadMXBean().getThreadCpuTime(getId()) + " " + process;
  }

  private String await(long sequence) throws InterruptedException {
    while (seenSequence < sequence) Thread.sleep(1);
    return Long.toString(seenSequence);
  }

  /** After {@link #await}: what was added before the sequence was set is there to be read. */
  private String write(Path file) throws IOException {
    int count = (int) (seenSequence - afterSequence);
    try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
      out.writeLong(afterSequence);
      for (int i = 0; i < count; i++) out.writeLong(seen.get(i));
    }
    return Integer.toString(count);
  }
}
