package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** Everything that a log does beside appending, called at every depth near the end of a stack; and what the log is like then. */
final class DeepCalls {
  private static final long STACK_BYTES = 192 << 10;

  /** More than a call takes, interpreted too. */
  private static final int DEPTHS = 400;

  /** Of what takes long each so many-th depth is tried. */
  private static final int STRIDE = Effort.of(23, 10);

  private static final int RECORDS = 120;
  private static final int VALUE_BYTES = 1000;

  /** One thing that a log does. */
  interface Call {
    void run() throws IOException;
  }

  private final LogTestBase storage;
  private final Path directory;
  private final AtomicInteger copies = new AtomicInteger();
  private WriteAheadLog log;
  private int depths = DEPTHS;

  private DeepCalls(LogTestBase storage, Path directory) {
    this.storage = storage;
    this.directory = directory;
  }

  static void run(LogTestBase storage, Path directory, SyncMode mode) throws Exception {
    new DeepCalls(storage, directory).run(mode);
  }

  private void run(SyncMode mode) throws Exception {
    WalOptions options =
        WalOptions.builder().syncMode(mode).maxSegmentSize(32 << 10).markInterval(Duration.ofMillis(20)).build();
    log = WriteAheadLog.open(storage.openStorage(directory), options);
    for (int i = 0; i < RECORDS; i++) log.append(new byte[VALUE_BYTES]);
    log.sync();
    for (Map.Entry<String, Call> each : calls().entrySet()) {
      // Classes of the JDK's that it needs are loaded while there is stack for it.
      each.getValue().run();
      tryAtEveryDepth(each.getKey(), each.getValue(), each.getKey().endsWith("*") ? STRIDE : 1);
      requireUsable(each.getKey());
    }
    // Where a sync is not asked for closing makes it durable, or has not begun.
    long last = log.append(new byte[VALUE_BYTES]);
    // It takes more than any other, since it is done once or not at all.
    depths = 4 * DEPTHS;
    tryAtEveryDepth("close", log::close, 1);
    within("close", log::close);
    log = WriteAheadLog.open(storage.openStorage(directory), options);
    assertThat(log.recovery().damage()).isEmpty();
    assertThat(log.currentSequence()).isEqualTo(last);
    log.close();
  }

  private Map<String, Call> calls() {
    Map<String, Call> calls = new LinkedHashMap<>();
    calls.put("append and sync", () -> {
      log.append(new byte[VALUE_BYTES]);
      log.sync();
    });
    calls.put("appended and awaited", () -> log.awaitDurable(log.append(new byte[VALUE_BYTES])));
    calls.put("stats", () -> log.stats());
    calls.put("read", () -> log.read(log.firstSequence() + 10));
    calls.put("replay *", () -> readAll(0));
    calls.put("tail", () -> {
      try (WalCursor tail = log.tail(log.durableSequence())) {
        tail.advance();
      }
    });
    calls.put("verify *", () -> log.verify());
    calls.put("await room", () -> log.awaitRoom(Duration.ZERO));
    calls.put("checkpoint", () -> log.checkpoint());
    calls.put("truncate", () -> log.truncate(Math.min(log.firstSequence(), RECORDS)));
    calls.put("truncate after *", () -> log.truncateAfter(log.currentSequence() - 1));
    calls.put("snapshot *", () -> log.snapshot(directory.resolveSibling("deep-copy-" + copies.incrementAndGet())));
    return calls;
  }

  /** Each record once, in order, and to the end. Returns the last one's sequence. */
  private long readAll(long after) throws IOException {
    try (WalCursor cursor = log.iterate(after)) {
      long last = 0;
      while (cursor.advance()) {
        if (last != 0) assertThat(cursor.sequence()).isEqualTo(last + 1);
        last = cursor.sequence();
      }
      return last;
    }
  }

  private void tryAtEveryDepth(String name, Call call, int stride) throws Exception {
    StackDescent descent = new StackDescent(depths, stride, call::run);
    Thread thread = new Thread(null, descent::run, "tck-deep", STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    thread.join(60_000);
    if (thread.isAlive()) throw new AssertionError(name + ": not answered: " + top(Arrays.asList(thread.getStackTrace())));
    Throwable unexpected = descent.unexpected();
    if (unexpected != null)
      throw new AssertionError(
          name + " failed with something else than the end of the stack: " + unexpected + " at "
              + top(Arrays.asList(unexpected.getStackTrace())), unexpected.getCause());
    assertThat(descent.ended()).as("%s: calls that met the end of the stack", name).isPositive();
    assertThat(descent.answered()).as("%s: calls that did not", name).isPositive();
  }

  private static List<StackTraceElement> top(List<StackTraceElement> stack) {
    return stack.subList(0, Math.min(30, stack.size()));
  }

  private void requireUsable(String after) throws Exception {
    assertThat(log.stats().failed()).as("after %s, who had too little stack was refused, and nothing else happened", after).isFalse();
    List<Long> read = new ArrayList<>();
    within("what follows " + after, () -> {
      long sequence = log.append(new byte[VALUE_BYTES]);
      log.sync();
      log.stats();
      read.add(readAll(log.firstSequence() - 1));
      assertThat(read.get(0)).isEqualTo(sequence);
    });
  }

  private static void within(String what, Call call) throws Exception {
    Together.begin(() -> {
      call.run();
      return null;
    }).get();
  }
}
