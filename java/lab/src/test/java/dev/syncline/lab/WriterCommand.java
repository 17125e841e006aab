package dev.syncline.lab;

import dev.syncline.SyncMode;
import dev.syncline.tck.LogTestBase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * One thing that a followed writer does, as a line.
 *
 * @param argument of appends the generation, of a truncation or cut the sequence, of opening the size of segments in bytes
 * @param numbers of appends the sizes of the records; of opening the sync mode's ordinal, the mark interval and for how long
 *     commits join the newest frame, both in milliseconds
 */
record WriterCommand(Kind kind, long argument, List<Integer> numbers) {

  enum Kind {
    APPEND,
    BATCH,
    ASYNC,
    SYNC,
    TRUNCATE,
    CUT,
    CHECKPOINT,
    CLOSE,
    OPEN,
    POSITIONS;

    boolean appends() {
      return this == APPEND || this == BATCH || this == ASYNC || this == CHECKPOINT;
    }
  }

  /** What a writer says when it is done. */
  record Answer(long current, long durable, long first) {
    static Answer parse(String line) {
      String[] words = line.split(" ");
      return new Answer(Long.parseLong(words[1]), Long.parseLong(words[2]), Long.parseLong(words[3]));
    }

    String line() {
      return "= " + current + " " + durable + " " + first;
    }
  }

  private static final int RECORDS_KEPT_MAX = 300;
  private static final int[] SEGMENT_BYTES = {
    LogTestBase.SMALL_SEGMENT_BYTES, LogTestBase.SMALL_SEGMENT_BYTES, LogTestBase.FRAMES_START_BYTES + (12 << 10)};
  private static final int[] MARK_MILLIS = {2, 10, 100};
  private static final int[] JOIN_MILLIS = {0, 5, 1_000, 1_000};

  static WriterCommand of(Kind kind) {
    return of(kind, 0);
  }

  static WriterCommand of(Kind kind, long argument) {
    return new WriterCommand(kind, argument, List.of());
  }

  static WriterCommand parse(String line) {
    String[] words = line.trim().split(" ");
    List<Integer> numbers = Arrays.stream(words).skip(2).map(Integer::valueOf).toList();
    return new WriterCommand(Kind.valueOf(words[0].toUpperCase(Locale.ROOT)), Long.parseLong(words[1]), numbers);
  }

  String line() {
    StringBuilder line = new StringBuilder(kind.name().toLowerCase(Locale.ROOT)).append(' ').append(argument);
    for (int number : numbers) line.append(' ').append(number);
    return line.toString();
  }

  SyncMode syncMode() {
    return SyncMode.values()[numbers.get(0)];
  }

  int markMillis() {
    return numbers.get(1);
  }

  int joinMillis() {
    return numbers.get(2);
  }

  static WriterCommand randomOpen(Random random) {
    int mode = new int[] {0, 0, 0, 1, 2, 2}[random.nextInt(6)];
    int markMillis = MARK_MILLIS[random.nextInt(MARK_MILLIS.length)];
    int segmentBytes = SEGMENT_BYTES[random.nextInt(SEGMENT_BYTES.length)];
    return new WriterCommand(Kind.OPEN, segmentBytes, List.of(mode, markMillis, JOIN_MILLIS[random.nextInt(JOIN_MILLIS.length)]));
  }

  /** What may come next, and the log does not grow without end. */
  static WriterCommand random(Random random, WrittenHistory history) {
    if (history.closed()) return randomOpen(random);
    if (history.current() - history.front() > RECORDS_KEPT_MAX)
      return of(Kind.TRUNCATE, history.current() - random.nextInt(RECORDS_KEPT_MAX / 2));
    int choice = random.nextInt(100);
    if (choice < 34) return appending(Kind.APPEND, 1 + random.nextInt(5), random, history);
    if (choice < 47) return appending(Kind.BATCH, 1 + random.nextInt(6), random, history);
    if (choice < 60) return appending(Kind.ASYNC, 1 + random.nextInt(10), random, history);
    if (choice < 70) return of(Kind.SYNC);
    if (choice < 75) return of(Kind.CHECKPOINT);
    if (choice < 84) return of(Kind.TRUNCATE, near(history.front(), history.current(), random));
    if (choice < 96) return of(Kind.CUT, history.unitBoundaryUpTo(history.current() - below(history, random)));
    if (choice < 98) return of(Kind.CLOSE);
    return of(Kind.POSITIONS);
  }

  private static WriterCommand appending(Kind kind, int count, Random random, WrittenHistory history) {
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < count; i++) sizes.add(size(random));
    return new WriterCommand(kind, history.generation(), sizes);
  }

  private static int size(Random random) {
    int choice = random.nextInt(1000);
    if (choice < 750) return random.nextInt(300);
    if (choice < 950) return random.nextInt(6_000);
    if (choice < 995) return random.nextInt(30_000);
    return 70_000 + random.nextInt(130_000);
  }

  /** Usually a short way from the lower one, sometimes anywhere. */
  private static long near(long low, long high, Random random) {
    long all = high - low;
    long most = random.nextInt(5) == 0 ? all : Math.min(all, 40);
    return low + (most == 0 ? 0 : random.nextInt((int) most + 1));
  }

  /** How many records a cut takes; sometimes all that there are, or none. */
  private static long below(WrittenHistory history, Random random) {
    return near(0, history.current() - history.front(), random);
  }
}
