package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.Operation;
import dev.syncline.Verification;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Damage of several frames side by side, and several who truncate past damage at once: promises 18 and 29. */
public abstract class WideDamageContract extends LogTestBase {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Also where what leads a reader near leads him into it: the index of a segment names one of the frames that are lost. */
  @Test
  void damageOfManyFramesDoesNotTouchWhatComesBehindIt() throws IOException {
    Consumer<WalOptions.Builder> indexed = options -> options.maxSegmentSize(FRAMES_START_BYTES + 50 * BLOCK_BYTES);
    try (WriteAheadLog log = open(indexed)) {
      appendEntries(log, 60);
    }
    for (long lost = 10; lost <= 20; lost++) {
      DirectoryBytes.Place place = DirectoryBytes.find(directory(), entryPayload(lost));
      DirectoryBytes.zeroBlockAround(place.file(), place.offset());
    }
    WriteAheadLog log = open(indexed);
    assertThat(log.recovery().damage()).as("by default old segments are not read at open").isEmpty();
    for (long after = 20; after < 60; after++) {
      assertThat(lines(log.replay(after))).isEqualTo(entryLines(after + 1, 60));
      assertThat(log.read(after + 1)).as("record %d", after + 1).isPresent();
    }
    for (long after = 9; after < 20; after++) {
      long wanted = after + 1;
      assertThatThrownBy(() -> log.read(wanted)).isInstanceOf(CorruptLogException.class)
          .satisfies(e -> assertThat(((CorruptLogException) e).damage().map(damage -> List.of(damage.firstLost(), damage.lastLost())))
              .hasValue(List.of(wanted, 20L)));
    }
    log.truncate(20);
    assertThat(lines(log.replay())).isEqualTo(entryLines(21, 60));
    assertThat(log.verify().damage()).isEmpty();
  }

  /** The end of one, and the beginning of the next: that something can be read behind both concerns both. */
  @Test
  void twoFramesThatAreDamagedSideBySideLoseWhatTheyHeldAndNoMore() throws IOException {
    try (WriteAheadLog log = open()) {
      log.appendBatch(List.of(Operation.entry(entryPayload(1)), Operation.entry(bytes("-".repeat(2 * BLOCK_BYTES) + "its end"))));
      appendEntries(log, 3);
    }
    for (byte[] lost : List.of(bytes("its end"), entryPayload(4))) {
      DirectoryBytes.Place place = DirectoryBytes.find(directory(), lost);
      DirectoryBytes.zeroBlockAround(place.file(), place.offset());
    }
    WriteAheadLog log = open();
    assertThat(log.recovery().damage()).isNotEmpty().allSatisfy(damage -> assertThat(damage.lastLost()).isLessThan(5));
    assertThat(lines(log.replay(4))).isEqualTo(entryLines(5, 6));
    log.truncate(4);
    assertThat(log.append(entryPayload(7))).isEqualTo(7);
    assertThat(lines(log.replay())).isEqualTo(entryLines(5, 7));
    assertThat(log.verify().damage()).isEmpty();
  }

  /** The second meets a log that is written to: to recover that again would take away what was appended since. */
  @Test
  void ofTwoWhoTruncatePastTheDamageTheSecondRecoversNothing() throws Exception {
    Path damaged = givenClosedLog(60);
    DirectoryBytes.Place place = DirectoryBytes.find(damaged, entryPayload(20));
    DirectoryBytes.zeroBlockAround(place.file(), place.offset());
    long alone = marksOpenedToTruncate(copyOf(damaged), 1);
    assertThat(marksOpenedToTruncate(damaged, 2)).as("how often the mark file was opened").isEqualTo(alone);
  }

  private long marksOpenedToTruncate(Path damaged, int callers) throws Exception {
    FaultyStorage slow = new FaultyStorage(openStorage(damaged));
    RecordingStorage disk = new RecordingStorage(slow);
    WriteAheadLog log = open(disk, options -> options.verifyOnOpen(Verification.FULL).markInterval(NEVER));
    disk.reset();
    FaultyStorage.Stall stall = slow.on(Op.WRITE_DURABLY).named("log.mark"::equals).stallBefore();
    List<Together.Task<Void>> truncations = new ArrayList<>();
    for (long through = 20; through < 20 + callers; through++) {
      long last = through;
      truncations.add(Together.begin(() -> truncated(log, last)));
      stall.awaitReached(PATIENCE);
      Together.await("it waits", truncations.get(truncations.size() - 1)::isWaiting);
    }
    stall.release();
    for (Together.Task<Void> truncation : truncations) truncation.get();
    assertThat(log.append(entryPayload(61))).isEqualTo(61);
    assertThat(lines(log.replay())).isEqualTo(entryLines(20 + callers, 61));
    return disk.operations().stream().filter(each -> each.op() == Op.OPEN && each.file().equals("log.mark")).count();
  }

  private static Void truncated(WriteAheadLog log, long through) throws IOException {
    log.truncate(through);
    return null;
  }
}
