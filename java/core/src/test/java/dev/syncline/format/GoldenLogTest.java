package dev.syncline.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.IncompatibleLogException;
import dev.syncline.Operation;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.nio.NioStorage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A whole log, byte for byte: what this library writes is what version 2 is, what version 2 wrote can be read, and FORMAT.md shows exactly
 * that; a log of version 1 is refused. Run with {@code -Dsyncline.golden.update=true} to write files and dump anew after a
 * deliberate change.
 */
class GoldenLogTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final Path GOLDEN_OF_VERSION_ONE = Path.of("src/test/resources/golden-v1");
  private static final Path FORMAT = Path.of("FORMAT.md");
  private static final String BEGIN = "<!-- The dumps below are written by GoldenLogTest. -->\n";
  private static final String END = "<!-- End of the dumps. -->\n";
  private static final List<String> FILES = List.of(SegmentName.of(1), SegmentName.of(2), SegmentName.MARK);

  @TempDir static Path written;

  @BeforeAll
  static void writeTheLog() throws IOException {
    AtomicLong identifiers = new AtomicLong(0x1000000000000000L);
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-12-01T12:00:00Z"));
    WalOptions options = WalOptions.builder()
        .maxSegmentSize(24576)
        .clock(now::get)
        .joinCommitsWithin(Duration.ofSeconds(1))
        .markInterval(Duration.ofDays(1))
        .identifiers(() -> identifiers.getAndAdd(0x1000000000000001L))
        .build();
    try (WriteAheadLog log = WriteAheadLog.open(NioStorage.open(written, 4096, false), options)) {
      log.put(ascii("a"), ascii("one"));
      log.appendBatch(List.of(Operation.put(ascii("b"), ascii("two")), Operation.delete(ascii("a"))));
      // Too late to join the frame of the others.
      now.updateAndGet(time -> time.plusSeconds(1));
      log.checkpoint();
      // And here the segment is full.
      now.updateAndGet(time -> time.plusSeconds(1));
      log.put(ascii("c"), ascii("three"));
    }
    settleCounter();
    if (!Boolean.getBoolean("syncline.golden.update")) return;
    Files.createDirectories(GOLDEN);
    for (String file : FILES) Files.write(GOLDEN.resolve(file), Files.readAllBytes(written.resolve(file)));
    String text = Files.readString(FORMAT);
    int begin = text.indexOf(BEGIN) + BEGIN.length();
    Files.writeString(FORMAT, text.substring(0, begin) + dumps() + text.substring(text.indexOf(END)));
  }

  /** How often the mark was written in the background depends on the moment; everything else in it does not. */
  private static void settleCounter() throws IOException {
    Path file = written.resolve(SegmentName.MARK);
    ByteBuffer slots = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    Mark mark = Mark.decode(slots, 0);
    assertThat(Mark.decode(slots, Layout.MARK_SLOT_SPACING_BYTES)).as("the slots are twins").isEqualTo(mark);
    mark.withCounter(4).encode(slots, 0);
    mark.withCounter(4).encode(slots, Layout.MARK_SLOT_SPACING_BYTES);
    Files.write(file, slots.array());
  }

  @Test
  void theFirstSegmentIsWrittenAsEver() throws IOException {
    assertThat(dump(written, SegmentName.of(1))).isEqualTo(dump(GOLDEN, SegmentName.of(1)));
  }

  @Test
  void theSecondSegmentIsWrittenAsEver() throws IOException {
    assertThat(dump(written, SegmentName.of(2))).isEqualTo(dump(GOLDEN, SegmentName.of(2)));
  }

  @Test
  void theMarkIsWrittenAsEver() throws IOException {
    assertThat(dump(written, SegmentName.MARK)).isEqualTo(dump(GOLDEN, SegmentName.MARK));
  }

  @Test
  void theClosedLogHoldsNoOtherFileButTheLock() throws IOException {
    try (var files = Files.list(written)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder(SegmentName.of(1), SegmentName.of(2), SegmentName.MARK, SegmentName.LOCK);
    }
  }

  @Test
  void whatVersionTwoWroteIsReadBack(@TempDir Path copy) throws IOException {
    for (String file : FILES) Files.copy(GOLDEN.resolve(file), copy.resolve(file));
    try (WriteAheadLog log = WriteAheadLog.open(NioStorage.open(copy, 4096, false), WalOptions.defaults())) {
      assertThat(log.recovery().closedCleanly()).isTrue();
      assertThat(log.currentSequence()).isEqualTo(6);
      assertThat(log.lastCheckpoint()).isEqualTo(5);
      assertThat(log.verify().damage()).isEmpty();
      try (WalCursor all = log.iterate()) {
        StringBuilder seen = new StringBuilder();
        all.forEachRemaining(r -> seen.append(r.sequence()).append(' ').append(r.type()).append(' ')
            .append(new String(r.key(), StandardCharsets.US_ASCII)).append(';'));
        assertThat(seen).hasToString("1 PUT a;2 PUT b;3 DELETE a;4 COMMIT ;5 CHECKPOINT ;6 PUT c;");
      }
      assertThat(log.put(ascii("d"), ascii("four"))).isEqualTo(7);
    }
  }

  @Test
  void aLogOfVersionOneIsRefusedWithTheWayOn(@TempDir Path copy) throws IOException {
    for (String file : FILES) Files.copy(GOLDEN_OF_VERSION_ONE.resolve(file), copy.resolve(file));
    for (boolean marked : new boolean[] {true, false}) {
      if (!marked) Files.delete(copy.resolve(SegmentName.MARK));
      Map<String, String> before = content(copy);
      String told = copy.resolve(marked ? SegmentName.MARK : SegmentName.of(1)) + " was written in format version 1, this library reads"
          + " version 2. Version 1 was written by Syncline 0.1-SNAPSHOT: read the log with that one ('syncline export DIR'), and give what"
          + " it prints to this one ('syncline import NEW_DIR'); nothing was changed.";
      assertThatThrownBy(() -> WriteAheadLog.open(copy)).isInstanceOf(IncompatibleLogException.class).hasMessage(told);
      assertThatThrownBy(() -> WriteAheadLog.openReadOnly(copy)).isInstanceOf(IncompatibleLogException.class).hasMessage(told);
      assertThat(content(copy)).isEqualTo(before);
    }
  }

  private static Map<String, String> content(Path directory) throws IOException {
    Map<String, String> found = new TreeMap<>();
    for (String file : FILES) if (Files.exists(directory.resolve(file))) found.put(file, dump(directory, file));
    return found;
  }

  @Test
  void theFormatDescriptionShowsExactlyTheseBytes() throws IOException {
    assertThat(Files.readString(FORMAT)).contains(BEGIN + dumps() + END);
  }

  private static String dumps() throws IOException {
    StringBuilder out = new StringBuilder();
    for (String file : FILES) out.append('\n').append('`').append(file).append("`\n```\n").append(dump(GOLDEN, file)).append("```\n");
    return out.append('\n').toString();
  }

  private static String dump(Path directory, String file) throws IOException {
    return Bytes.dump(Files.readAllBytes(directory.resolve(file)));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
