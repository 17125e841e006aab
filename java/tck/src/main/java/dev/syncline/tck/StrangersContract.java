package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.CorruptionPolicy;
import dev.syncline.IncompatibleLogException;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What somebody else keeps in a log's directory: promise 34. Only whole names of those that FORMAT.md lists are ever the log's. */
public abstract class StrangersContract extends LogTestBase {
  private static final String ARABIC_ZEROS = "\u0660".repeat(19);

  /** Each is nearly one of a log's names. */
  private static final List<String> NAMES = List.of(
      "notes.tmp", "2024.free", "x.ready", ".tmp", "0000000000000000000a.free", "000000000000000000001.free", "00000000000000000000.free",
      "00000000000000000001.free.old", "00000000000000000001.FREE", "00000000000000000001.wal.tmp.bak", "old-log.mark.tmp", "log.mark.TMP",
      "+0000000000000000001.ready", "00000000000000000001.wal.free", "probe-1.tmp", "probe-0123456789ABCDEF.tmp", "log.lock.tmp",
      "back\\slash.tmp", "line\nbreak.free", "00000000000000000001.free\n", " .tmp", ARABIC_ZEROS + "\u0661.free");

  /** Names that some locales cannot tell, as the shell prints them: the last is no text in UTF-8. */
  private static final List<String> PRINTED = List.of("x\\377.tmp", "\\377\\376.free");

  enum Use {
    WRITE((directory, test) -> {
      for (int i = 0; i < 2; i++) {
        try (WriteAheadLog log = test.open(directory, LogTestBase::smallSegments)) {
          appendEntries(log, 60);
          log.truncate(log.currentSequence() - 20);
          log.truncateAfter(log.currentSequence() - 5);
        }
      }
    }),
    RECOVER((directory, test) -> {
      appendEntries(test.open(directory, LogTestBase::smallSegments), 10);
      test.open(directory, LogTestBase::smallSegments).close();
    }),
    REPAIR((directory, test) -> {
      DirectoryBytes.flipByte(DirectoryBytes.walFiles(directory).get(1), FRAMES_START_BYTES + BLOCK_BYTES + 100);
      try (WriteAheadLog log = test.open(directory, options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
        log.append(bytes("on"));
      }
    }),
    READ((directory, test) -> {
      WriteAheadLog reader = test.openReadOnly(directory);
      assertThat(reader.verify().ok()).isTrue();
      assertThat(lines(reader.replay())).isEqualTo(entryLines(1, 40));
      reader.snapshot(directory.resolveSibling("snapshot-of-a-reader"));
    }),
    VERIFY_AND_COPY((directory, test) -> {
      try (WriteAheadLog log = test.open(directory, LogTestBase::smallSegments)) {
        assertThat(log.verify().ok()).isTrue();
        log.snapshot(directory.resolveSibling("snapshot"));
      }
    });

    private interface Step {
      void make(Path directory, StrangersContract test) throws IOException;
    }

    private final Step step;

    Use(Step step) {
      this.step = step;
    }
  }

  @ParameterizedTest
  @EnumSource(Use.class)
  void whatSomebodyElseKeepsInTheDirectoryIsLeftAlone(Use use) throws Exception {
    givenClosedLog(40);
    List<Path> strangers = new ArrayList<>();
    for (String name : NAMES) addStranger(strangers, name);
    Path outside = Files.writeString(temporary.resolve("outside"), "outside");
    strangers.add(Files.createDirectory(directory().resolve("directory.tmp")));
    strangers.add(Files.createSymbolicLink(directory().resolve("link.free"), outside));
    strangers.add(Files.createSymbolicLink(directory().resolve("nowhere.ready"), Path.of("nowhere")));
    shell("mkfifo pipe.tmp");
    strangers.add(directory().resolve("pipe.tmp"));
    for (String printed : PRINTED) shell("printf stranger > \"$(printf '" + printed + "')\"");
    TreeSet<String> before = names("\uFFFD", "\u00FF");
    use.step.make(directory(), this);
    for (Path stranger : strangers) assertThat(Files.exists(stranger, LinkOption.NOFOLLOW_LINKS)).as("%s", stranger).isTrue();
    for (Path file : strangers) if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) assertThat(file).hasContent("a stranger's");
    assertThat(outside).hasContent("outside");
    assertThat(names("\uFFFD", "\u00FF")).as("names that are no text").isEqualTo(before);
  }

  private void addStranger(List<Path> strangers, String name) throws IOException {
    try {
      strangers.add(Files.writeString(directory().resolve(name), "a stranger's"));
    } catch (InvalidPathException e) {
      // This process's locale has no such name.
    }
  }

  private void shell(String command) throws IOException, InterruptedException {
    Process shell = new ProcessBuilder("sh", "-c", command).directory(directory().toFile()).inheritIO().start();
    assumeTrue(shell.waitFor(120, TimeUnit.SECONDS) && shell.exitValue() == 0, command);
  }

  /** Names with any of these in them. */
  private TreeSet<String> names(String... parts) throws IOException {
    TreeSet<String> found = new TreeSet<>();
    try (Stream<Path> entries = Files.list(directory())) {
      entries.map(entry -> entry.getFileName().toString())
          .filter(name -> Stream.of(parts).anyMatch(name::contains))
          .forEach(found::add);
    }
    return found;
  }

  enum Kind { DIRECTORY, LINK, LINK_TO_NOTHING, PIPE }

  @ParameterizedTest
  @CsvSource({
    "00000000000000000099.wal, DIRECTORY", "00000000000000000099.wal, LINK", "00000000000000000099.wal, PIPE",
    "00000000000000000099.wal, LINK_TO_NOTHING", "00000000000000000007.free, DIRECTORY", "00000000000000000007.free, LINK",
    "00000000000000000001.ready, DIRECTORY", "00000000000000000001.wal.tmp, LINK", "log.mark.tmp, DIRECTORY", "log.mark.tmp, PIPE",
    "probe-0123456789abcdef.tmp, LINK_TO_NOTHING"
  })
  void whatIsNoPlainFileUnderALogsNameIsRefusedByItsName(String name, Kind kind) throws Exception {
    givenClosedLog(40);
    put(name, kind);
    assertRefused(name);
  }

  @ParameterizedTest
  @ValueSource(strings = {"log.mark", "log.lock", "log.pid"})
  void soItIsInADirectoryWithoutALog(String name) throws Exception {
    for (Kind kind : Kind.values()) {
      Files.createDirectories(directory());
      put(name, kind);
      assertRefused(name);
      Files.delete(directory().resolve(name));
      Files.deleteIfExists(temporary.resolve("elsewhere"));
    }
  }

  private void put(String name, Kind kind) throws Exception {
    Path place = directory().resolve(name);
    if (kind == Kind.DIRECTORY) Files.createDirectory(place);
    if (kind == Kind.LINK) Files.createSymbolicLink(place, Files.writeString(temporary.resolve("elsewhere"), "elsewhere"));
    if (kind == Kind.LINK_TO_NOTHING) Files.createSymbolicLink(place, Path.of("nothing"));
    if (kind == Kind.PIPE) shell("mkfifo " + name);
  }

  private void assertRefused(String name) throws IOException {
    var before = DirectoryBytes.fingerprint(directory());
    assertThatThrownBy(this::open).isInstanceOf(IncompatibleLogException.class).hasMessageContaining(name).hasMessageContaining("plain");
    assertThatThrownBy(() -> openReadOnly(directory())).isInstanceOf(IncompatibleLogException.class).hasMessageContaining(name);
    assertThat(DirectoryBytes.fingerprint(directory())).isEqualTo(before);
    assertThat(Files.exists(directory().resolve(name), LinkOption.NOFOLLOW_LINKS)).isTrue();
  }

  /** What an interrupted log has left is its own, and goes. */
  @Test
  void whatALogHasLeftIsSweptAway() throws IOException {
    givenClosedLog(40);
    List<String> own = List.of(
        "00000000000000000001.ready", "00000000000000000001.free", "00000000000000000001.wal.tmp", "log.mark.tmp",
        "probe-0123456789abcdef.tmp");
    for (String name : own) Files.writeString(directory().resolve(name), "left over");
    open(LogTestBase::smallSegments).close();
    for (String name : own) assertThat(directory().resolve(name)).doesNotExist();
  }
}
