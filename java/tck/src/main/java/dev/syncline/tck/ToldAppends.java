package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Appended;
import dev.syncline.LogClosedException;
import dev.syncline.LogFailedException;
import dev.syncline.LogFencedException;
import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What threads appended to a log and what they were told, and whether the log that is opened afterwards agrees with it: what was
 * acknowledged is there, what was refused is not, and no record is missing before one that is there.
 *
 * <p>A thread's words are kept in arrays that are made beforehand: to keep them takes no call and no memory, which may be what has run out.
 */
final class ToldAppends {
  /** Whether the record is there nobody was told: a failure, or a future. */
  private static final long UNKNOWN = 0;

  /** Nothing was appended, says what was thrown: anything but that the log has failed or was ended. */
  private static final long REFUSED = -1;
  private static final int KEY_BYTES = 2 * Integer.BYTES;
  private static final long PATIENCE_SECONDS = 60;

  private final SyncMode mode;
  private final int valueBytes;
  private final Words[] words;

  /** One thread's; its own. */
  private static final class Words {
    final long[] told;
    final boolean[] acknowledged;
    final CompletableFuture<?>[] futures;
    final byte[] key = new byte[KEY_BYTES];
    final byte[] value;
    int attempts;
    long durableThrough;

    Words(int attemptsMax, int valueBytes) {
      told = new long[attemptsMax];
      acknowledged = new boolean[attemptsMax];
      futures = new CompletableFuture<?>[attemptsMax];
      value = new byte[valueBytes];
    }
  }

  ToldAppends(SyncMode mode, int threads, int attemptsMax, int valueBytes) {
    this.mode = mode;
    this.valueBytes = valueBytes;
    words = new Words[threads];
    for (int i = 0; i < threads; i++) words[i] = new Words(attemptsMax, valueBytes);
  }

  int attempts(int thread) {
    return words[thread].attempts;
  }

  /** How many of a thread's attempts the log has taken. */
  long taken(int thread) {
    return Arrays.stream(words[thread].told).filter(told -> told > 0).count();
  }

  boolean isFull(int thread) {
    return words[thread].attempts == words[thread].told.length;
  }

  // Appending. Each throws what the log throws. An attempt counts as refused until something else is known: that takes no call, so it is
  // right also where the stack ends in what follows.

  void put(WriteAheadLog log, int thread) throws IOException {
    Words mine = words[thread];
    fill(mine, thread, mine.attempts);
    int number = mine.attempts++;
    mine.told[number] = REFUSED;
    try {
      mine.told[number] = log.put(mine.key, mine.value);
      mine.acknowledged[number] = mode == SyncMode.SYNC;
    } catch (LogFailedException | LogClosedException | LogFencedException e) {
      mine.told[number] = UNKNOWN;
      throw e;
    }
  }

  /** Two records that count together or not at all. */
  void putBatch(WriteAheadLog log, int thread) throws IOException {
    Words mine = words[thread];
    if (mine.attempts + 2 > mine.told.length) return;
    List<Operation> both = List.of(operation(mine, thread, mine.attempts), operation(mine, thread, mine.attempts + 1));
    int number = mine.attempts;
    mine.attempts += 2;
    mine.told[number] = REFUSED;
    mine.told[number + 1] = REFUSED;
    try {
      long first = log.appendBatch(both).first();
      mine.told[number] = first;
      mine.told[number + 1] = first + 1;
      mine.acknowledged[number] = mode == SyncMode.SYNC;
      mine.acknowledged[number + 1] = mode == SyncMode.SYNC;
    } catch (LogFailedException | LogClosedException | LogFencedException e) {
      mine.told[number] = UNKNOWN;
      mine.told[number + 1] = UNKNOWN;
      throw e;
    }
  }

  /** @param callback what its future runs, or null */
  void submit(WriteAheadLog log, int thread, Runnable callback) throws IOException {
    Words mine = words[thread];
    Operation operation = operation(mine, thread, mine.attempts);
    int number = mine.attempts++;
    mine.told[number] = REFUSED;
    try {
      Appended appended = log.appendAsync(operation);
      mine.told[number] = appended.sequence();
      mine.futures[number] = appended.durable();
    } catch (LogFailedException | LogClosedException | LogFencedException e) {
      mine.told[number] = UNKNOWN;
      throw e;
    }
    if (callback != null) mine.futures[number].whenComplete((sequence, failure) -> callback.run());
  }

  void putAsync(WriteAheadLog log, int thread) throws IOException {
    Words mine = words[thread];
    Operation operation = operation(mine, thread, mine.attempts);
    int number = mine.attempts++;
    mine.told[number] = REFUSED;
    try {
      mine.futures[number] = log.appendAsync(operation).durable();
      mine.told[number] = UNKNOWN;
    } catch (LogFailedException | LogClosedException | LogFencedException e) {
      mine.told[number] = UNKNOWN;
      throw e;
    }
  }

  void sync(WriteAheadLog log, int thread) throws IOException {
    words[thread].durableThrough = Math.max(words[thread].durableThrough, log.sync());
  }

  void awaitDurable(WriteAheadLog log, int thread) throws IOException {
    long target = log.currentSequence();
    log.awaitDurable(target);
    words[thread].durableThrough = Math.max(words[thread].durableThrough, target);
  }

  private static Operation operation(Words mine, int thread, int number) {
    fill(mine, thread, number);
    return Operation.put(mine.key.clone(), mine.value.clone());
  }

  private static void fill(Words mine, int thread, int number) {
    for (int i = 0; i < Integer.BYTES; i++) mine.key[i] = (byte) (thread >>> (24 - 8 * i));
    for (int i = 0; i < Integer.BYTES; i++) mine.key[Integer.BYTES + i] = (byte) (number >>> (24 - 8 * i));
    for (int i = 0; i < mine.value.length; i++) mine.value[i] = valueByte(thread, number, i);
  }

  private static byte valueByte(int thread, int number, int at) {
    return (byte) (thread * 31 + number * 7 + at);
  }

  /** Waits for every future, and takes down what it says. */
  void awaitFutures() throws InterruptedException {
    for (Words each : words)
      for (int number = 0; number < each.attempts; number++)
        if (each.futures[number] != null) awaitFuture(each, number);
  }

  private static void awaitFuture(Words words, int number) throws InterruptedException {
    try {
      long sequence = (Long) words.futures[number].get(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(words.told[number]).as("the sequence that submit told before").isIn(UNKNOWN, sequence);
      words.told[number] = sequence;
      words.acknowledged[number] = true;
    } catch (ExecutionException failed) {
      assertThat(failed.getCause()).as("what a future fails with").isInstanceOfAny(LogFailedException.class, LogClosedException.class);
    } catch (TimeoutException e) {
      throw new AssertionError("attempt " + number + " has no answer after " + PATIENCE_SECONDS + " seconds", e);
    }
  }

  // Judging.

  /** @param closedWell whether the log was closed without a failure: then everything that it took is durable */
  void judge(WriteAheadLog reopened, boolean closedWell) throws IOException {
    assertThat(reopened.recovery().damage()).as("damage").isEmpty();
    long[] highest = new long[words.length];
    boolean[][] found = new boolean[words.length][];
    for (int i = 0; i < words.length; i++) found[i] = new boolean[words[i].attempts];
    Arrays.fill(highest, -1);
    try (WalCursor cursor = reopened.replay()) {
      while (cursor.hasNext()) judge(cursor.next(), found, highest);
    }
    for (int thread = 0; thread < words.length; thread++) judge(thread, found[thread], highest[thread], closedWell);
    assertWithoutGaps(reopened);
  }

  private void judge(WalRecord record, boolean[][] found, long[] highest) {
    ByteBuffer key = ByteBuffer.wrap(record.key());
    int thread = key.getInt();
    int number = key.getInt();
    String what = "thread " + thread + ", attempt " + number + ", found as " + record.sequence();
    assertThat(number).as(what).isLessThan(words[thread].attempts);
    assertThat(found[thread][number]).as("%s: there before", what).isFalse();
    found[thread][number] = true;
    assertThat((long) number).as("%s: in its thread's order", what).isGreaterThan(highest[thread]);
    highest[thread] = number;
    long told = words[thread].told[number];
    assertThat(told).as("%s: what the thread was told (0 unknown, -1 refused)", what).isIn(UNKNOWN, record.sequence());
    byte[] value = record.value();
    boolean same = value.length == valueBytes;
    for (int i = 0; i < value.length; i++) same &= value[i] == valueByte(thread, number, i);
    assertThat(same).as("%s: value unchanged", what).isTrue();
  }

  private void judge(int thread, boolean[] found, long highest, boolean closedWell) {
    Words mine = words[thread];
    long durableThrough = 0;
    for (Words each : words) durableThrough = Math.max(durableThrough, each.durableThrough);
    for (int number = 0; number < found.length; number++) {
      if (found[number]) continue;
      long told = mine.told[number];
      String what = "thread " + thread + ", attempt " + number + ", told " + told;
      assertThat(mine.acknowledged[number]).as("%s: acknowledged, and not there", what).isFalse();
      assertThat(told > 0 && (closedWell || told <= durableThrough)).as("%s: durable (%d), and not there", what, durableThrough).isFalse();
      assertThat(told == REFUSED || number > highest).as("%s: not there, and %d of the same thread is", what, highest).isTrue();
    }
  }

  private static void assertWithoutGaps(WriteAheadLog log) throws IOException {
    long expected = log.firstSequence();
    try (WalCursor cursor = log.iterate()) {
      while (cursor.hasNext()) assertThat(cursor.next().sequence()).as("sequences without gaps").isEqualTo(expected++);
    }
    assertThat(expected).as("all up to the current sequence").isEqualTo(log.currentSequence() + 1);
  }
}
