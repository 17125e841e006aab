package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.RecordTooLargeException;
import dev.syncline.RecordType;
import dev.syncline.RecordsTruncatedException;
import dev.syncline.SequenceRange;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The part of the contract that holds for every log with these operations, also for one that is more than files in a directory:
 * sequences, cursors, truncation, arguments (promises 1 to 9, 12 and 24). Crashes and damage are other classes' matter.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class OperationsContract {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  public static final int RECORD_BYTES_MAX = 256 << 10;
  public static final int BATCH_BYTES_MAX = 384 << 10;

  @TempDir(factory = KitDirectory.class)
  protected Path temporary;

  private LogOperations log;

  /**
   * Opens the log of {@link #temporary}, which may hold one from before, with {@link #RECORD_BYTES_MAX} and {@link
   * #BATCH_BYTES_MAX} as its limits.
   */
  protected abstract LogOperations open() throws IOException;

  @BeforeEach
  final void openFresh() throws IOException {
    log = open();
  }

  @AfterEach
  final void closeLast() throws IOException {
    log.close();
  }

  private void reopen() throws IOException {
    log.close();
    log = open();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private long entry(String text) throws IOException {
    return log.append(Operation.entry(bytes(text)));
  }

  private void entries(int count) throws IOException {
    for (int i = 1; i <= count; i++) entry("entry-" + i);
  }

  private static List<String> lines(WalCursor cursor) {
    List<String> lines = new ArrayList<>();
    try (cursor) {
      while (cursor.hasNext()) lines.add(line(cursor.next()));
    }
    return lines;
  }

  private static String line(WalRecord record) {
    String text = record.sequence() + " " + record.type();
    if (!record.type().isData()) return text;
    String key = new String(record.key(), StandardCharsets.UTF_8);
    String value = new String(record.value(), StandardCharsets.UTF_8);
    return text + " " + (record.type() == RecordType.PUT ? key + "=" + value : key + value);
  }

  /** 1 PUT, 2 and 3 a batch with its COMMIT 4, 5 CHECKPOINT, 6 DELETE. */
  private void dataAndMarkers() throws IOException {
    log.append(Operation.put(bytes("a"), bytes("1")));
    log.appendBatch(List.of(Operation.put(bytes("x"), bytes("2")), Operation.entry(bytes("y"))));
    log.checkpoint(1);
    log.append(Operation.delete(bytes("a")));
  }

  // Promises 1 to 4: sequences.

  @Test
  void aFreshLogIsEmptyAndSaysSo() throws IOException {
    assertThat(log.currentSequence()).isZero();
    assertThat(log.firstSequence()).isEqualTo(1);
    assertThat(log.lastCheckpoint()).isZero();
    assertThat(log.lastCheckpointCovers()).isZero();
    assertThat(lines(log.iterate(0))).isEmpty();
    assertThat(log.read(1)).isEmpty();
  }

  @Test
  void recordsAndMarkersCountTogetherAndSayWhatTheyMark() throws IOException {
    dataAndMarkers();
    assertThat(log.currentSequence()).isEqualTo(6);
    assertThat(log.lastCheckpoint()).isEqualTo(5);
    assertThat(log.lastCheckpointCovers()).isEqualTo(1);
    assertThat(log.checkpoint()).isEqualTo(7);
    assertThat(log.lastCheckpointCovers()).isEqualTo(6);
    assertThat(log.read(4).orElseThrow().marked()).as("a COMMIT names the first of its batch").isEqualTo(2);
    assertThat(log.read(5).orElseThrow().marked()).isEqualTo(1);
  }

  @Test
  void aBatchSaysItsSequencesAndItsCommitTakesTheNext() throws IOException {
    List<Operation> batch = List.of(Operation.entry(bytes("a")), Operation.entry(bytes("b")), Operation.entry(bytes("c")));
    assertThat(log.appendBatch(batch)).isEqualTo(new SequenceRange(1, 3));
    assertThat(entry("next")).isEqualTo(5);
    assertThat(log.appendBatch(List.of(Operation.entry(bytes("alone"))))).isEqualTo(new SequenceRange(6, 6));
    assertThat(log.currentSequence()).isEqualTo(7);
  }

  @Test
  void sequencesGoOnAfterReopeningEvenWhenEverythingWasTruncated() throws IOException {
    dataAndMarkers();
    List<String> before = lines(log.iterate(0));
    reopen();
    assertThat(lines(log.iterate(0))).isEqualTo(before);
    assertThat(log.lastCheckpoint()).isEqualTo(5);
    log.truncate(6);
    reopen();
    assertThat(log.firstSequence()).isEqualTo(7);
    assertThat(log.lastCheckpoint()).as("known though its record is gone").isEqualTo(5);
    assertThat(log.lastCheckpointCovers()).isEqualTo(1);
    assertThat(entry("next")).isEqualTo(7);
  }

  @Test
  void appendsAtTheSameTimeGetSequencesWithoutGapsOrDoubles() throws Exception {
    List<Together.Task<Void>> tasks = new ArrayList<>();
    TreeSet<Long> sequences = new TreeSet<>();
    for (int thread = 0; thread < 4; thread++) {
      tasks.add(Together.begin(() -> {
        for (int i = 0; i < 25; i++) {
          long sequence = entry("x");
          synchronized (sequences) {
            sequences.add(sequence);
          }
        }
        return null;
      }));
    }
    for (Together.Task<Void> task : tasks) task.get();
    assertThat(sequences).hasSize(100);
    assertThat(sequences.last()).isEqualTo(100);
  }

  @Test
  void asynchronousAppendsCompleteWithTheirSequences() throws IOException {
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (int i = 0; i < 50; i++) futures.add(log.appendAsync(Operation.entry(bytes("async " + i))));
    log.checkpoint();
    for (int i = 0; i < 50; i++) {
      assertThat(futures.get(i).join()).isEqualTo(i + 1);
      assertThat(line(log.read(i + 1).orElseThrow())).isEqualTo(i + 1 + " ENTRY async " + i);
    }
  }

  // Promises 5 to 8: reading.

  @Test
  void replayShowsDataAndIterateShowsMarkersTooBothBehindTheirArgument() throws IOException {
    dataAndMarkers();
    List<String> all = List.of("1 PUT a=1", "2 PUT x=2", "3 ENTRY y", "4 COMMIT", "5 CHECKPOINT", "6 DELETE a");
    for (int after = 0; after <= 7; after++) {
      List<String> expected = all.subList(Math.min(after, 6), 6);
      assertThat(lines(log.iterate(after))).isEqualTo(expected);
      assertThat(lines(log.replay(after))).isEqualTo(expected.stream().filter(line -> !line.matches("[45] .*")).toList());
    }
  }

  @Test
  void aCursorEndsAtWhatWasThereWhenItWasOpened() throws IOException {
    entries(3);
    try (WalCursor cursor = log.iterate(1)) {
      entries(2);
      assertThat(cursor.next().sequence()).isEqualTo(2);
      assertThat(cursor.next().sequence()).isEqualTo(3);
      assertThat(cursor.hasNext()).isFalse();
      assertThatThrownBy(cursor::next).isInstanceOf(NoSuchElementException.class);
      assertThat(cursor.next(Duration.ZERO)).isEmpty();
      assertThat(cursor.damage()).isEmpty();
    }
  }

  @Test
  void readFindsEveryRecordThatThereIsAndNoOther() throws IOException {
    dataAndMarkers();
    log.truncate(2);
    for (long sequence : new long[] {0, 1, 2, 7, 1000}) assertThat(log.read(sequence)).as("%d", sequence).isEmpty();
    for (long sequence = 3; sequence <= 6; sequence++) assertThat(log.read(sequence).orElseThrow().sequence()).isEqualTo(sequence);
  }

  @Test
  void recordsOfEverySizeComeBackAsTheyWere() throws IOException {
    Random random = new Random(11);
    List<byte[]> values = new ArrayList<>();
    for (int size : new int[] {0, 1, 511, 4096, 100_000, RECORD_BYTES_MAX}) {
      byte[] value = new byte[size];
      random.nextBytes(value);
      values.add(value);
      log.append(Operation.entry(value));
    }
    for (int i = 0; i < values.size(); i++) assertThat(log.read(i + 1).orElseThrow().value()).isEqualTo(values.get(i));
  }

  @Test
  void theCallersArraysAreFreeWhenTheCallReturns() throws IOException {
    byte[] payload = bytes("as it was");
    log.append(Operation.entry(payload));
    payload[0] = 'X';
    CompletableFuture<Long> future = log.appendAsync(Operation.entry(payload));
    payload[0] = 'Y';
    log.checkpoint();
    assertThat(line(log.read(1).orElseThrow())).isEqualTo("1 ENTRY as it was");
    assertThat(line(log.read(future.join()).orElseThrow())).isEqualTo("2 ENTRY Xs it was");
  }

  // Promise 7: tails.

  @Test
  void aTailShowsWhatIsThereMarkersIncludedAndThenWhatComes() throws Exception {
    dataAndMarkers();
    try (WalCursor tail = log.tail(3); WalCursor ahead = log.tail(8)) {
      assertThat(line(tail.next(PATIENCE).orElseThrow())).isEqualTo("4 COMMIT");
      assertThat(line(tail.next(PATIENCE).orElseThrow())).isEqualTo("5 CHECKPOINT");
      assertThat(line(tail.next(PATIENCE).orElseThrow())).isEqualTo("6 DELETE a");
      assertThat(tail.hasNext()).isFalse();
      assertThat(tail.next(Duration.ofMillis(20))).isEmpty();
      Together.Task<Optional<WalRecord>> waiting = Together.begin(() -> tail.next(PATIENCE));
      Together.await("the tail waits", waiting::isWaiting);
      entries(3);
      assertThat(waiting.get().map(OperationsContract::line)).hasValue("7 ENTRY entry-1");
      assertThat(ahead.next(PATIENCE).orElseThrow().sequence()).isEqualTo(9);
    }
  }

  @Test
  void aTailThatTruncateOvertookSaysSo() throws IOException {
    entries(5);
    try (WalCursor tail = log.tail(0)) {
      log.truncate(5);
      entry("next");
      assertThatThrownBy(() -> {
        for (int i = 0; i < 10; i++) tail.next(PATIENCE);
      }).isInstanceOf(RecordsTruncatedException.class);
    }
    try (WalCursor late = log.tail(2)) {
      assertThatThrownBy(late::hasNext).isInstanceOf(UncheckedIOException.class).hasCauseInstanceOf(RecordsTruncatedException.class);
    }
  }

  @Test
  void anInterruptEndsATailsWaitAndStaysSet() throws IOException {
    try (WalCursor tail = log.tail(0)) {
      Thread.currentThread().interrupt();
      long startNanos = System.nanoTime();
      assertThat(tail.next(PATIENCE)).isEmpty();
      assertThat(Thread.interrupted()).isTrue();
      assertThat(System.nanoTime() - startNanos).isLessThan(PATIENCE.toNanos());
    }
  }

  // Promise 12: truncation.

  @Test
  void truncateForgetsExactlyWhatIsUpToItsArgument() throws IOException {
    dataAndMarkers();
    log.truncate(0);
    assertThat(log.firstSequence()).isEqualTo(1);
    log.truncate(2);
    assertThat(log.firstSequence()).isEqualTo(3);
    assertThat(lines(log.iterate(0))).containsExactly("3 ENTRY y", "4 COMMIT", "5 CHECKPOINT", "6 DELETE a");
    assertThat(lines(log.replay(0))).as("the rest of a batch").containsExactly("3 ENTRY y", "6 DELETE a");
    log.truncate(1);
    reopen();
    assertThat(log.firstSequence()).isEqualTo(3);
    log.truncate(6);
    assertThat(lines(log.iterate(0))).isEmpty();
    assertThat(log.firstSequence()).isEqualTo(7);
    assertThat(log.currentSequence()).isEqualTo(6);
  }

  @Test
  void anOpenCursorGoesOnReadingWhatIsTruncated() throws IOException {
    entries(20);
    try (WalCursor cursor = log.replay(0)) {
      assertThat(cursor.next().sequence()).isEqualTo(1);
      log.truncate(20);
      for (long sequence = 2; sequence <= 20 && cursor.hasNext(); sequence++) assertThat(cursor.next().sequence()).isEqualTo(sequence);
      assertThat(cursor.hasNext()).isFalse();
    }
  }

  // Promises 3, 8 and 24: what is refused, and changes nothing.

  @Test
  void argumentsThatMakeNoSenseAreRefusedAndChangeNothing() throws IOException {
    entries(2);
    assertThatThrownBy(() -> log.appendBatch(List.of())).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("at least one");
    assertThatThrownBy(() -> log.append(null)).isInstanceOf(NullPointerException.class);
    assertThatThrownBy(() -> log.truncate(3)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("2");
    assertThatThrownBy(() -> log.checkpoint(3)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("2");
    for (long negative : new long[] {-1, Long.MIN_VALUE}) {
      assertThatThrownBy(() -> log.truncate(negative)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.checkpoint(negative)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.read(negative)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.replay(negative)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.iterate(negative)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> log.tail(negative)).isInstanceOf(IllegalArgumentException.class);
    }
    assertThat(lines(log.iterate(0))).containsExactly("1 ENTRY entry-1", "2 ENTRY entry-2");
  }

  @Test
  void whatIsTooLargeIsRefusedAndTakesNoSequence() throws IOException {
    Operation tooLarge = Operation.entry(new byte[RECORD_BYTES_MAX + 1]);
    Operation large = Operation.entry(new byte[RECORD_BYTES_MAX]);
    assertThatThrownBy(() -> log.append(tooLarge)).isInstanceOf(RecordTooLargeException.class);
    assertThatThrownBy(() -> log.appendAsync(tooLarge)).isInstanceOf(RecordTooLargeException.class);
    assertThatThrownBy(() -> log.appendBatch(List.of(large, tooLarge))).isInstanceOf(RecordTooLargeException.class);
    assertThatThrownBy(() -> log.appendBatch(List.of(large, large))).isInstanceOf(RecordTooLargeException.class);
    assertThat(entry("next")).isEqualTo(1);
  }

  @Test
  void aClosedLogSaysSoAndCanBeClosedAgain() throws IOException {
    entries(1);
    log.close();
    log.close();
    assertThatThrownBy(() -> entry("late")).isInstanceOf(IOException.class).hasMessageContaining("closed");
    assertThatThrownBy(() -> log.iterate(0)).isInstanceOf(IOException.class);
    log = open();
    assertThat(log.currentSequence()).isEqualTo(1);
  }
}
