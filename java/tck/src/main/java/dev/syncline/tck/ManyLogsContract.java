package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Appended;
import dev.syncline.LogFailedException;
import dev.syncline.LogFencedException;
import dev.syncline.LogRuntime;
import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many logs in a process, and what they share: the second half of promise 38. */
public abstract class ManyLogsContract extends LogTestBase {
  private final Set<Thread> before = Thread.getAllStackTraces().keySet();
  private static final int LOGS = 60;
  private static final int ROUNDS = Effort.of(2, 5);
  private static final int THREADS_MAX = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String MARK = "log.mark";
  private static final Set<String> SHARED = Set.of("syncline-watch", "syncline-shared", "syncline-callbacks", "syncline-writer");

  private final LogRuntime runtime = LogRuntime.create();
  private final List<WriteAheadLog> logs = new ArrayList<>();

  @AfterEach
  final void nothingOfTheRuntimeIsLeft() throws Exception {
    for (WriteAheadLog log : logs) Quietly.close(log);
    Together.await("no log is open any more", () -> runtime.openLogs() == 0);
    runtime.close();
    Together.await("no thread of the runtime is left", () -> threads().stream().noneMatch(SHARED::contains));
  }

  private WriteAheadLog log(String name, Consumer<WalOptions.Builder> choice) throws IOException {
    WriteAheadLog log = open(temporary.resolve(name), options -> choice.accept(options.runtime(runtime)));
    logs.add(log);
    return log;
  }

  private WriteAheadLog log(FaultyStorage disk, Consumer<WalOptions.Builder> choice) throws IOException {
    WriteAheadLog log = open(disk, options -> choice.accept(options.runtime(runtime)));
    logs.add(log);
    return log;
  }

  private FaultyStorage disk(String name) throws IOException {
    return new FaultyStorage(openStorage(temporary.resolve(name)));
  }

  /** The engine's threads, without those that other tests have left, which let disks hang. */
  private List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream().filter(thread -> !before.contains(thread)).map(Thread::getName)
        .filter(name -> name.startsWith("syncline-")).toList();
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void restingLogsHaveFewThreadsHoweverManyTheyAre(SyncMode mode) throws Exception {
    int count = Effort.of(LOGS / 4, LOGS);
    for (int i = 0; i < count; i++) log("log-" + i, options -> options.syncMode(mode)).append(entryPayload(1));
    for (WriteAheadLog log : logs.subList(0, 5)) log.appendAsync(Operation.entry(entryPayload(2)));
    for (WriteAheadLog log : logs.subList(0, 5)) log.awaitDurable(2);
    Together.await("few threads are left", () -> threads().size() <= THREADS_MAX);
    assertThat(runtime.openLogs()).isEqualTo(count);
    for (WriteAheadLog log : logs) log.append(entryPayload(log.currentSequence() + 1));
    for (WriteAheadLog log : logs) log.close();
    assertThat(runtime.openLogs()).isZero();
    for (int i = 0; i < count; i++) assertThat(lines(open(temporary.resolve("log-" + i)).replay())).isEqualTo(entryLines(1, i < 5 ? 3 : 2));
  }

  /** What two frames are gathered in, twice 64 KiB, others have while a log rests; a block for its newest frame it keeps. */
  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void restingLogsLendTheirMemoryToOthers(SyncMode mode) throws Exception {
    long beforeBytes = directBytes();
    for (int round = 0; round < ROUNDS; round++) {
      for (int i = 0; i < LOGS; i++) {
        int name = i;
        if (round == 0) log("log-" + name, options -> options.syncMode(mode));
        for (int k = 0; k < 5; k++) logs.get(i).append(entryPayload(5L * round + k + 1));
        if (mode == SyncMode.MANUAL) logs.get(i).sync();
      }
      Together.await("memory is given back", () -> directBytes() - beforeBytes < LOGS * (32L << 10) + (4L << 20));
    }
    for (WriteAheadLog log : logs) {
      log.append(entryPayload(5L * ROUNDS + 1));
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, 5 * ROUNDS + 1));
    }
  }

  private static long directBytes() {
    System.gc();
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream().filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed).sum();
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void logsWorkBesideEachOther(SyncMode mode) throws Exception {
    int count = 6;
    int records = 200;
    for (int i = 0; i < count; i++) {
      log("log-" + i, options -> {
        smallSegments(options);
        options.syncMode(mode);
      });
    }
    Together.run(count, thread -> {
      WriteAheadLog log = logs.get(thread);
      List<Appended> appended = new ArrayList<>();
      for (int i = 1; i <= records; i++) {
        if (i % 3 == 0) appended.add(log.appendAsync(Operation.entry(entryPayload(i))));
        else log.append(entryPayload(i));
        if (i % 50 == 0) log.truncate(i - 20);
        if (i % 70 == 0) log.snapshot(temporary.resolve("snapshot-" + thread + "-" + i));
        if (i == 100) {
          log.append(bytes("to be cut"));
          log.truncateAfter(100);
        }
      }
      log.sync();
      for (Appended each : appended) assertThat(each.durable().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(each.sequence());
      log.close();
    });
    for (int i = 0; i < count; i++) {
      assertThat(lines(open(temporary.resolve("log-" + i)).replay())).isEqualTo(entryLines(181, records));
      assertThat(lines(open(temporary.resolve("snapshot-" + i + "-140")).replay())).isEqualTo(entryLines(81, 140));
    }
  }

  @Test
  void whatIntervalPromisesIsDoneWithoutAThreadOfTheLogs() throws Exception {
    WriteAheadLog log = log("log", options -> options.syncMode(SyncMode.INTERVAL).syncInterval(Duration.ofMillis(5)));
    for (int i = 1; i <= 20; i++) {
      long sequence = log.append(entryPayload(i));
      Together.await("it is durable", () -> log.durableSequence() >= sequence);
    }
  }

  @Test
  void futuresCompleteAfterTheirThreadHasGone() throws Exception {
    WriteAheadLog log = log("log", options -> {});
    for (int i = 1; i <= 2; i++) {
      Appended appended = log.appendAsync(Operation.entry(entryPayload(i)));
      assertThat(appended.durable().get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(i);
      Together.await("the thread for futures has gone", () -> !threads().contains("syncline-callbacks"));
    }
  }

  @Test
  void logsWhoseDisksHangHoldUpNoOther() throws Exception {
    List<FaultyStorage.Stall> stalls = new ArrayList<>();
    List<WriteAheadLog> hanging = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      FaultyStorage disk = disk("hangs-" + i);
      WriteAheadLog log = log(disk, options -> options.closeTimeout(Duration.ofMillis(200)));
      log.append(entryPayload(1));
      FaultyStorage.Stall stall = disk.on(Op.WRITE_DURABLY).named(MARK::equals).stallBefore();
      log.append(entryPayload(2));
      stall.awaitReached(PATIENCE);
      stalls.add(stall);
      hanging.add(log);
    }
    WriteAheadLog other = log("other", LogTestBase::smallSegments);
    for (int i = 1; i <= 100; i++) other.append(entryPayload(i));
    other.truncate(50);
    other.close();
    assertThat(lines(open(temporary.resolve("other")).replay())).isEqualTo(entryLines(51, 100));
    for (WriteAheadLog log : hanging) assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
    assertThatThrownBy(runtime::close).as("they have not let go").isInstanceOf(IllegalStateException.class);
    stalls.forEach(FaultyStorage.Stall::release);
    Together.await("they have let go", () -> runtime.openLogs() == 0);
    for (int i = 0; i < 4; i++) assertThat(lines(open(temporary.resolve("hangs-" + i)).replay())).isEqualTo(entryLines(1, 2));
  }

  @Test
  void aLogWhoseDiskFailsEndsAlone() throws Exception {
    FaultyStorage disk = disk("fails");
    WriteAheadLog failing = log(disk, options -> {});
    WriteAheadLog other = log("other", LogTestBase::smallSegments);
    failing.append(entryPayload(1));
    disk.on(Op.WRITE_DURABLY).forever().fail(() -> new IOException("Input/output error"));
    assertThatThrownBy(() -> failing.append(entryPayload(2))).isInstanceOf(LogFailedException.class);
    for (int i = 1; i <= 50; i++) other.append(entryPayload(i));
    assertThatThrownBy(failing::close).isInstanceOf(LogFailedException.class);
    for (int i = 51; i <= 100; i++) other.append(entryPayload(i));
    assertThat(runtime.openLogs()).isEqualTo(1);
    assertThat(lines(other.replay())).isEqualTo(entryLines(1, 100));
  }

  @Test
  void aNewerOpenerFencesAnInstanceOfTheSameRuntime() throws Exception {
    WriteAheadLog older = log("log", options -> {});
    older.append(entryPayload(1));
    WriteAheadLog newer = log("log", options -> {});
    newer.append(entryPayload(2));
    assertThatThrownBy(() -> older.append(entryPayload(2))).isInstanceOf(LogFencedException.class);
    assertThat(runtime.openLogs()).isEqualTo(1);
  }

  @Test
  void aRuntimeEndsAfterItsLogsAndServesNoneAfterwards() throws Exception {
    WriteAheadLog log = log("log", options -> {});
    assertThatThrownBy(runtime::close).isInstanceOf(IllegalStateException.class).hasMessageContaining("1 open logs");
    log.append(entryPayload(1));
    log.close();
    runtime.close();
    runtime.close();
    Path directory = temporary.resolve("log");
    assertThatThrownBy(() -> log("log", options -> {})).isInstanceOf(IllegalStateException.class).hasMessageContaining("closed");
    assertThat(lines(open(directory).replay())).isEqualTo(entryLines(1, 1));
  }
}
