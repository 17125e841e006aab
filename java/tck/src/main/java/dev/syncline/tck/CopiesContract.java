package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.WriteAheadLog;
import dev.syncline.log.SegmentedLog;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Logs that share files, as snapshots share them by hard links: nothing that is done to one changes a byte of another, whichever of them
 * it is, over chains of copies too.
 */
public abstract class CopiesContract extends IndexTestBase {
  private static final int ENTRIES = 50;
  private static final int TRUNCATED = 7;

  /** What can be done to a log that shares its files. */
  enum Change {
    OPEN((log, directory) -> {}),
    APPEND((log, directory) -> appendEntries(log, 3)),
    ROTATE((log, directory) -> appendEntries(log, 60)),
    TRUNCATE((log, directory) -> log.truncate(25)),
    TRUNCATE_ALL((log, directory) -> log.truncate(log.currentSequence())),
    CUT((log, directory) -> log.truncateAfter(log.currentSequence() - 3)),
    CUT_FAR((log, directory) -> log.truncateAfter(20)),
    CUT_ALL((log, directory) -> log.truncateAfter(TRUNCATED)),
    CUT_AND_APPEND((log, directory) -> {
      log.truncateAfter(20);
      appendEntries(log, 5);
    }),
    RECYCLE((log, directory) -> {
      for (int cycle = 0; cycle < 3; cycle++) {
        appendEntries(log, 50);
        log.truncate(log.currentSequence() - 2);
      }
      assertThat(log.stats().recycledSegments()).isPositive();
    }),
    COPY_AGAIN((log, directory) -> log.snapshot(directory.resolveSibling(directory.getFileName() + "-again")));

    private interface Step {
      void make(WriteAheadLog log, Path directory) throws IOException;
    }

    private final Step step;

    Change(Step step) {
      this.step = step;
    }
  }

  /** How a log's user leaves it. */
  enum End { CLOSED, ABANDONED }

  // Snapshots.

  @ParameterizedTest
  @EnumSource(Change.class)
  void whatIsDoneToALogAfterASnapshotDoesNotTouchTheSnapshot(Change change) throws IOException {
    changeOneOfAChain(0, change);
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void whatIsDoneToASnapshotDoesNotTouchTheOriginal(Change change) throws IOException {
    changeOneOfAChain(1, change);
  }

  @ParameterizedTest
  @EnumSource(Change.class)
  void whatIsDoneToASnapshotOfASnapshotTouchesNeither(Change change) throws IOException {
    changeOneOfAChain(2, change);
  }

  /** The log, its snapshot, and that one's: one is changed, with every way of leaving it, and the others stay as they were. */
  private void changeOneOfAChain(int changed, Change change) throws IOException {
    for (End end : Effort.inTurns(End.values(), changed + change.ordinal())) {
      List<Path> chain = givenChain("chain-" + end);
      assertOthersStay(chain, changed, change, end);
    }
  }

  private List<Path> givenChain(String name) throws IOException {
    List<Path> chain = new ArrayList<>();
    for (int i = 0; i < 3; i++) chain.add(temporary.resolve(name + "-" + i));
    for (int i = 0; i < 2; i++) {
      try (WriteAheadLog log = open(chain.get(i), LogTestBase::smallSegments)) {
        if (i == 0) {
          appendEntries(log, ENTRIES);
          log.truncate(TRUNCATED);
        }
        log.snapshot(chain.get(i + 1));
      }
    }
    return chain;
  }

  private void assertOthersStay(List<Path> logs, int changed, Change change, End end) throws IOException {
    List<Map<String, String>> before = new ArrayList<>();
    for (Path log : logs) before.add(DirectoryBytes.fingerprint(log));
    make(change, logs.get(changed), end);
    for (int i = 0; i < logs.size(); i++) {
      if (i == changed) continue;
      String which = change + ", " + end + ", log " + i + " while log " + changed + " was changed";
      assertThat(DirectoryBytes.fingerprint(logs.get(i))).as(which).isEqualTo(before.get(i));
      assertWhole(logs.get(i), which);
    }
  }

  /** The change, and then recovery or a close, twice: what the first has left open the second may cut. */
  private void make(Change change, Path directory, End end) throws IOException {
    WriteAheadLog log = open(directory, LogTestBase::smallSegments);
    change.step.make(log, directory);
    List<String> left = lines(log.replay());
    for (int i = 0; i < 2; i++) {
      if (end == End.CLOSED) log.close();
      log = open(directory, LogTestBase::smallSegments);
      assertThat(lines(log.replay())).as("%s, %s", change, end).isEqualTo(left);
    }
    log.append(bytes("one more"));
    log.close();
  }

  private void assertWhole(Path directory, String which) throws IOException {
    try (WriteAheadLog log = open(directory, LogTestBase::smallSegments)) {
      assertThat(lines(log.replay())).as(which).isEqualTo(entryLines(TRUNCATED + 1, ENTRIES));
      assertThat(log.verify().ok()).as(which).isTrue();
      assertThat(log.recovery().damage()).as(which).isEmpty();
    }
  }

  /** Forgetting everything is an operation of the layer below. */
  @Test
  void aResetTouchesNoCopy() throws IOException {
    for (int changed = 0; changed < 3; changed++) {
      List<Path> chain = givenChain("reset-" + changed);
      List<Map<String, String>> before = new ArrayList<>();
      for (Path log : chain) before.add(DirectoryBytes.fingerprint(log));
      try (SegmentedLog log = openLog(chain.get(changed))) {
        log.reset(1);
        appendOneByOne(log, 1, 60);
      }
      for (int i = 0; i < chain.size(); i++)
        if (i != changed) assertThat(DirectoryBytes.fingerprint(chain.get(i))).as("log %s", i).isEqualTo(before.get(i));
    }
  }

  @Test
  void aSnapshotHoldsWhileTheOriginalIsCutAndGoesOn() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    for (int round = 1; round <= 5; round++) {
      appendEntries(log, 20);
      Path target = temporary.resolve("round-" + round);
      log.snapshot(target);
      Map<String, String> before = DirectoryBytes.fingerprint(target);
      long end = log.currentSequence();
      log.truncateAfter(end - 5);
      appendEntries(log, 3);
      assertThat(DirectoryBytes.fingerprint(target)).as("round %s", round).isEqualTo(before);
      assertThat(lines(open(target).replay())).as("round %s", round).isEqualTo(entryLines(1, end));
    }
  }

  // Links that somebody else has made, as a backup does that saves space.

  @ParameterizedTest
  @EnumSource(Change.class)
  void aLogThatWasClosedAndLinkedByHandIsNotTouchedByTheOther(Change change) throws IOException {
    for (int changed = 0; changed < 2; changed++)
      for (End end : Effort.inTurns(End.values(), changed + change.ordinal())) {
        Path original = givenLog("closed-" + changed + end, End.CLOSED);
        assertOthersStay(List.of(original, linkedByHand(original)), changed, change, end);
      }
  }

  /** Recovery cuts, and a log that goes on seals what was left: both in a file that the other one has, too. */
  @ParameterizedTest
  @EnumSource(Change.class)
  void aLogThatWasAbandonedAndLinkedByHandIsNotTouchedByTheOther(Change change) throws IOException {
    for (int changed = 0; changed < 2; changed++)
      for (End end : Effort.inTurns(End.values(), changed + change.ordinal())) {
        Path original = givenLog("abandoned-" + changed + end, End.ABANDONED);
        assertOthersStay(List.of(original, linkedByHand(original)), changed, change, end);
      }
  }

  /** A cut of a shared file is a copy and a rename. Between them, too, the other log has its file, and this is the log before or after. */
  @ParameterizedTest
  @EnumSource(value = Change.class, names = {"CUT", "CUT_ALL", "CUT_AND_APPEND", "TRUNCATE"})
  void whereverAProcessDiesInACutOfSharedFilesTheOtherLogIsUntouched(Change change) throws IOException {
    Path original = givenLog("original", End.ABANDONED);
    Map<String, String> before = DirectoryBytes.fingerprint(original);
    List<String> after = linesAfter(copyOf(original), change);
    List<String> cut = linesAfter(copyOf(original), Change.CUT_FAR);
    boolean died = true;
    for (int changes = 0; died; changes = Effort.stepAfter(changes)) {
      Path linked = linkedByHand(original);
      PausableStorage mortal = new PausableStorage(openStorage(linked));
      mortal.dieAfter(changes);
      died = diesIn(mortal, linked, change);
      String which = change + ", died after " + changes + " changes";
      WriteAheadLog recovered = open(linked, LogTestBase::smallSegments);
      assertThat(recovered.recovery().damage()).as(which).isEmpty();
      List<String> left = lines(recovered.replay());
      boolean onTheWay = change == Change.CUT_AND_APPEND && left.size() >= cut.size() && isFrontOf(after, left);
      if (!onTheWay) assertThat(left).as(which).isIn(entryLines(TRUNCATED + 1, ENTRIES), after);
      recovered.close();
      assertThat(DirectoryBytes.fingerprint(original)).as(which).isEqualTo(before);
      assertThat(changes).as("it ends").isLessThan(400);
    }
    assertWhole(original, change.toString());
  }

  private static boolean isFrontOf(List<String> all, List<String> front) {
    return front.size() <= all.size() && all.subList(0, front.size()).equals(front);
  }

  private List<String> linesAfter(Path copy, Change change) throws IOException {
    try (WriteAheadLog log = open(copy, LogTestBase::smallSegments)) {
      change.step.make(log, copy);
      return lines(log.replay());
    }
  }

  private boolean diesIn(PausableStorage mortal, Path directory, Change change) {
    try {
      change.step.make(open(mortal, LogTestBase::smallSegments), directory);
      return mortal.isDead();
    } catch (IOException died) {
      assertThat(mortal.isDead()).as("failed although every operation had succeeded: %s", died).isTrue();
      return true;
    }
  }

  /** A close cuts what was made ready behind the last record. */
  @Test
  void closingALogWhoseFilesWereLinkedMeanwhileLeavesThoseLinksAlone() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 20);
    Path linked = linkedByHand(directory());
    Map<String, String> before = DirectoryBytes.fingerprint(linked);
    log.close();
    assertThat(DirectoryBytes.fingerprint(linked)).isEqualTo(before);
    assertThat(lines(open(linked).replay())).isEqualTo(entryLines(1, 20));
  }

  private Path givenLog(String name, End end) throws IOException {
    Path directory = temporary.resolve(name);
    WriteAheadLog log = open(directory, LogTestBase::smallSegments);
    appendEntries(log, ENTRIES);
    log.truncate(TRUNCATED);
    if (end == End.CLOSED) log.close();
    return end == End.CLOSED ? directory : crashCopy(log);
  }

  /** A directory in which each file is the same one as in the first, the mark too: what {@code cp -al} makes. */
  private Path linkedByHand(Path directory) throws IOException {
    Path linked = Files.createDirectory(newCopyName());
    for (Path file : DirectoryBytes.files(directory, name -> !name.equals("log.lock") && !name.equals("log.pid")))
      link(linked.resolve(file.getFileName()), file);
    return linked;
  }

  private static void link(Path link, Path file) throws IOException {
    try {
      Files.createLink(link, file);
    } catch (UnsupportedOperationException | FileSystemException e) {
      assumeTrue(false, "links cannot be made here: " + e);
    }
  }
}
