package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogFailedException;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Opening on a disk that hangs ends when its time is over, and lets the directory go when the disk answers: promise 20. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class OpeningContract extends LogTestBase {
  private static final Duration SHORT = Duration.ofMillis(200);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final Duration MOVING = Duration.ofSeconds(2);
  private static final int RECORDS = 20;

  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"CREATE_DIRECTORY", "LIST", "OPEN", "READ", "SYNC_DIRECTORY", "WRITE_DURABLY"})
  void anOpeningThatHangsGivesUpAndLetsTheDirectoryGoWhenTheDiskAnswers(Op op) throws Exception {
    Path left = leftByACrash();
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    FaultyStorage disk = new FaultyStorage(openStorage(left));
    FaultyStorage.Stall stall = disk.on(op).stallBefore();
    assertThatThrownBy(() -> open(disk, options -> options.openTimeout(SHORT)))
        .isInstanceOf(LogFailedException.class)
        .hasMessageContaining(left.toString())
        .hasMessageContaining("openTimeout");
    stall.awaitReached(LONG);
    stall.release();
    Together.await("no thread of the opening is left", () -> engineThreadsBesides(before).isEmpty());
    try (WriteAheadLog log = open(left, options -> options.openTimeout(LONG))) {
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, RECORDS));
    }
  }

  @Test
  void whileAnOpeningHangsTheNextOneIsToldSoInTimeAndTheOneAfterThatOpens() throws Exception {
    Path left = leftByACrash();
    FaultyStorage disk = new FaultyStorage(openStorage(left));
    FaultyStorage.Stall stall = disk.on(Op.READ).stallBefore();
    assertThatThrownBy(() -> open(disk, options -> options.openTimeout(SHORT))).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(() -> open(left, options -> options.openTimeout(SHORT))).isInstanceOf(LogFailedException.class);
    stall.release();
    try (WriteAheadLog log = open(left, options -> options.openTimeout(LONG))) {
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, RECORDS));
    }
  }

  /** Whoever has opened the log since, on the advice of the refusal, goes on when the disk answers the one that was given up. */
  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"CREATE_DIRECTORY", "LIST"})
  void anOpeningThatWasGivenUpBeforeTheDirectoryWasItsOwnFencesNobody(Op op) throws Exception {
    Path left = leftByACrash();
    Set<Thread> before = new HashSet<>(Thread.getAllStackTraces().keySet());
    FaultyStorage disk = new FaultyStorage(openStorage(left));
    FaultyStorage.Stall stall = disk.on(op).stallBefore();
    assertThatThrownBy(() -> open(disk, options -> options.openTimeout(SHORT))).isInstanceOf(LogFailedException.class);
    Set<Thread> hanging = engineThreadsBesides(before);
    try (WriteAheadLog log = open(left, options -> options.openTimeout(LONG))) {
      log.append(entryPayload(RECORDS + 1));
      stall.release();
      Together.await("no thread of the opening is left", () -> hanging.stream().noneMatch(Thread::isAlive));
      log.append(entryPayload(RECORDS + 2));
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, RECORDS + 2));
    }
  }

  /** Each step takes its time: together they take more than there is, and nothing is cut short. */
  @Test
  void anOpeningThatMovesIsNotCutShort() throws Exception {
    Path left = leftByACrash();
    AtomicInteger steps = new AtomicInteger();
    open(hooked(copyOf(left), steps::incrementAndGet), options -> {}).close();
    long stepMillis = 3 * MOVING.toMillis() / 2 / steps.get();
    try (WriteAheadLog log = open(hooked(left, () -> pause(stepMillis)), options -> options.openTimeout(MOVING))) {
      assertThat(log.currentSequence()).isEqualTo(RECORDS);
    }
  }

  private HookedStorage hooked(Path directory, Runnable before) throws IOException {
    HookedStorage storage = new HookedStorage(openStorage(directory));
    storage.hook(operation -> {
      before.run();
      return false;
    });
    return storage;
  }

  private static void pause(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts the log's own thread", e);
    }
  }

  private Path leftByACrash() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, RECORDS);
    Path copy = copyOf(directory());
    log.close();
    return copy;
  }

  private static Set<Thread> engineThreadsBesides(Set<Thread> before) {
    Set<Thread> threads = new HashSet<>(Thread.getAllStackTraces().keySet());
    threads.removeIf(thread -> before.contains(thread) || !thread.getName().startsWith("syncline-"));
    return threads;
  }
}
