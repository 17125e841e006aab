package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Writes to a log and remembers all that it ever held: each cut of the tail begins another history, whose records can be told from those
 * that had their sequences before. So a copy can be asked whether what it shows was ever so, and whether it says what is missing.
 */
public final class BackupHistory {
  private static final int FILLING_BYTES_MAX = 6000;
  private static final String COMMIT = "COMMIT";

  /** What the log held, by sequence, between two cuts: the last one is still growing. */
  private final List<NavigableMap<Long, String>> histories = new ArrayList<>(List.of(new TreeMap<>()));

  /** Records that have others of their batch behind them. */
  private final List<Set<Long>> insideBatches = new ArrayList<>(List.of(new TreeSet<>()));

  private final Random random;
  private WriteAheadLog log;
  private long truncated;
  private long lowestCut = Long.MAX_VALUE;

  /** What had been acknowledged when a copy was begun, or a first one made. */
  private NavigableMap<Long, String> noted = new TreeMap<>();

  BackupHistory(WriteAheadLog log, long seed) {
    this.log = log;
    this.random = new Random(seed);
  }

  /** The log was opened anew. */
  void goOnWith(WriteAheadLog opened) {
    log = opened;
  }

  // What a program does.

  void append() throws IOException {
    if (random.nextInt(4) == 0) {
      batch();
      return;
    }
    String text = text(log.currentSequence() + 1);
    now().put(log.append(text.getBytes(StandardCharsets.US_ASCII)), text);
  }

  private void batch() throws IOException {
    List<Operation> operations = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    int count = 1 + random.nextInt(3);
    for (int i = 0; i < count; i++) {
      texts.add(text(log.currentSequence() + 1 + i));
      operations.add(Operation.entry(texts.get(i).getBytes(StandardCharsets.US_ASCII)));
    }
    long first = log.appendBatch(operations).first();
    for (int i = 0; i < count; i++) now().put(first + i, texts.get(i));
    for (int i = 0; i < count; i++) insideBatches.get(insideBatches.size() - 1).add(first + i);
    now().put(first + count, COMMIT);
  }

  private String text(long sequence) {
    return "<" + sequence + " of history " + histories.size() + ">" + "x".repeat(random.nextInt(FILLING_BYTES_MAX));
  }

  void append(int count) throws IOException {
    for (int i = 0; i < count; i++) append();
  }

  void truncate() throws IOException {
    long through = Math.max(truncated, log.currentSequence() - random.nextInt(25));
    log.truncate(through);
    truncated = through;
  }

  /** Cuts some records away, whole batches of them. */
  void cut() throws IOException {
    Set<Long> inside = insideBatches.get(insideBatches.size() - 1);
    long last = log.currentSequence() - random.nextInt(20);
    while (inside.contains(last)) last--;
    last = Math.max(last, truncated);
    if (inside.contains(last)) return;
    log.truncateAfter(last);
    lowestCut = Math.min(lowestCut, last);
    histories.add(new TreeMap<>(now().headMap(last, true)));
    insideBatches.add(new TreeSet<>(((TreeSet<Long>) inside).headSet(last, true)));
  }

  private NavigableMap<Long, String> now() {
    return histories.get(histories.size() - 1);
  }

  /** From here on: what is there now is what a copy owes. */
  void note() {
    noted = new TreeMap<>(now());
    lowestCut = Long.MAX_VALUE;
  }

  long truncated() {
    return truncated;
  }

  // What a copy shows.

  /**
   * What can be read of a log, behind damage too, and all the damage that it tells of.
   *
   * @param pieces what an ordinary cursor shows, and then what lies behind each damaged place
   */
  public record Shown(List<NavigableMap<Long, String>> pieces, Set<Damage> damage) {
    public static Shown of(WriteAheadLog log) throws IOException {
      Shown shown = new Shown(new ArrayList<>(), new LinkedHashSet<>(log.recovery().damage()));
      long after = 0;
      for (Damage met = shown.readOn(log, after); met != null; met = shown.readOn(log, after)) {
        assertThat(met.lastLost()).as("%s", met).isGreaterThan(after);
        after = met.lastLost();
        shown.damage.add(met);
      }
      return shown;
    }

    private Damage readOn(WriteAheadLog log, long after) throws IOException {
      NavigableMap<Long, String> piece = new TreeMap<>();
      pieces.add(piece);
      try (WalCursor cursor = log.iterate(after)) {
        while (cursor.advance()) piece.put(cursor.sequence(), textOf(cursor));
        return cursor.damage().orElse(null);
      } catch (CorruptLogException e) {
        return e.damage().orElseThrow(() -> e);
      }
    }

    private static String textOf(WalCursor cursor) {
      return cursor.type() == RecordType.COMMIT ? COMMIT : StandardCharsets.US_ASCII.decode(cursor.valueView()).toString();
    }

    public boolean isSound() {
      return damage.isEmpty();
    }

    public NavigableMap<Long, String> records() {
      NavigableMap<Long, String> all = new TreeMap<>();
      pieces.forEach(all::putAll);
      return all;
    }

    /** Whether the damage that is told of covers a record: by its range, or because nothing tells what lies at that end of the log. */
    private boolean names(long sequence) {
      if (damage.stream().anyMatch(each -> each.firstLost() <= sequence && sequence <= each.lastLost())) return true;
      boolean withoutMark = damage.stream().anyMatch(each -> each.file().endsWith("log.mark"));
      NavigableMap<Long, String> records = records();
      boolean before = records.isEmpty() || sequence < records.firstKey();
      boolean behind = records.isEmpty() || sequence > records.lastKey();
      boolean endIsDamaged = damage.stream().anyMatch(each -> each.losesRecords() && each.firstLost() <= sequence);
      return behind && endIsDamaged || withoutMark && (before || behind);
    }
  }

  /**
   * What an ordinary cursor shows was in the log at one time, and so was what lies behind each damaged place; no record is missing between
   * two of them without being named.
   */
  void requireNothingInvented(Shown shown, String which) {
    for (NavigableMap<Long, String> piece : shown.pieces) requireOneHistory(piece, shown, which);
    NavigableMap<Long, String> records = shown.records();
    if (records.isEmpty()) return;
    for (long sequence = records.firstKey(); sequence <= records.lastKey(); sequence++)
      assertThat(records.containsKey(sequence) || shown.names(sequence)).as("%s: record %s is there or named", which, sequence).isTrue();
  }

  private void requireOneHistory(NavigableMap<Long, String> piece, Shown shown, String which) {
    int history = 0;
    while (history < histories.size() && !histories.get(history).entrySet().containsAll(piece.entrySet())) history++;
    assertThat(history)
        .as("%s: one of the histories holds %s; damage %s", which, brief(piece), shown.damage)
        .isLessThan(histories.size());
    if (!piece.isEmpty() && shown.isSound())
      assertThat(insideBatches.get(history).contains(piece.lastKey())).as("%s: the last batch is whole", which).isFalse();
  }

  /** What had been acknowledged when {@link #note} was called is there, or was truncated or cut since, or is named as lost. */
  void requireNothingLostInSilence(Shown shown, String which) {
    NavigableMap<Long, String> records = shown.records();
    for (long sequence : noted.tailMap(truncated, false).keySet()) {
      if (sequence > lowestCut) return;
      assertThat(records.containsKey(sequence) || shown.names(sequence))
          .as("%s: record %s, acknowledged up to %s; damage %s", which, sequence, noted.lastKey(), shown.damage).isTrue();
    }
  }

  /** The same, and nothing of it is lost. */
  void requireAllThere(Shown shown, String which) {
    assertThat(shown.records().entrySet()).as("%s: damage %s", which, shown.damage).containsAll(noted.tailMap(truncated, false).entrySet());
  }

  private static String brief(NavigableMap<Long, String> records) {
    return records.isEmpty() ? "nothing" : records.firstKey() + ".." + records.lastKey();
  }
}
