package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.LogFencedException;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.SyncMode;
import dev.syncline.SynclineException;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A close that hangs, two at once, and what goes on beside one: promises 20 and 23. */
public abstract class ClosingContract extends LogTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int ROUNDS = 8;
  private static final int OVERTAKEN_ROUNDS = 6;

  @Test
  void aCloseThatHangsGivesUpAndTheDirectoryIsLetGoWhenTheWriteReturns() throws Exception {
    Set<Thread> before = engineThreads();
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.closeTimeout(Duration.ofMillis(200)));
    appendEntries(log, 3);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(LogTestBase::isFirstSegment).stallBefore();
    Together.Task<Throwable> append = Together.begin(() -> catchThrowable(() -> log.append(entryPayload(4))));
    stall.awaitReached(PATIENCE);
    assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
    stall.release();
    append.get();
    Together.await("no thread of the log is left", () -> before.containsAll(engineThreads()));
    try (ChildProcess other = ChildProcess.start(factory(), directory(), "hold")) {
      assertThat(other.awaitLine("opened at ")).isIn("opened at 3", "opened at 4");
      other.finish();
    }
    log.close();
    assertThat(lines(open().replay()).subList(0, 3)).isEqualTo(entryLines(1, 3));
  }

  private static Set<Thread> engineThreads() {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> !thread.getName().startsWith("syncline-"));
    return threads;
  }

  @Test
  void aSecondCloseReturnsWhenTheFirstHasLetGo() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.markInterval(NEVER));
    appendEntries(log, 3);
    FaultyStorage.Stall stall = disk.on(Op.TRUNCATE).stallBefore();
    Together.Task<Map<String, String>> first = Together.begin(() -> closedAndLookedAt(log));
    stall.awaitReached(PATIENCE);
    Together.Task<Map<String, String>> second = Together.begin(() -> closedAndLookedAt(log));
    Together.await("the second waits", second::isWaiting);
    assertThat(first.isDone()).isFalse();
    assertThat(second.isDone()).isFalse();
    stall.release();
    assertThat(second.get()).isEqualTo(first.get()).isEqualTo(bytesAndTimes(directory()));
  }

  private static Map<String, String> closedAndLookedAt(WriteAheadLog log) throws IOException {
    log.close();
    return bytesAndTimes(log.directory());
  }

  @Test
  void nothingChangesInTheDirectoryAfterCloseHasReturned() throws Exception {
    AtomicInteger copies = new AtomicInteger();
    for (int round = 0; round < ROUNDS; round++) {
      Path directory = newCopyName();
      WriteAheadLog log = open(directory, LogTestBase::smallSegments);
      appendEntries(log, 200);
      List<EveryCall.Call> calls =
          List.of(
              () -> log.truncate(log.firstSequence()), () -> log.truncateAfter(log.currentSequence() - 1), log::checkpoint,
              () -> log.snapshot(temporary.resolve("snapshot-" + copies.incrementAndGet())), () -> log.append(new byte[3000]));
      AtomicInteger made = new AtomicInteger();
      List<Together.Task<Void>> callers = new ArrayList<>();
      for (EveryCall.Call call : calls)
        callers.add(Together.begin(() -> {
          callUntilClosed(call, made);
          return null;
        }));
      int enough = 5 + 7 * round;
      Together.await("some calls were made", () -> made.get() >= enough);
      log.close();
      Map<String, String> closed = bytesAndTimes(directory);
      for (Together.Task<Void> caller : callers) caller.get();
      assertThat(bytesAndTimes(directory)).as("round %d", round).isEqualTo(closed);
    }
  }

  /** Fenced or closed: one of the two, whatever a call was at when it was overtaken, and nothing of the engine's own. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void everyCallThatIsOvertakenIsToldThatTheLogIsClosed(boolean fenced) throws Exception {
    AtomicInteger copies = new AtomicInteger();
    for (int round = 0; round < OVERTAKEN_ROUNDS; round++) {
      Path directory = newCopyName();
      WriteAheadLog log = open(directory, LogTestBase::smallSegments);
      appendEntries(log, 30);
      Map<String, EveryCall.Call> calls = EveryCall.on(log, temporary.resolve("taken"));
      calls.put("snapshot", () -> log.snapshot(temporary.resolve("snapshot-" + copies.incrementAndGet())));
      calls.put("truncate(first)", () -> log.truncate(log.firstSequence()));
      calls.put("truncateAfter(last - 1)", () -> log.truncateAfter(log.currentSequence() - 1));
      AtomicInteger made = new AtomicInteger();
      Map<String, Together.Task<Throwable>> callers = new TreeMap<>();
      calls.forEach((name, call) -> callers.put(name, Together.begin(() -> endOf(call, made))));
      int enough = 20 + round;
      Together.await("some calls were made", () -> made.get() >= enough);
      if (fenced) open(directory, LogTestBase::smallSegments).close();
      log.close();
      for (Map.Entry<String, Together.Task<Throwable>> caller : callers.entrySet())
        assertThat(caller.getValue().get()).as("%s, round %d", caller.getKey(), round)
            .isInstanceOfAny(LogClosedException.class, LogFencedException.class);
    }
  }

  /** Calls until that fails with something other than what another call's truncation explains. */
  private static Throwable endOf(EveryCall.Call call, AtomicInteger made) {
    while (true) {
      Throwable thrown = catchThrowable(call::run);
      made.incrementAndGet();
      if (thrown instanceof UncheckedIOException unchecked) thrown = unchecked.getCause();
      boolean cut = thrown instanceof IllegalArgumentException || thrown instanceof IllegalStateException;
      if (thrown != null && !cut && !(thrown instanceof RecordsTruncatedException)) return thrown;
    }
  }

  private static void callUntilClosed(EveryCall.Call call, AtomicInteger made) throws IOException {
    while (true) {
      try {
        call.run();
      } catch (LogClosedException expected) {
        return;
      } catch (IllegalArgumentException | IllegalStateException overtaken) {
        // Another has cut at the other end meanwhile; the next try looks again.
        continue;
      } finally {
        made.incrementAndGet();
      }
    }
  }

  private static Map<String, String> bytesAndTimes(Path directory) throws IOException {
    Map<String, String> all = new TreeMap<>(DirectoryBytes.fingerprint(directory));
    for (Path file : DirectoryBytes.files(directory, name -> true))
      all.merge(file.getFileName().toString(), " " + Files.getLastModifiedTime(file), String::concat);
    return all;
  }

  /** What was appended waits for no disk yet: the log's own thread does, at something else. */
  @ParameterizedTest
  @EnumSource(value = SyncMode.class, names = {"INTERVAL", "MANUAL"})
  void futuresOfWhatIsInMemoryFailWhenCloseGivesUpOnTheLogsThread(SyncMode mode) throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log =
        open(disk, options -> options.syncMode(mode).syncInterval(Duration.ofHours(1)).closeTimeout(Duration.ofMillis(200)));
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named("log.mark"::equals).stallBefore();
    Together.Task<Throwable> append = Together.begin(() -> catchThrowable(() -> appendAndSync(log)));
    try {
      // While the segment is begun, or when its end is noted.
      stall.awaitReached(PATIENCE);
      Together.Task<Throwable> durable =
          Together.begin(() -> catchThrowable(() -> log.appendAsync(dev.syncline.Operation.entry(bytes("lost"))).durable().get()));
      Together.await("it waits", durable::isWaiting);
      assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class).hasMessageContaining("gave up");
      assertThat(durable.get()).satisfiesAnyOf(
          thrown -> assertThat(thrown).isInstanceOf(SynclineException.class),
          thrown -> assertThat(thrown).hasCauseInstanceOf(LogFailedException.class));
    } finally {
      stall.release();
    }
    append.get();
    log.close();
  }

  private static void appendAndSync(WriteAheadLog log) throws IOException {
    log.append(entryPayload(1));
    log.sync();
  }

  @Test
  void whoWaitsBehindACutThatHangsIsToldWhenCloseGivesUp() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    WriteAheadLog log = open(disk, options -> options.closeTimeout(Duration.ofMillis(200)).markInterval(NEVER));
    appendEntries(log, 5);
    FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named("log.mark"::equals).stallBefore();
    Together.Task<Throwable> cut = Together.begin(() -> catchThrowable(() -> log.truncateAfter(3)));
    try {
      stall.awaitReached(PATIENCE);
      Together.Task<Throwable> checkpoint = Together.begin(() -> catchThrowable(log::checkpoint));
      Together.Task<Throwable> another = Together.begin(() -> catchThrowable(() -> log.truncateAfter(2)));
      Together.await("both wait", () -> checkpoint.isWaiting() && another.isWaiting());
      assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
      assertThat(checkpoint.get()).isInstanceOf(SynclineException.class);
      assertThat(another.get()).isInstanceOf(SynclineException.class);
      assertThat(cut.isDone()).isFalse();
    } finally {
      stall.release();
    }
    assertThat(cut.get()).isInstanceOf(SynclineException.class);
  }
}
