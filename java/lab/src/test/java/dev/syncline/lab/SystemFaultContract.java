package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.OpenFiles;
import dev.syncline.tck.Stacks;
import dev.syncline.tck.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Promises 16, 20, 21 and 22 when system calls fail beneath the storage, and the whole log stands on top.
 *
 * <p>The default build tries a sample of the faults that there are, by a fixed seed; {@code -Dsyncline.faults=all} tries each, and
 * {@code -Dsyncline.faults=N} so many for each sync mode.
 */
@Timeout(value = 3600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class SystemFaultContract extends SystemFaultScenarios {
  private static final int SAMPLE_DEFAULT = 50;
  private static final int VIOLATIONS_SHOWN_MAX = 10;

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void whicheverSystemCallFailsTheLogKeepsItsPromise(SyncMode mode, TestReporter reporter) throws Exception {
    String wanted = System.getProperty("syncline.faults", String.valueOf(SAMPLE_DEFAULT));
    long seed = Long.getLong("syncline.faults.seed", 1);
    List<SystemFault> all = FaultCases.all(system(), countsWithoutFaults(mode));
    List<SystemFault> cases =
        wanted.equals("all") ? all : FaultCases.sample(all, Integer.parseInt(wanted), mode.ordinal(), new Random(seed));
    List<String> violations = new ArrayList<>();
    int struck = 0;
    for (int i = 0; i < cases.size() && violations.size() < VIOLATIONS_SHOWN_MAX; i++) {
      SystemFault fault = cases.get(i);
      try {
        if (tried(mode, fault, i)) struck++;
      } catch (Throwable violation) {
        violations.add(fault + ":\n" + Stacks.of(violation));
      }
    }
    reporter.publishEntry("faults " + getClass().getSimpleName() + " " + mode,
        String.format(Locale.ROOT, "%d tried of %d there are, %d met, seed %d", cases.size(), all.size(), struck, seed));
    assertThat(violations).as("seed %d, %s", seed, mode).isEmpty();
    assertThat(struck).as("faults that were met").isGreaterThan(cases.size() / 2);
  }

  private Map<SystemCall, Long> countsWithoutFaults(SyncMode mode) throws Exception {
    Path directory = temporary.resolve("counts");
    FaultScript script = new FaultScript(system(), place(directory), mode, this::openStorage);
    system().watch(directory);
    bounded(() -> {
      script.run();
      return null;
    });
    assertThat(script.failures()).as("without a fault").isEmpty();
    Map<SystemCall, Long> counts = FaultCases.counts(system());
    judge(script, directory);
    return counts;
  }

  /** Runs the script into one fault, then opens what is left without it; returns whether the fault was met. */
  private boolean tried(SyncMode mode, SystemFault fault, int number) throws Exception {
    Path directory = temporary.resolve("run-" + number + "-");
    FaultScript script = new FaultScript(system(), place(directory), mode, this::openStorage);
    system().watch(directory);
    system().arm(fault);
    bounded(() -> {
      script.run();
      return null;
    });
    boolean struck = system().struck() > 0;
    system().disarm();
    // On a full disk space is made, and the zeros are written again: all of them.
    if (fault.error() == SystemError.EIO && !system().hides(fault))
      assertThat(system().triedAgain()).as("writes and syncs by the thread that knew of the failure").isZero();
    assertTold(script, fault, struck);
    judge(script, directory);
    deleteAll(directory);
    for (Path copy : script.snapshots()) deleteAll(copy);
    return struck;
  }

  /** A hang is a failure that shows where it hangs. */
  private static <T> T bounded(Callable<T> work) throws Exception {
    return Together.begin(work::call).get();
  }

  private void assertTold(FaultScript script, SystemFault fault, boolean struck) {
    List<Throwable> failures = script.failures();
    if (!struck || system().hides(fault)) {
      assertThat(failures.stream().map(Stacks::of).findFirst()).as("nothing has failed that counts").isEmpty();
      return;
    }
    for (Throwable failure : failures) {
      assertThat(fault.error().isNamedIn(failure)).as("names %s: %s", fault.error(), Stacks.of(failure)).isTrue();
      if (failure instanceof StorageFullException) assertThat(fault.error().isFull()).as("full disk: %s", failure).isTrue();
    }
  }

  private void judge(FaultScript script, Path directory) throws Exception {
    assertThat(OpenFiles.below(directory)).as("descriptors left behind").isEmpty();
    try (WriteAheadLog log = bounded(script::open)) {
      assertThat(log.recovery().damage()).as("damage").isEmpty();
      assertThat(log.verify().damage()).as("damage").isEmpty();
      script.model().assertHolds(log);
      assertThat(log.append(bytes("after"))).isEqualTo(log.currentSequence());
    }
    assertThat(OpenFiles.below(directory)).as("descriptors left behind").isEmpty();
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .as("files left behind")
          .allMatch(name -> name.matches("\\d{20}\\.wal|log\\.mark|quarantine|.*lock.*|.*pid.*"));
    }
    for (Path snapshot : script.snapshots()) {
      try (WriteAheadLog copy = WriteAheadLog.openReadOnly(snapshot)) {
        assertThat(copy.verify().damage()).as("damage in a snapshot").isEmpty();
      }
    }
  }

  private static void deleteAll(Path directory) throws IOException {
    try (Stream<Path> below = Files.walk(directory)) {
      for (Path path : below.sorted(java.util.Comparator.reverseOrder()).toList()) Files.delete(path);
    }
  }
}
