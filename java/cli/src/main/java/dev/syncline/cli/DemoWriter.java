package dev.syncline.cli;

import dev.syncline.StorageMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The demo's writer, in a process of its own so that it can be killed.
 *
 * <p>It appends the lines that the log does not hold yet, from several threads, and says on stdout what it is about to
 * append and, only after the append has returned, that it was acknowledged. Its arguments: the log's directory, the storage,
 * the file with the lines, how many of them to append, the number of threads, and what to do in the end: {@code close} the
 * log, or {@code hold} it open until killed.
 */
public final class DemoWriter {
  private final FileOutputStream parent = new FileOutputStream(FileDescriptor.out);
  private final List<byte[]> lines;

  private DemoWriter(List<byte[]> lines) {
    this.lines = lines;
  }

  public static void main(String[] args) throws IOException {
    dieWithParent();
    List<byte[]> lines = DemoInput.load(Path.of(args[2])).subList(0, Integer.parseInt(args[3]));
    DemoWriter writer = new DemoWriter(lines);
    try {
      boolean hold = args[5].equals("hold");
      writer.run(Path.of(args[0]), StorageMode.valueOf(args[1]), Integer.parseInt(args[4]), hold);
    } catch (Exception e) {
      e.printStackTrace();
      writer.say(new DemoMessage.Failed(Failures.describe(e)));
      System.exit(ExitCode.NOT_RUN);
    }
  }

  /**
   * Small segments, so that a run crosses several of them. Native storage comes by AUTO, which says why it was chosen;
   * {@link DemoRun} checks that it was.
   */
  static WalOptions options(StorageMode storage) {
    StorageMode mode = storage == StorageMode.NATIVE ? StorageMode.AUTO : storage;
    return WalOptions.builder().storage(mode).maxSegmentSize(4 << 20).build();
  }

  private void run(Path directory, StorageMode storage, int threads, boolean hold) throws Exception {
    try (WriteAheadLog log = WriteAheadLog.open(directory, options(storage))) {
      BitSet held = heldBy(log);
      say(new DemoMessage.Ready(log.storage().name(), log.storage().reason()));
      appendMissing(log, held, threads);
      if (hold) {
        say(new DemoMessage.Done());
        Thread.sleep(Long.MAX_VALUE);
      }
    }
    say(new DemoMessage.Done());
  }

  private static BitSet heldBy(WriteAheadLog log) throws IOException {
    BitSet held = new BitSet();
    try (WalCursor cursor = log.replay()) {
      while (cursor.hasNext()) {
        int index = DemoRecord.of(cursor.next()).index();
        if (index != DemoRecord.FOREIGN) held.set(index);
      }
      cursor.requireComplete();
    }
    return held;
  }

  private void appendMissing(WriteAheadLog log, BitSet held, int threads) throws Exception {
    AtomicInteger next = new AtomicInteger();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        running.add(pool.submit(() -> {
          for (int index = next.getAndIncrement(); index < lines.size(); index = next.getAndIncrement())
            if (!held.get(index)) append(log, index);
          return null;
        }));
      }
      for (Future<?> each : running) each.get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof Exception cause ? cause : e;
    } finally {
      pool.shutdownNow();
    }
  }

  private void append(WriteAheadLog log, int index) throws IOException {
    byte[] line = lines.get(index);
    say(new DemoMessage.Attempt(index));
    long startNanos = System.nanoTime();
    long sequence = log.append(DemoRecord.operation(index, line));
    long latencyNanos = System.nanoTime() - startNanos;
    say(new DemoMessage.Ack(sequence, index, DemoRecord.crc(line), latencyNanos));
  }

  /** One write call a message: a kill between two calls leaves whole messages in the pipe. */
  private void say(DemoMessage message) throws IOException {
    byte[] bytes = message.encode();
    synchronized (parent) {
      parent.write(bytes);
    }
  }

  /** The parent holds the other end of stdin and never writes: its end is the parent's end. */
  private static void dieWithParent() {
    Thread watch = new Thread(() -> {
      try {
        if (System.in.read() < 0) Runtime.getRuntime().halt(ExitCode.NOT_RUN);
      } catch (IOException e) {
        Runtime.getRuntime().halt(ExitCode.NOT_RUN);
      }
    }, "parent-watch");
    watch.setDaemon(true);
    watch.start();
  }
}
