package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.WriteAheadLog;
import dev.syncline.format.SegmentName;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A log stays in the directory that it opened, or fails before it acknowledges: promise 34. */
public abstract class DirectoryContract extends LogTestBase {
  private static final String FOREIGN = "notes.txt";

  /** How the path that was opened comes to lead elsewhere. */
  enum Turn { LINK_TURNED, MOVED_AWAY, REPLACED }

  /** What is opened. */
  private Path path;

  /** Where the directory that was opened is after the turn. */
  private Path opened;

  /** What the path leads to after the turn; nothing there if the directory was only moved away. */
  private Path other;

  @BeforeEach
  final void nameTheDirectories() throws IOException {
    opened = temporary.resolve("opened");
    other = temporary.resolve("other");
  }

  /** Another log with other records, and a file of somebody else's. */
  private void givenTheOther() throws IOException {
    try (WriteAheadLog log = open(other, LogTestBase::smallSegments)) {
      for (int i = 0; i < 50; i++) log.append(bytes("of the other log"));
    }
    Files.write(other.resolve(FOREIGN), bytes("not a log's"));
  }

  private void givenThePath(Turn turn) throws IOException {
    path = temporary.resolve("log");
    givenTheOther();
    if (turn != Turn.LINK_TURNED) return;
    Files.createDirectory(opened);
    Files.createSymbolicLink(path, opened);
  }

  private void turn(Turn turn) throws IOException {
    if (turn == Turn.LINK_TURNED) {
      Files.move(Files.createSymbolicLink(temporary.resolve("next"), other), path, StandardCopyOption.ATOMIC_MOVE);
      return;
    }
    Files.move(path, opened);
    if (turn == Turn.REPLACED) {
      Files.move(other, path);
      other = path;
    }
  }

  /** Every file and directory there is, with the bytes of files. */
  private Map<String, String> otherBytes() throws IOException {
    Map<String, String> bytes = DirectoryBytes.fingerprint(other);
    try (Stream<Path> tree = Files.walk(other)) {
      tree.filter(Files::isDirectory).forEach(directory -> bytes.put(other.relativize(directory) + "/", "a directory"));
    }
    return bytes;
  }

  /**
   * How many names, of files that do not count, a change can give elsewhere if the path turns between the look and the change: none where
   * a directory is held by a descriptor. See promise 34.
   */
  protected int namesGivenInTheMoment() {
    return 0;
  }

  private void assertOnlyTheOpenedOneWasTouchedBut(int names, Map<String, String> otherBefore, Turn turn) throws IOException {
    Map<String, String> found = otherBytes();
    List<String> given = found.keySet().stream().filter(name -> !otherBefore.containsKey(name)).toList();
    assertThat(given).hasSizeLessThanOrEqualTo(names).allMatch(SegmentName::isSpare, "the name of a file that does not count");
    for (String name : given) Files.delete(other.resolve(name));
    assertOnlyTheOpenedOneWasTouched(otherBefore, turn);
  }

  private void assertOnlyTheOpenedOneWasTouched(Map<String, String> otherBefore, Turn turn) throws IOException {
    assertThat(otherBytes()).as("the directory that was not opened").isEqualTo(otherBefore);
    if (turn == Turn.MOVED_AWAY) assertThat(path).as("nothing is made where the directory was").doesNotExist();
  }

  private interface Step {
    void run() throws IOException;
  }

  /** Whether it was done; a refusal is as good. */
  private static boolean done(Step step) {
    try {
      step.run();
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  // The storage.

  @ParameterizedTest
  @EnumSource
  void whatAStorageDoesHappensInTheDirectoryThatItOpened(Turn turn) throws IOException {
    givenThePath(turn);
    try (Storage storage = openStorage(path); Storage copy = storage.in(storage.directory().resolveSibling("copy"))) {
      storage.createDirectory();
      copy.createDirectory();
      storage.create("first.tmp", 0).close();
      turn(turn);
      Map<String, String> before = otherBytes();
      TreeSet<String> expected = new TreeSet<>(List.of("first.tmp"));
      if (done(() -> storage.createDirectory())) assertThat(opened).isDirectory();
      if (done(() -> storage.create("second.tmp", 0).close())) expected.add("second.tmp");
      if (done(() -> storage.rename("first.tmp", "third.tmp")) && expected.remove("first.tmp")) expected.add("third.tmp");
      for (String name : List.copyOf(expected)) {
        if (done(() -> write(storage, name))) assertThat(opened.resolve(name)).hasSize(BLOCK_BYTES);
        if (done(() -> storage.link(name, copy)) && Files.exists(copy.directory().resolve(name)))
          assertThat(Files.isSameFile(copy.directory().resolve(name), opened.resolve(name))).isTrue();
      }
      if (done(storage::list)) assertThat(storage.list()).containsExactlyInAnyOrderElementsOf(expected);
      done(storage::syncDirectory);
      for (String name : List.copyOf(expected))
        if (done(() -> storage.linkCount(name))) assertThat(storage.linkCount(name)).isBetween(0, 2);
      if (done(() -> storage.delete(expected.first()))) expected.pollFirst();
      assertThat(DirectoryBytes.files(opened, name -> true).stream().map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(expected);
      assertOnlyTheOpenedOneWasTouched(before, turn);
    }
  }

  private static void write(Storage storage, String name) throws IOException {
    try (SegmentFile file = storage.open(name, Storage.Access.WRITE)) {
      ByteBuffer block = AlignedBuffers.allocate(BLOCK_BYTES).limit(BLOCK_BYTES);
      file.writeDurably(block, 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aDirectoryInsideIsReachedThroughTheOneThatWasOpened(Turn turn) throws IOException {
    givenThePath(turn);
    try (Storage storage = openStorage(path)) {
      storage.createDirectory();
      turn(turn);
      Map<String, String> before = otherBytes();
      boolean made = done(() -> {
        try (Storage inside = storage.in(storage.directory().resolve("quarantine"))) {
          inside.createDirectory();
          inside.create("kept", 0).close();
          inside.syncDirectory();
        }
      });
      if (made) assertThat(opened.resolve("quarantine/kept")).exists();
      assertOnlyTheOpenedOneWasTouched(before, turn);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aSnapshotsTargetThatTurnsGetsNoHalfOfIt(Turn turn) throws IOException {
    givenThePath(turn);
    try (Storage source = openStorage(temporary.resolve("source"));
        Storage target = source.in(source.directory().resolveSibling(path.getFileName().toString()))) {
      source.createDirectory();
      target.createDirectory();
      write(source, createdIn(source, "a.tmp"));
      turn(turn);
      Map<String, String> before = otherBytes();
      boolean linked = done(() -> assumeLinked(source, target));
      if (linked) assertThat(opened.resolve("a.tmp")).exists();
      if (!Files.exists(opened.resolve("a.tmp")) && done(() -> target.create("a.tmp", 0).close()))
        assertThat(opened.resolve("a.tmp")).exists();
      assertOnlyTheOpenedOneWasTouched(before, turn);
    }
  }

  private static String createdIn(Storage storage, String name) throws IOException {
    storage.create(name, 0).close();
    return name;
  }

  private static void assumeLinked(Storage source, Storage target) throws IOException {
    if (!source.link("a.tmp", target)) throw new IOException("no link: a copy is made instead");
  }

  @ParameterizedTest
  @EnumSource
  void theKeyIsThatOfTheDirectoryThatWasOpened(Turn turn) throws IOException {
    givenThePath(turn);
    try (Storage storage = openStorage(path)) {
      storage.createDirectory();
      Object key = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      assumeTrue(key != null, "directories have no keys here");
      assertThat(storage.directoryKey()).isEqualTo(key);
      turn(turn);
      boolean told = done(() -> assertThat(storage.directoryKey()).isEqualTo(key));
      assertThat(told || !Files.exists(path) || !Files.isSameFile(path, opened)).isTrue();
    }
  }

  // The log.

  @ParameterizedTest
  @EnumSource
  void aLogGoesOnInTheDirectoryThatItOpened(Turn turn) throws IOException {
    givenThePath(turn);
    long acknowledged = 0;
    long truncated = 0;
    WriteAheadLog log = open(path, LogTestBase::smallSegments);
    appendEntries(log, 30);
    turn(turn);
    Map<String, String> before = otherBytes();
    while (acknowledged < 150 && done(() -> log.append(entryPayload(log.currentSequence() + 1))))
      acknowledged = log.durableSequence();
    if (done(() -> log.snapshot(temporary.resolve("snapshot")))) {
      try (WriteAheadLog snapshot = open(temporary.resolve("snapshot"))) {
        assertThat(lines(snapshot.replay())).isEqualTo(entryLines(1, acknowledged));
      }
    }
    long forgotten = Math.min(60, acknowledged);
    if (done(() -> log.truncate(forgotten))) truncated = forgotten;
    while (acknowledged < 250 && done(() -> log.append(entryPayload(log.currentSequence() + 1))))
      acknowledged = log.durableSequence();
    if (acknowledged == 250 && done(() -> log.truncateAfter(240))) acknowledged = 240;
    Quietly.close(log);
    assertOnlyTheOpenedOneWasTouched(before, turn);
    assertHoldsAtLeast(truncated, Math.max(30, acknowledged));
  }

  /** Every record after {@code after} up to {@code last}, in the directory that was opened, where it is now. */
  private void assertHoldsAtLeast(long after, long last) throws IOException {
    try (WriteAheadLog log = open(opened)) {
      assertThat(log.recovery().damage()).isEmpty();
      List<String> found = lines(log.replay(after));
      assertThat(found).isEqualTo(entryLines(after + 1, after + found.size()));
      assertThat(after + found.size()).isGreaterThanOrEqualTo(last);
      log.append(bytes("goes on"));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aPathThatTurnsAmongAppendsSplitsNothing(Turn turn) throws Exception {
    givenThePath(turn);
    WriteAheadLog log = open(path, LogTestBase::smallSegments);
    AtomicLong acknowledged = new AtomicLong();
    AtomicBoolean enough = new AtomicBoolean();
    Together.Task<Void> appending = Together.begin(() -> {
      while (!enough.get() && done(() -> log.append(entryPayload(log.currentSequence() + 1)))) acknowledged.set(log.durableSequence());
      return null;
    });
    Together.await("a few records are there", () -> acknowledged.get() > 20 || appending.isDone());
    turn(turn);
    Map<String, String> before = otherBytes();
    long atTurn = acknowledged.get();
    Together.await("several segments were begun since", () -> acknowledged.get() > atTurn + 100 || appending.isDone());
    enough.set(true);
    appending.get();
    Quietly.close(log);
    assertOnlyTheOpenedOneWasTouchedBut(namesGivenInTheMoment(), before, turn);
    assertHoldsAtLeast(0, acknowledged.get());
  }

  @ParameterizedTest
  @EnumSource
  void aReaderGoesOnInTheDirectoryThatItOpened(Turn turn) throws IOException {
    givenThePath(turn);
    try (WriteAheadLog writer = open(path, LogTestBase::smallSegments)) {
      appendEntries(writer, 40);
    }
    List<String> seen = new ArrayList<>();
    try (WriteAheadLog reader = openReadOnly(path)) {
      turn(turn);
      Map<String, String> before = otherBytes();
      boolean read = done(() -> {
        try {
          seen.addAll(lines(reader.replay()));
        } catch (UncheckedIOException refused) {
          throw refused.getCause();
        }
      });
      if (read) assertThat(seen).isEqualTo(entryLines(1, 40));
      assertOnlyTheOpenedOneWasTouched(before, turn);
    }
  }
}
