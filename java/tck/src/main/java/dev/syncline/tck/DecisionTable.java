package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.DecisionCase.Loss;
import dev.syncline.tck.DecisionRow.Outcome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Every combination of evidence, by row of the decision table, and how an opened log is held against it.
 *
 * <p>The expectations are the table of {@code FORMAT.md} in code, from what was done to the files; nothing here reads a file.
 */
public final class DecisionTable {
  private static final Map<DecisionRow, List<DecisionCase>> CASES = new EnumMap<>(DecisionRow.class);

  static {
    for (DecisionRow row : DecisionRow.values()) CASES.put(row, new ArrayList<>());
    for (List<DecisionCase> part : List.of(NewestSegmentTable.cases(), OlderSegmentTable.cases(), FilesTable.cases()))
      for (DecisionCase each : part) CASES.get(each.row()).add(each);
  }

  /** Opens a storage on which the image lies; each call on the same one opens the same files. */
  public interface Disk {
    Storage open() throws IOException;
  }

  private DecisionTable() {}

  public static List<DecisionCase> cases(DecisionRow row) {
    return List.copyOf(CASES.get(row));
  }

  public static void judge(DecisionCase each, Disk disk) throws IOException {
    try {
      judgeOpened(each, disk);
    } catch (IOException | RuntimeException | AssertionError e) {
      throw new AssertionError(each + ": " + e.getMessage(), e);
    }
  }

  private static void judgeOpened(DecisionCase each, Disk disk) throws IOException {
    Storage storage = disk.open();
    WriteAheadLog log = open(each, storage);
    try {
      if (each.loss() != null) judgeLoss(each, log);
      else judgeRepaired(each, log, storage);
      if (each.loss() == null) judgeOpenedAgain(each, disk);
    } finally {
      Quietly.close(log);
    }
  }

  private static void judgeOpenedAgain(DecisionCase each, Disk disk) throws IOException {
    WriteAheadLog again = open(each, disk.open());
    try {
      List<Long> more = new ArrayList<>(each.readable());
      more.add(each.next());
      assertThat(sequences(again)).as("read again").isEqualTo(more);
      assertThat(again.recovery().damage()).as("damage when opened again").isEmpty();
    } finally {
      Quietly.close(again);
    }
  }

  private static WriteAheadLog open(DecisionCase each, Storage storage) throws IOException {
    WalOptions options = WalOptions.builder()
        .blockSize(ForgedLog.BLOCK_BYTES).maxSegmentSize(1 << 16).markInterval(Duration.ofHours(1))
        .verifyOnOpen(each.verification()).build();
    return WriteAheadLog.open(storage, options);
  }

  /** The sequences that a cursor shows, and the failure that ends it, or null. */
  private static CorruptLogException readInto(WalCursor cursor, List<Long> sequences) {
    try {
      while (cursor.hasNext()) sequences.add(cursor.next().sequence());
      return null;
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CorruptLogException corrupt) return corrupt;
      throw e;
    }
  }

  private static List<Long> sequences(WriteAheadLog log) throws IOException {
    List<Long> read = new ArrayList<>();
    try (WalCursor cursor = log.iterate()) {
      assertThat(readInto(cursor, read)).as("a cursor fails").isNull();
      assertThat(cursor.damage()).as("a cursor stops at damage").isEmpty();
    }
    return read;
  }

  private static void judgeRepaired(DecisionCase each, WriteAheadLog log, Storage storage) throws IOException {
    Outcome outcome = each.row().outcome();
    assertThat(log.recovery().damage()).as("damage").isEmpty();
    assertThat(log.recovery().writable()).as("writable").isTrue();
    assertThat(log.recovery().fresh()).as("fresh").isEqualTo(outcome == Outcome.FRESH);
    assertThat(log.recovery().trimmedBytes() > 0).as("something was trimmed").isEqualTo(outcome == Outcome.TRIM);
    assertThat(log.recovery().quarantined().isEmpty()).as("nothing in quarantine").isEqualTo(outcome != Outcome.TRIM);
    if (each.deleted() != null) assertThat(storage.list()).as("files").doesNotContain(each.deleted());
    if (each.deleted() != null) assertThat(log.recovery().notes()).as("notes").anyMatch(note -> note.contains(each.deleted()));
    assertThat(sequences(log)).as("what is read").isEqualTo(each.readable());
    assertThat(log.append(ForgedLog.payload(each.next()))).as("the next sequence").isEqualTo(each.next());
  }

  private static void judgeLoss(DecisionCase each, WriteAheadLog log) throws IOException {
    Loss loss = each.loss();
    boolean records = loss.last() >= loss.first();
    List<Long> read = new ArrayList<>();
    try (WalCursor cursor = log.iterate()) {
      CorruptLogException thrown = readInto(cursor, read);
      assertThat(read).as("what is read before the damage").isEqualTo(each.readable());
      assertThat(thrown != null || cursor.damage().isPresent()).as("the cursor tells of damage").isEqualTo(records);
      if (records) judge(loss, thrown != null ? thrown.damage().orElseThrow() : cursor.damage().orElseThrow());
    }
    if (!loss.atOpen()) return;
    assertThat(log.recovery().damage()).as("damage").isNotEmpty();
    judge(loss, log.recovery().damage().get(0));
    assertThat(log.recovery().writable()).as("writable").isFalse();
    assertThatThrownBy(() -> log.append(new byte[1])).isInstanceOf(CorruptLogException.class);
  }

  private static void judge(Loss loss, Damage told) {
    assertThat(told.file().getFileName().toString()).as("file of %s", told).isEqualTo(loss.file());
    assertThat(told.firstLost()).as("first lost of %s", told).isEqualTo(loss.first());
    assertThat(told.lastLost()).as("last lost of %s", told).isEqualTo(loss.last());
    assertThat(told.problem()).isNotBlank();
  }
}
