package dev.syncline.tck;

import dev.syncline.Operation;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;

/** Every method of a log that does I/O, by name, for promises of the kind "after it every call fails with". */
final class EveryCall {

  /** A call that may throw. */
  interface Call {
    void run() throws IOException;
  }

  private EveryCall() {}

  static Map<String, Call> on(WriteAheadLog log, Path snapshotTarget) {
    Map<String, Call> calls = new LinkedHashMap<>(changesOn(log));
    calls.putAll(readsOn(log));
    calls.put("awaitDurable", () -> log.awaitDurable(1));
    calls.put("snapshot", () -> log.snapshot(snapshotTarget));
    calls.put("verify", log::verify);
    return calls;
  }

  /** Every call that is for who writes to the log. */
  static Map<String, Call> changesOn(WriteAheadLog log) {
    Map<String, Call> calls = new LinkedHashMap<>(appendsOn(log));
    calls.put("truncate", () -> log.truncate(1));
    calls.put("truncateAfter", () -> log.truncateAfter(1));
    return calls;
  }

  /** Every call that adds a record, or makes those that were added durable. */
  static Map<String, Call> appendsOn(WriteAheadLog log) {
    Map<String, Call> calls = new LinkedHashMap<>();
    calls.put("append(operation)", () -> log.append(Operation.delete(new byte[1])));
    calls.put("put", () -> log.put(new byte[1], new byte[1]));
    calls.put("delete", () -> log.delete(new byte[1]));
    calls.put("append(payload)", () -> log.append(new byte[1]));
    calls.put("appendBatch", () -> log.appendBatch(List.of(Operation.entry(new byte[1]))));
    calls.put("appendAsync", () -> joined(log));
    calls.put("sync", log::sync);
    calls.put("checkpoint", log::checkpoint);
    calls.put("checkpoint(covered)", () -> log.checkpoint(1));
    return calls;
  }

  private static Map<String, Call> readsOn(WriteAheadLog log) {
    Map<String, Call> calls = new LinkedHashMap<>();
    calls.put("replay", () -> drained(log.replay()));
    calls.put("replay(after)", () -> drained(log.replay(1)));
    calls.put("iterate", () -> drained(log.iterate()));
    calls.put("iterate(after)", () -> drained(log.iterate(1)));
    calls.put("tail", () -> waitedFor(log.tail(1)));
    calls.put("read", () -> log.read(1));
    return calls;
  }

  /** The future's own failure; an append may fail at once or through its future. */
  private static void joined(WriteAheadLog log) throws IOException {
    try {
      log.appendAsync(Operation.entry(new byte[1])).durable().join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) throw cause;
      throw e;
    }
  }

  private static void drained(WalCursor cursor) {
    LogTestBase.records(cursor);
  }

  private static void waitedFor(WalCursor tail) throws IOException {
    try (tail) {
      tail.next(Duration.ofSeconds(5));
    }
  }
}
