package dev.syncline.cli;

import dev.syncline.StorageMode;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/** A {@link DemoWriter} seen from outside: it can be killed at any moment, and what it said before that counts. */
final class DemoChild {
  static final int THREADS = 4;

  /** What one run of the writer said; {@code activeNanos} is from its first word to its last acknowledgement. */
  static final class Heard {
    final BitSet attempted = new BitSet();
    final List<DemoMessage.Ack> acks = new ArrayList<>();
    DemoMessage.Ready ready;
    boolean done;
    String failure;
    long startNanos;
    long activeNanos;
    int exitValue;
  }

  private final Path directory;
  private final StorageMode storage;
  private final Path input;
  private final int lines;
  private final IntConsumer progress;

  /** {@code progress} is told how many lines have been acknowledged. */
  DemoChild(Path directory, StorageMode storage, Path input, int lines, IntConsumer progress) {
    this.directory = directory;
    this.storage = storage;
    this.input = input;
    this.lines = lines;
    this.progress = progress;
  }

  /** Lets the writer run until {@code killAfter} acknowledgements have been heard, then kills it with SIGKILL. */
  Heard killAfter(int killAfter) throws IOException {
    return run(killAfter, "hold");
  }

  /** Lets the writer append what is missing and close the log. */
  Heard finish() throws IOException {
    return run(Integer.MAX_VALUE, "close");
  }

  private Heard run(int killAfter, String inTheEnd) throws IOException {
    Process process = new ProcessBuilder(command(inTheEnd)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    Thread hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      return listen(process, killAfter);
    } finally {
      process.destroyForcibly();
      forget(hook);
    }
  }

  private static void forget(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The program is ending: the hook runs, and finds the process gone.
    }
  }

  private List<String> command(String inTheEnd) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--enable-native-access=ALL-UNNAMED",
        "-cp", System.getProperty("java.class.path"),
        DemoWriter.class.getName(),
        directory.toString(), storage.name(), input.toString(),
        Integer.toString(lines), Integer.toString(THREADS), inTheEnd);
  }

  private Heard listen(Process process, int killAfter) throws IOException {
    Heard heard = new Heard();
    heard.startNanos = System.nanoTime();
    try (DataInputStream in = new DataInputStream(new BufferedInputStream(process.getInputStream(), 1 << 16))) {
      boolean killed = false;
      for (Optional<DemoMessage> next = DemoMessage.read(in); next.isPresent(); next = DemoMessage.read(in)) {
        hear(heard, next.get());
        if (!killed && (heard.acks.size() >= killAfter || (heard.done && killAfter < Integer.MAX_VALUE))) {
          // Not Process.destroyForcibly: that closes the pipe, and with it the acknowledgements still in it.
          process.toHandle().destroyForcibly();
          killed = true;
        }
      }
    }
    heard.exitValue = exitValue(process);
    return heard;
  }

  private void hear(Heard heard, DemoMessage message) {
    if (message instanceof DemoMessage.Ready ready) {
      heard.ready = ready;
      heard.startNanos = System.nanoTime();
    } else if (message instanceof DemoMessage.Attempt attempt) {
      heard.attempted.set(attempt.index());
    } else if (message instanceof DemoMessage.Ack ack) {
      heard.acks.add(ack);
      heard.activeNanos = System.nanoTime() - heard.startNanos;
      progress.accept(heard.acks.size());
    } else if (message instanceof DemoMessage.Failed failed) {
      heard.failure = failed.reason();
    } else {
      heard.done = true;
    }
  }

  private static int exitValue(Process process) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) Thread.currentThread().interrupt();
    }
  }
}
