package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.IncompatibleLogException;
import dev.syncline.SynclineException;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** What a log says to arguments and directories that make no sense: promise 24. */
public abstract class ArgumentContract extends LogTestBase {

  @Test
  void nullIsRefusedByTheNameOfTheArgument() throws IOException {
    WriteAheadLog log = open();
    Map<String, EveryCall.Call> calls = new LinkedHashMap<>();
    calls.put("key", () -> log.put(null, bytes("v")));
    calls.put("value", () -> log.put(bytes("k"), null));
    calls.put("key ", () -> log.delete(null));
    calls.put("payload", () -> log.append((byte[]) null));
    calls.put("op", () -> log.append((dev.syncline.Operation) null));
    calls.put("op ", () -> log.appendAsync(null).durable());
    calls.put("op  ", () -> log.appendBatch(null));
    calls.put(" op", () -> log.appendBatch(Arrays.asList(dev.syncline.Operation.entry(bytes("e")), null)));
    calls.put("target", () -> log.snapshot(null));
    calls.forEach((argument, call) ->
        assertThatThrownBy(call::run)
            .as(argument)
            .isInstanceOf(NullPointerException.class)
            .hasMessageContaining(argument.strip()));
    assertThat(log.currentSequence()).isZero();
    assertThat(log.append(bytes("the log goes on"))).isEqualTo(1);
  }

  @Test
  void openingWithoutADirectoryOrOptionsIsRefused() {
    assertThatThrownBy(() -> WriteAheadLog.open((Path) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("directory");
    assertThatThrownBy(() -> WriteAheadLog.open(directory(), null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("options");
    assertThat(directory()).doesNotExist();
  }

  @Test
  void negativeSequencesAreRefusedByTheirValue() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    List<EveryCall.Call> calls = List.of(
        () -> log.replay(-7), () -> log.iterate(-7), () -> log.tail(-7), () -> log.read(-7), () -> log.truncate(-7),
        () -> log.truncateAfter(-7), () -> log.awaitDurable(-7), () -> log.checkpoint(-7));
    for (EveryCall.Call call : calls)
      assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("-7");
    assertThat(lines(log.iterate())).isEqualTo(entryLines(1, 3));
  }

  @Test
  void sequencesBeyondTheEndAreRefusedWithTheEnd() throws IOException {
    WriteAheadLog log = open();
    appendEntries(log, 3);
    List<EveryCall.Call> calls =
        List.of(() -> log.truncate(99), () -> log.truncateAfter(99), () -> log.awaitDurable(99), () -> log.checkpoint(99));
    for (EveryCall.Call call : calls)
      assertThatThrownBy(call::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("99")
          .hasMessageMatching("(?s).*\\b3\\b.*");
    assertThat(lines(log.iterate())).isEqualTo(entryLines(1, 3));
  }

  @Test
  void aFileWhereTheDirectoryShouldBeIsRefusedAndLeftAlone() throws IOException {
    Path file = Files.writeString(temporary.resolve("file"), "precious");
    Throwable refused = catchThrowable(() -> open(file));
    assertThat(refused).isInstanceOf(IOException.class).hasMessageContaining(file.toString());
    assertThat(Files.readString(file)).isEqualTo("precious");
  }

  @Test
  void missingParentDirectoriesAreCreated() throws IOException {
    Path deep = temporary.resolve("a/b/c");
    open(deep).append(bytes("first"));
    assertThat(lines(open(deep).replay())).containsExactly("1 ENTRY first");
  }

  @Test
  void optionsThatContradictEachOtherAreRefusedWithBothValues() {
    assertThatThrownBy(() -> WalOptions.builder().maxRecordSize(2000).maxBatchSize(1000).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2000")
        .hasMessageContaining("1000");
    assertThatThrownBy(() -> WalOptions.builder().maxSegmentSize(2000).maxLogSize(1000).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2000")
        .hasMessageContaining("1000");
    assertThatThrownBy(() -> WalOptions.builder().blockSize(1000))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1000");
    assertThatThrownBy(() -> WalOptions.builder().maxSegmentSize(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0");
  }

  @Test
  void aSegmentOfANewerFormatIsRefusedWithBothVersions() throws IOException {
    givenClosedLog(40);
    Path newest = DirectoryBytes.newestWalFile(directory());
    writeFormatVersion(newest, 777);
    assertRefusedAndUnchanged(directory(), "777", newest.getFileName().toString());
  }

  /** The place of the version and of the header's checksum are the same in every version. */
  private static void writeFormatVersion(Path segment, int version) throws IOException {
    ByteBuffer header = ByteBuffer.wrap(DirectoryBytes.read(segment, 0, 128)).order(ByteOrder.LITTLE_ENDIAN);
    header.putShort(8, (short) version);
    CRC32C crc = new CRC32C();
    crc.update(header.array(), 0, 124);
    header.putInt(124, (int) crc.getValue());
    DirectoryBytes.write(segment, 0, header.array());
  }

  @Test
  void aSegmentOfAnotherLogIsRefusedOrReportedAndNeverRead() throws IOException {
    Path mine = temporary.resolve("mine");
    Path foreign = temporary.resolve("foreign");
    try (WriteAheadLog log = open(mine, LogTestBase::smallSegments);
        WriteAheadLog other = open(foreign, LogTestBase::smallSegments)) {
      appendEntries(log, 40);
      for (int i = 0; i < 40; i++) other.append(bytes("foreign " + i));
    }
    Path replaced = copyOf(mine);
    Path second = DirectoryBytes.walFiles(replaced).get(1);
    Files.copy(foreign.resolve(second.getFileName()), second, StandardCopyOption.REPLACE_EXISTING);
    assertRefusedAndUnchanged(replaced, second.getFileName().toString(), "another log");

    Path added = copyOf(mine);
    Path next = added.resolve(String.format(Locale.ROOT, "%020d.wal", DirectoryBytes.walFiles(mine).size() + 1));
    Files.copy(foreign.resolve(String.format(Locale.ROOT, "%020d.wal", 1)), next);
    assertRefusedAndUnchanged(added, next.getFileName().toString(), "another log");
  }

  @Test
  void aFileThatOnlyLooksLikeASegmentIsRefusedByName() throws IOException {
    givenClosedLog(10);
    Files.writeString(directory().resolve("notes.wal"), "not a segment");
    assertRefusedAndUnchanged(directory(), "notes.wal", ".wal");
  }

  @Test
  void filesOfOtherKindsAreLeftAlone() throws IOException {
    givenClosedLog(10);
    Files.writeString(directory().resolve("README.txt"), "who put this here?");
    try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
      appendEntries(log, 40);
      log.truncate(30);
      assertThat(lines(log.replay())).isEqualTo(entryLines(31, 50));
    }
    assertThat(Files.readString(directory().resolve("README.txt"))).isEqualTo("who put this here?");
  }

  /** Refused by the log's own exception, which names the file and says what was found; segments and mark stay. */
  private void assertRefusedAndUnchanged(Path directory, String... evidence) throws IOException {
    Map<String, String> before =
        DirectoryBytes.fingerprint(directory, name -> name.endsWith(".wal") || name.equals("log.mark"));
    Throwable refused = catchThrowable(() -> open(directory, LogTestBase::smallSegments));
    assertThat(refused).isInstanceOf(IncompatibleLogException.class).isInstanceOf(SynclineException.class);
    assertThat(refused).hasMessageContainingAll(evidence);
    assertThat(DirectoryBytes.fingerprint(directory, before::containsKey)).isEqualTo(before);
  }
}
