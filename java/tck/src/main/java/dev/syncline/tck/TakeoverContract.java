package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFencedException;
import dev.syncline.LogLockedException;
import dev.syncline.StorageMode;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Who owns a directory: promise 15. */
public abstract class TakeoverContract extends LogTestBase {

  @Test
  void openingAnAbandonedDirectoryRecoversEveryAcknowledgedRecordAndGoesOn() throws IOException {
    WriteAheadLog abandoned = open(LogTestBase::smallSegments);
    appendEntries(abandoned, 40);
    WriteAheadLog log = open(LogTestBase::smallSegments);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 40));
    assertThat(log.recovery().closedCleanly()).isFalse();
    assertThat(log.recovery().damage()).isEmpty();
    assertThat(log.append(entryPayload(41))).isEqualTo(41);
  }

  @Test
  void manyInstancesMayBeAbandonedInTurn() throws IOException {
    for (int i = 1; i <= 10; i++) {
      WriteAheadLog log = open(LogTestBase::smallSegments);
      appendEntries(log, 5);
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, i * 5L));
    }
  }

  @Test
  void everyCallOnAFencedInstanceFails() throws IOException {
    WriteAheadLog fenced = open();
    appendEntries(fenced, 3);
    WriteAheadLog successor = open();
    EveryCall.on(fenced, temporary.resolve("snapshot")).forEach((name, call) ->
        assertThatThrownBy(call::run).as(name).satisfies(TakeoverContract::isFenced));
    assertThat(lines(successor.replay())).isEqualTo(entryLines(1, 3));
  }

  private static void isFenced(Throwable thrown) {
    Throwable reason = thrown instanceof UncheckedIOException ? thrown.getCause() : thrown;
    assertThat(reason).isInstanceOf(LogFencedException.class);
  }

  @Test
  void aCursorOfAFencedInstanceFails() throws IOException {
    WriteAheadLog fenced = open(LogTestBase::smallSegments);
    appendEntries(fenced, 40);
    try (WalCursor cursor = fenced.replay(); WalCursor tail = fenced.tail(40)) {
      cursor.next();
      open(LogTestBase::smallSegments);
      assertThatThrownBy(() -> cursor.forEachRemaining(record -> {}))
          .isInstanceOf(UncheckedIOException.class)
          .hasCauseInstanceOf(LogFencedException.class);
      assertThatThrownBy(() -> tail.next(Duration.ofSeconds(60))).isInstanceOf(LogFencedException.class);
    }
  }

  @Test
  void aFencedInstanceNeverTouchesTheDirectoryAgain() throws IOException {
    WriteAheadLog fenced = open(options -> options.syncMode(SyncMode.MANUAL));
    appendEntries(fenced, 3);
    open().close();
    Map<String, String> before = DirectoryBytes.fingerprint(directory());
    assertThatThrownBy(() -> fenced.append(bytes("too late"))).isInstanceOf(LogFencedException.class);
    assertThatThrownBy(fenced::sync).isInstanceOf(LogFencedException.class);
    Quietly.close(fenced);
    assertThat(DirectoryBytes.fingerprint(directory())).isEqualTo(before);
    List<String> left = lines(open().replay());
    assertThat(left).as("nothing was acknowledged").isEqualTo(entryLines(1, left.size())).hasSizeLessThanOrEqualTo(3);
  }

  @Test
  void closingAFencedInstanceDoesNotReleaseItsSuccessorsLock() throws Exception {
    WriteAheadLog fenced = open();
    WriteAheadLog successor = open();
    Quietly.close(fenced);
    try (ChildProcess child = ChildProcess.start(factory(), directory(), "hold")) {
      assertThat(child.awaitLine("refused")).contains("LogLockedException");
    }
    assertThat(successor.append(bytes("mine"))).isEqualTo(1);
  }

  @Test
  void theSuccessorWaitsForTheOperationsUnderWay() throws Exception {
    PausableStorage slow = new PausableStorage(openStorage(directory()));
    WriteAheadLog abandoned = open(slow, LogTestBase::smallSegments);
    appendEntries(abandoned, 3);
    slow.pause();
    Together.Task<Long> appending = Together.begin(() -> abandoned.append(entryPayload(4)));
    Together.await("the write has entered", () -> slow.gate().inside() > 0);
    Together.Task<WriteAheadLog> opening = Together.begin(() -> open(LogTestBase::smallSegments));
    Together.await("the door is shut", slow.gate()::isShut);
    assertThat(opening.isDone()).as("nothing may be read before the write has returned").isFalse();
    slow.resume();
    WriteAheadLog successor = opening.get();
    assertThat(successor.currentSequence()).isBetween(acknowledged(appending, 3), 4L);
    assertThat(lines(successor.replay())).isEqualTo(entryLines(1, successor.currentSequence()));
  }

  /** The sequence that an append was told, or {@code before} if it was told that it was fenced. */
  private static long acknowledged(Together.Task<Long> appending, long before) throws Exception {
    try {
      return appending.get();
    } catch (LogFencedException toldNothing) {
      return before;
    }
  }

  @Test
  void openingGivesUpWhenAnOperationOfThePredecessorNeverReturns() throws Exception {
    PausableStorage stuck = new PausableStorage(openStorage(directory()));
    WriteAheadLog abandoned = open(stuck, options -> {});
    appendEntries(abandoned, 3);
    stuck.pause();
    Together.Task<Long> appending = Together.begin(() -> abandoned.append(entryPayload(4)));
    Together.await("the write has entered", () -> stuck.gate().inside() > 0);
    long before = System.nanoTime();
    assertThatThrownBy(() -> open(options -> options.openTimeout(Duration.ofMillis(200))))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(directory().getFileName().toString());
    assertThat(System.nanoTime() - before).isLessThan(TimeUnit.SECONDS.toNanos(10));
    stuck.resume();
    Together.await("the append has ended", appending::isDone);
    WriteAheadLog successor = open();
    assertThat(successor.currentSequence()).isBetween(acknowledged(appending, 3), 4L);
    assertThat(lines(successor.replay())).isEqualTo(entryLines(1, successor.currentSequence()));
  }

  @Test
  void aSymbolicLinkLeadsToTheSameOwner() throws IOException {
    WriteAheadLog fenced = open();
    appendEntries(fenced, 3);
    Path link = Files.createSymbolicLink(temporary.resolve("link"), directory());
    WriteAheadLog successor = open(link);
    assertThat(lines(successor.replay())).isEqualTo(entryLines(1, 3));
    assertThatThrownBy(() -> fenced.append(bytes("late"))).isInstanceOf(LogFencedException.class);
  }

  @Test
  void anotherStorageFencesToo() throws IOException {
    WriteAheadLog fenced = open();
    appendEntries(fenced, 3);
    WalOptions portable = WalOptions.builder().storage(StorageMode.PORTABLE).build();
    try (WriteAheadLog successor = WriteAheadLog.open(directory(), portable)) {
      assertThat(lines(successor.replay())).isEqualTo(entryLines(1, 3));
      assertThatThrownBy(() -> fenced.append(bytes("late"))).isInstanceOf(LogFencedException.class);
    }
  }

  @Test
  void anotherClassLoaderFencesToo() throws Exception {
    WriteAheadLog fenced = open();
    appendEntries(fenced, 3);
    try (URLClassLoader stranger = new URLClassLoader(classPath(), ClassLoader.getPlatformClassLoader())) {
      Class<?> type = stranger.loadClass(WriteAheadLog.class.getName());
      assertThat(type).isNotSameAs(WriteAheadLog.class);
      try (AutoCloseable successor = (AutoCloseable) type.getMethod("open", Path.class).invoke(null, directory())) {
        assertThat(type.getMethod("currentSequence").invoke(successor)).isEqualTo(3L);
        assertThatThrownBy(() -> fenced.append(bytes("late"))).isInstanceOf(LogFencedException.class);
      }
    }
    assertThat(open().append(entryPayload(4))).isEqualTo(4);
  }

  private static URL[] classPath() throws IOException {
    List<URL> urls = new ArrayList<>();
    String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
    for (String entry : entries) urls.add(Path.of(entry).toUri().toURL());
    return urls.toArray(URL[]::new);
  }

  @Test
  void aLogThatAnotherProcessHoldsIsRefusedByItsNumber() throws Exception {
    try (ChildProcess child = ChildProcess.start(factory(), directory(), "hold")) {
      child.awaitLine("opened");
      Path link = Files.createSymbolicLink(temporary.resolve("link"), directory());
      for (Path path : List.of(directory(), link)) {
        assertThatThrownBy(() -> open(path, options -> options.openTimeout(ChildLog.OPEN_TIMEOUT)))
            .isInstanceOf(LogLockedException.class)
            .hasMessageContaining(String.valueOf(child.pid()));
      }
      WalOptions portable = WalOptions.builder().storage(StorageMode.PORTABLE).openTimeout(ChildLog.OPEN_TIMEOUT).build();
      assertThatThrownBy(() -> WriteAheadLog.open(directory(), portable)).isInstanceOf(LogLockedException.class);
      child.finish();
    }
    assertThat(open().append(entryPayload(1))).isEqualTo(1);
  }

  @Test
  void anotherProcessIsRefusedByOurNumberAndLeavesEverythingAlone() throws Exception {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    Path link = Files.createSymbolicLink(temporary.resolve("link"), directory());
    for (Path path : List.of(directory(), link)) {
      try (ChildProcess child = ChildProcess.start(factory(), path, "hold")) {
        assertThat(child.awaitLine("refused"))
            .contains("LogLockedException")
            .contains(String.valueOf(ProcessHandle.current().pid()));
      }
    }
    appendEntries(log, 3);
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, 6));
  }

  @Test
  void readersNeedNoLockAndFenceNobody() throws Exception {
    try (ChildProcess child = ChildProcess.start(factory(), directory(), "append")) {
      child.awaitLine("acknowledged 3");
      WriteAheadLog reader = openReadOnly(directory());
      awaitDurable(reader, 3);
      assertThat(lines(reader.replay())).startsWith(entryLines(1, 3).toArray(String[]::new));
      reader.close();
      child.awaitLine("acknowledged");
    }
  }

  @Test
  void theLockOfAKilledProcessIsFree() throws Exception {
    try (ChildProcess child = ChildProcess.start(factory(), directory(), "hold")) {
      child.awaitLine("opened");
      child.kill();
    }
    assertThat(open().append(entryPayload(1))).isEqualTo(1);
  }
}
