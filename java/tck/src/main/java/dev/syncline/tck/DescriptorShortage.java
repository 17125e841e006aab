package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.ResourceShortageException;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A process with few descriptors to spare, or none, when the next segment is to be made, the tail is to be cut, or the log to be closed:
 * what needs one that is missing is refused, and the log goes on later.
 */
final class DescriptorShortage {
  private static final int ATTEMPTS_MAX = 400;
  private static final int VALUE_BYTES = 1000;

  /** More than a rotation, or a cut, takes on any storage. */
  private static final int SPARE_MAX = 6;

  /** Enough for the classes of what succeeds, and then few enough for those of what is refused. */
  private static final int[] REHEARSED = {100, SPARE_MAX + 4};

  /** What a call may meet, and then has changed nothing. */
  private interface Call {
    void run() throws IOException;
  }

  private final ToldAppends told;
  private final WriteAheadLog log;

  private int snapshots;

  /** How many descriptors are left to the log. */
  private final int spare;

  private DescriptorShortage(ToldAppends told, WriteAheadLog log, int spare) {
    this.told = told;
    this.log = log;
    this.spare = spare;
  }

  /** What limits a process's descriptors. */
  static List<String> limit() {
    return List.of("sh", "-c", "ulimit -n 256 && exec \"$@\"", "sh");
  }

  static void run(LogTestBase storage, Path directory, SyncMode mode) throws Exception {
    // What is loaded in a later run only would need a descriptor of its own.
    for (int spare : REHEARSED) runOnce(storage, directory.resolveSibling("rehearsal-" + spare), mode, spare);
    // In any build each mode meets none and some of the others, and the three together all.
    int step = Effort.of(SyncMode.values().length, 1);
    for (int spare = 0; spare <= SPARE_MAX; spare++)
      if (spare == 0 || spare % step == mode.ordinal() % step) runOnce(storage, directory.resolveSibling("spare-" + spare), mode, spare);
  }

  private static void runOnce(LogTestBase storage, Path directory, SyncMode mode, int spare) throws Exception {
    ToldAppends told = new ToldAppends(mode, 1, ATTEMPTS_MAX, VALUE_BYTES);
    WalOptions options = WalOptions.builder().syncMode(mode).maxSegmentSize(24 << 10)
        .joinCommitsWithin(Duration.ZERO).build();
    WriteAheadLog log = WriteAheadLog.open(storage.openStorage(directory), options);
    try {
      // What reads and copies is the same in every mode.
      new DescriptorShortage(told, log, spare).run(mode == SyncMode.SYNC);
    } finally {
      Quietly.close(log);
    }
    try (WriteAheadLog reopened = WriteAheadLog.open(storage.openStorage(directory), WalOptions.defaults())) {
      told.judge(reopened, true);
    }
  }

  private void run(boolean readingToo) throws IOException {
    put(10);
    Throwable refused = appendedWithFew(40);
    if (spare == 0) assertThat(refused).as("what the append without descriptors met").isNotNull();
    thenItIsARefusal(refused, "an append that needs a segment");
    put(5);
    thenACutIsRefusedOrMade();
    thenItIsARefusal(appendedWithFew(15), "an append behind a cut");
    put(5);
    thenACutIsRefusedOrMade();
    thenACutIsRefusedOrMade();
    if (readingToo) {
      thenWhateverElseItDoesIsRefusedOrDone();
      thenACursorGoesOnWhereItWasRefused();
    }
    thenItIsARefusal(withFew(log::close), "closing");
  }

  private void thenWhateverElseItDoesIsRefusedOrDone() throws IOException {
    for (Map.Entry<String, Call> each : otherCalls().entrySet()) {
      Throwable refused = withFew(each.getValue());
      thenItIsARefusal(refused, each.getKey());
      thenTheLogGoesOn(refused, each.getKey());
      // A file that is not open yet is opened now.
      each.getValue().run();
      put(1);
    }
  }

  private Map<String, Call> otherCalls() {
    Path copies = log.directory().resolveSibling("copies-of-" + log.directory().getFileName());
    Map<String, Call> calls = new LinkedHashMap<>();
    calls.put("a read", () -> log.read(log.firstSequence()));
    calls.put("a replay", () -> readAll());
    calls.put("verify", () -> assertThat(log.verify().ok()).isTrue());
    calls.put("a checkpoint", () -> log.checkpoint());
    calls.put("a snapshot", () -> log.snapshot(copies.resolve(String.valueOf(snapshots++))));
    return calls;
  }

  private void readAll() throws IOException {
    long last = log.firstSequence() - 1;
    try (WalCursor cursor = log.iterate()) {
      while (cursor.advance()) assertThat(cursor.sequence()).isEqualTo(++last);
      assertThat(cursor.damage()).isEmpty();
    }
    assertThat(last).isEqualTo(log.currentSequence());
  }

  /** One segment after the other is opened with too few descriptors first. */
  private void thenACursorGoesOnWhereItWasRefused() throws IOException {
    long last = log.firstSequence() - 1;
    try (WalCursor cursor = log.iterate()) {
      while (true) {
        boolean[] more = new boolean[1];
        Throwable refused = withFew(() -> more[0] = cursor.advance());
        thenItIsARefusal(refused, "a cursor's step");
        if (refused != null) more[0] = cursor.advance();
        if (!more[0]) break;
        assertThat(cursor.sequence()).as("none is passed over").isEqualTo(++last);
      }
    }
    assertThat(last).isEqualTo(log.currentSequence());
  }

  private void put(int count) throws IOException {
    for (int i = 0; i < count; i++) told.put(log, 0);
  }

  /** The tail is cut behind records that nobody counts; what is refused is made afterwards. */
  private void thenACutIsRefusedOrMade() throws IOException {
    long end = log.currentSequence();
    log.append(new byte[VALUE_BYTES]);
    Throwable thrown = withFew(() -> log.truncateAfter(end));
    thenTheLogGoesOn(thrown, "a cut");
    log.truncateAfter(end);
  }

  private Throwable appendedWithFew(int count) throws IOException {
    Throwable refused = null;
    List<FileInputStream> held = new ArrayList<>(1000);
    try {
      // Taken again after each, without letting one go: a rotation gives back the descriptors of the segment before, and the log could go
      // on with them, or with what is free between two appends, for ever.
      for (int i = 0; i < count && refused == null; i++) {
        takeAllButSpare(held);
        refused = catchThrowable(() -> told.put(log, 0));
      }
    } finally {
      for (FileInputStream each : held) each.close();
    }
    thenTheLogGoesOn(refused, "an append");
    return refused;
  }

  private void thenTheLogGoesOn(Throwable refused, String what) {
    if (log.stats().failed()) throw new AssertionError(what + " with " + spare + " descriptors has failed the log", refused);
  }

  /** Or it was not short of any. */
  private void thenItIsARefusal(Throwable refused, String what) {
    if (refused == null) return;
    assertThat(refused).as("%s with %d descriptors", what, spare).isInstanceOf(ResourceShortageException.class);
    assertThat(refused.getMessage()).contains("ulimit -n");
  }

  private Throwable withFew(Call call) throws IOException {
    List<FileInputStream> held = new ArrayList<>(1000);
    try {
      takeAllButSpare(held);
      return catchThrowable(call::run);
    } finally {
      for (FileInputStream each : held) each.close();
    }
  }

  private void takeAllButSpare(List<FileInputStream> held) throws IOException {
    takeAll(held);
    for (int i = 0; i < spare; i++) held.remove(held.size() - 1).close();
  }

  private static void takeAll(List<FileInputStream> held) {
    try {
      while (true) held.add(new FileInputStream("/dev/null"));
    } catch (IOException noMore) {
      // That is all of them.
    }
  }
}
