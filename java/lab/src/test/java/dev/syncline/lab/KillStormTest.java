package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.ChildProcess;
import dev.syncline.tck.LogTestBase;
import dev.syncline.tck.Storm;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Promise 16 for a process that is killed at any moment, in recovery too, while several threads append and truncate; the next one
 * goes on with what the last has left. {@code -Dsyncline.kills=N} kills more often, {@code -Dsyncline.seed=N} at other moments.
 */
@Tag("laboratory")
class KillStormTest {
  static class OnNative extends KillStorm {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.nativeStorage(directory);
    }
  }

  static class OnPortable extends KillStorm {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableDirect(directory);
    }
  }

  @Nested
  class Native extends KillStorm {
    @BeforeEach
    void needNative() throws IOException {
      StoragesUnderTest.needNative();
    }

    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.nativeStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return OnNative.class;
    }
  }

  @Nested
  class Portable extends KillStorm {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableDirect(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return OnPortable.class;
    }
  }

  @Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  abstract static class KillStorm extends LogTestBase {
    private final int kills = Integer.getInteger("syncline.kills", 5);
    private final Random random = new Random(Long.getLong("syncline.seed", Nightly.seed("kills", 16)));

    /** What was recovered after the last kill: it is there after the next one, unless it was truncated. */
    private Map<Long, byte[]> known = Map.of();

    private long knownEnd;

    @Test
    void whatWasAcknowledgedIsRecoveredAfterEveryKill() throws Exception {
      for (int round = 1; round <= kills; round++) judge(round, storm(round));
    }

    /** What the child said. */
    private List<String> storm(int round) throws Exception {
      boolean maybeInRecovery = round % 4 == 0;
      try (ChildProcess child = ChildProcess.start(factory(), directory(), Storm.TASK + round)) {
        if (!maybeInRecovery) {
          child.awaitLine("begun");
          TimeUnit.MICROSECONDS.sleep(random.nextInt(random.nextBoolean() ? 10_000 : 300_000));
        } else {
          TimeUnit.MILLISECONDS.sleep(random.nextInt(500));
        }
        assertThat(child.kill()).noneMatch(line -> line.startsWith("refused") || line.contains("Exception"));
      }
      Path said = Storm.said(directory(), round);
      return Files.exists(said) ? Files.readAllLines(said) : List.of();
    }

    private void judge(int round, List<String> said) throws IOException {
      if (random.nextInt(3) == 0) {
        // Reading changes nothing: the next child recovers what this one left. What it shows has a witness, and is a part of that.
        List<Long> shown;
        try (WriteAheadLog log = openReadOnly(directory())) {
          shown = sequences(log.iterate());
        } catch (NoSuchFileException killedBeforeItBegan) {
          assertThat(knownEnd).isZero();
          return;
        }
        try (WriteAheadLog log = open(copyOf(directory()), LogTestBase::smallSegments)) {
          judge(round, said, log);
          List<Long> all = sequences(log.iterate());
          assertThat(shown).as("a beginning of %s", all).isEqualTo(all.subList(0, shown.size()));
        }
        return;
      }
      try (WriteAheadLog log = open(LogTestBase::smallSegments)) {
        assertThat(log.recovery().damage()).as("round %d", round).isEmpty();
        judge(round, said, log);
        assertThat(log.append(Storm.payload(round, Storm.THREADS, 1))).isEqualTo(knownEnd + 1);
      }
      // A close loses nothing either; the next child finds this entry.
      try (WriteAheadLog log = openReadOnly(directory())) {
        judge(round, said, log);
      }
    }

    private void judge(int round, List<String> said, WriteAheadLog log) throws IOException {
      Map<Long, byte[]> recovered = new HashMap<>();
      int[] last = new int[Storm.THREADS];
      long first = log.firstSequence();
      long end = first - 1;
      for (WalRecord record : records(log.iterate())) {
        assertThat(record.sequence()).as("no gap in round %d", round).isEqualTo(++end);
        if (!record.type().isData()) continue;
        String[] name = new String(record.value(), StandardCharsets.ISO_8859_1).split(":", 4);
        int appendedIn = Integer.parseInt(name[0]);
        int thread = Integer.parseInt(name[1]);
        int number = Integer.parseInt(name[2]);
        assertThat(Arrays.equals(record.value(), Storm.payload(appendedIn, thread, number))).as("bytes of %d", end).isTrue();
        recovered.put(end, record.value());
        if (appendedIn != round || thread == Storm.THREADS) continue;
        assertThat(number).as("thread %d appends in order", thread).isGreaterThan(last[thread]);
        if (last[thread] > 0) assertThat(number).as("thread %d leaves none out", thread).isEqualTo(last[thread] + 1);
        last[thread] = number;
      }
      assertThat(end).isEqualTo(log.currentSequence()).isGreaterThanOrEqualTo(knownEnd);
      for (var entry : known.entrySet())
        if (entry.getKey() >= first)
          assertThat(recovered.get(entry.getKey())).as("%d, known before", entry.getKey()).isEqualTo(entry.getValue());
      judgeWhatWasSaid(round, said, log, recovered, last);
      known = recovered;
      knownEnd = end;
    }

    private void judgeWhatWasSaid(
        int round, List<String> said, WriteAheadLog log, Map<Long, byte[]> recovered, int[] last) throws IOException {
      int[] acknowledged = new int[Storm.THREADS];
      long truncated = 0;
      long truncating = 0;
      for (String line : said) {
        String[] words = line.split(" ");
        // The last line may be cut off.
        if (!words[words.length - 1].equals(".")) continue;
        if (words[0].equals("truncating")) truncating = Long.parseLong(words[1]);
        if (words[0].equals("truncated")) truncated = Long.parseLong(words[1]);
        if (!words[0].equals("acknowledged")) continue;
        int thread = Integer.parseInt(words[1]);
        acknowledged[thread] = Integer.parseInt(words[2]);
        long sequence = Long.parseLong(words[3]);
        assertThat(log.currentSequence()).as("acknowledged in round %d", round).isGreaterThanOrEqualTo(sequence);
        if (sequence >= log.firstSequence())
          assertThat(recovered.get(sequence)).as("%s", line).isEqualTo(Storm.payload(round, thread, acknowledged[thread]));
      }
      assertThat(log.firstSequence()).as("what was truncated stays away").isGreaterThan(truncated);
      if (truncating > 0) assertThat(log.firstSequence()).isLessThanOrEqualTo(truncating + 1);
      for (int thread = 0; thread < Storm.THREADS; thread++)
        assertThat(last[thread])
            .as("attempts of thread %d in round %d", thread, round)
            .isLessThanOrEqualTo(acknowledged[thread] + Storm.UNSAID_MAX);
    }
  }
}
