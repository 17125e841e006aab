package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import dev.syncline.lab.GoldenLog.GoldenSegment;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every byte changed, every length cut, every sector lost: promises 9, 17 and 18 on a small log of which every byte's meaning is known.
 *
 * <p>In each case the log must open, show the longest right prefix and no changed byte, say what is lost and where, and tell a torn tail
 * from damage. Nothing may hang, and no bad length may drive an allocation.
 */
@Timeout(900)
public abstract class CorruptionContract {
  /** Every so-manieth change is also given up, refused and truncated past; prime to the number of ways to verify. */
  private static final int SAMPLE = 10;

  private static final int SECTOR_BYTES = 512;

  @TempDir protected Path temporary;
  private int cases;

  /** A storage whose directory holds this image; directories may be used again and again. */
  protected abstract Storage storageOn(DiskImage image, Path directory) throws IOException;

  /** Which bytes are changed one by one: 1 for all of them. */
  protected int stride() {
    return 1;
  }

  /** The same for an older segment once more, in a log that was closed and not only in one that crashed, or the reverse. */
  protected int strideOfTheSame() {
    return 31;
  }

  /** Whether each byte and length is tried with each way to verify; else with one of them, in turns. Sectors always are. */
  protected boolean everyVerification() {
    return true;
  }

  private List<Verification> inTurns() {
    Verification[] all = Verification.values();
    return everyVerification() ? List.of(all) : List.of(all[cases % all.length]);
  }

  private GoldenLog golden(boolean closed) throws IOException {
    return GoldenLog.write(temporary, closed);
  }

  private WriteAheadLog open(DiskImage image, Verification verification, CorruptionPolicy policy) throws IOException {
    return WriteAheadLog.open(
        storageOn(image, temporary), GoldenLog.options().verifyOnOpen(verification).corruptionPolicy(policy).build());
  }

  @Test
  void everyByteOfTheNewestSegmentOfAClosedLog() throws Exception {
    GoldenLog log = golden(true);
    flipEveryByte(log, log.newest(), stride());
  }

  @Test
  void everyByteOfTheNewestSegmentOfACrashedLog() throws Exception {
    GoldenLog log = golden(false);
    flipEveryByte(log, log.newest(), stride());
  }

  @Test
  void everyByteOfAnOlderSegment() throws Exception {
    GoldenLog closed = golden(true);
    flipEveryByte(closed, closed.older(), stride());
    GoldenLog crashed = golden(false);
    flipEveryByte(crashed, crashed.older(), strideOfTheSame());
  }

  @Test
  void everyLengthOfTheNewestSegmentOfAClosedLog() throws Exception {
    GoldenLog log = golden(true);
    cutEveryLength(log, log.newest(), stride());
  }

  @Test
  void everyLengthOfTheNewestSegmentOfACrashedLog() throws Exception {
    GoldenLog log = golden(false);
    cutEveryLength(log, log.newest(), stride());
  }

  @Test
  void everyLengthOfAnOlderSegment() throws Exception {
    GoldenLog crashed = golden(false);
    cutEveryLength(crashed, crashed.older(), stride());
    GoldenLog closed = golden(true);
    cutEveryLength(closed, closed.older(), strideOfTheSame());
  }

  @Test
  void everySectorOfEverySegment() throws Exception {
    for (boolean closed : new boolean[] {true, false}) {
      GoldenLog log = golden(closed);
      for (GoldenSegment segment : log.segments()) {
        loseEverySector(log, segment, false);
        loseEverySector(log, segment, true);
      }
    }
  }

  private void flipEveryByte(GoldenLog log, GoldenSegment segment, int stride) throws Exception {
    byte[] before = log.image().bytes(segment.name());
    for (int at = 0; at < before.length; at += stride) {
      byte[] after = before.clone();
      after[at] ^= (byte) (1 << at % 8);
      check(inTurns(), log, segment, before, after, "bit " + at % 8 + " of byte " + at);
    }
  }

  private void cutEveryLength(GoldenLog log, GoldenSegment segment, int stride) throws Exception {
    byte[] before = log.image().bytes(segment.name());
    for (int length = 0; length < before.length; length += stride)
      check(inTurns(), log, segment, before, Arrays.copyOf(before, length), "cut to " + length);
  }

  private void loseEverySector(GoldenLog log, GoldenSegment segment, boolean garbage) throws Exception {
    byte[] before = log.image().bytes(segment.name());
    Random random = new Random(17);
    for (int at = 0; at < before.length; at += 512) {
      byte[] after = before.clone();
      byte[] sector = new byte[Math.min(512, before.length - at)];
      if (garbage) random.nextBytes(sector);
      System.arraycopy(sector, 0, after, at, sector.length);
      check(List.of(Verification.values()), log, segment, before, after, (garbage ? "garbage" : "zeros") + " in the sector at " + at);
    }
  }

  private void check(
      List<Verification> verifications, GoldenLog log, GoldenSegment segment, byte[] before, byte[] after, String what) throws Exception {
    Corruption corruption = Corruption.of(log, segment, before, after);
    DiskImage image = log.image().with(segment.name(), after);
    cases++;
    for (Verification verification : verifications) {
      String where = (log.closed() ? "closed" : "crashed") + " log, " + segment.name() + ", " + what + ", " + verification;
      try {
        new CorruptionJudgement(log, corruption, verification).judge(open(image, verification, CorruptionPolicy.READ_ONLY));
        if (cases % SAMPLE == 0 && corruption.loses()) checkWaysOut(log, corruption, image, verification);
      } catch (Exception | Error e) {
        throw new AssertionError(where + ": " + e.getMessage(), e);
      }
    }
  }

  /** Refusing, giving up, truncating past. */
  private void checkWaysOut(GoldenLog log, Corruption corruption, DiskImage image, Verification verification) throws IOException {
    CorruptionJudgement judgement = new CorruptionJudgement(log, corruption, verification);
    if (!judgement.isKnownAtOpen()) return;
    assertThatThrownBy(() -> open(image, verification, CorruptionPolicy.REFUSE)).isInstanceOf(CorruptLogException.class);
    WriteAheadLog past = open(image, verification, CorruptionPolicy.READ_ONLY);
    long highest = past.currentSequence();
    past.truncate(corruption.lastLost());
    assertThat(past.put(new byte[1], new byte[1])).as("the sequence after a truncation").isEqualTo(highest + 1);
    assertThat(past.firstSequence()).isEqualTo(corruption.lastLost() + 1);
    WriteAheadLog givenUp = open(image, verification, CorruptionPolicy.TRUNCATE);
    assertThat(givenUp.recovery().writable()).isTrue();
    assertThat(givenUp.put(new byte[1], new byte[1])).as("the sequence behind the gap").isEqualTo(highest + 1);
    SortedMap<Long, CrashRecord> left = readAll(givenUp);
    left.remove(highest + 1);
    CorruptionJudgement.requireSame(
        "what is left when the rest is given up", left, log.contents().records().headMap(corruption.firstLost()));
  }

  private static SortedMap<Long, CrashRecord> readAll(WriteAheadLog log) throws IOException {
    SortedMap<Long, CrashRecord> records = new TreeMap<>();
    try (WalCursor cursor = log.iterate()) {
      cursor.forEachRemaining(record -> records.put(record.sequence(), CrashRecord.of(record)));
    }
    return records;
  }

  // The mark file.

  @Test
  void everyByteAndEveryLengthOfTheMarkFile() throws Exception {
    for (boolean closed : new boolean[] {true, false}) {
      GoldenLog log = golden(closed);
      byte[] before = log.image().bytes(SegmentName.MARK);
      for (int at = 0; at < before.length; at += inSlot(at) ? stride() : 61) {
        byte[] after = before.clone();
        after[at] ^= (byte) (1 << at % 8);
        checkMark(log, after, true, "bit " + at % 8 + " of byte " + at);
      }
      for (int length = 0; length < before.length; length += inSlot(length) ? stride() : 61)
        checkMark(log, Arrays.copyOf(before, length), length >= Layout.MARK_SLOT_BYTES, "cut to " + length);
      Random random = new Random(17);
      for (int at = 0; at < before.length; at += SECTOR_BYTES) {
        byte[] after = before.clone();
        Arrays.fill(after, at, at + SECTOR_BYTES, (byte) 0);
        checkMark(log, after, true, "zeros in the sector at " + at);
        byte[] sector = new byte[SECTOR_BYTES];
        random.nextBytes(sector);
        System.arraycopy(sector, 0, after, at, SECTOR_BYTES);
        checkMark(log, after, true, "garbage in the sector at " + at);
      }
      checkMark(log, null, false, "taken away");
      checkMark(log, new byte[before.length], false, "all zeros");
    }
  }

  // Several places at once.

  /** Damages that each are known alone, two to five of them in any files: what one leaves as evidence another may take away. */
  @Test
  void severalPlacesAtOnce() throws Exception {
    for (boolean closed : new boolean[] {true, false}) {
      GoldenLog log = golden(closed);
      for (long seed = firstSeed(); seed < firstSeed() + combinations(); seed++) {
        try {
          SeveralDamages damages = new SeveralDamages(log, seed);
          for (Verification verification : Verification.values())
            damages.judge(open(damages.image(), verification, CorruptionPolicy.READ_ONLY));
          damages.judgeGivenUp(open(damages.image(), Verification.FULL, CorruptionPolicy.TRUNCATE));
        } catch (Exception | Error e) {
          throw new AssertionError((closed ? "closed" : "crashed") + " log, seed " + seed + ": " + e.getMessage(), e);
        }
      }
    }
  }

  /** Seed of the first combination of several damages. */
  protected long firstSeed() {
    return 1;
  }

  /** How many combinations of several damages are tried. */
  protected int combinations() {
    return 400;
  }

  private static boolean inSlot(int at) {
    return at % Layout.MARK_SLOT_SPACING_BYTES <= Layout.MARK_SLOT_BYTES;
  }

  /** One slot is enough for everything; without both the log can be read, and the loss is damage. */
  private void checkMark(GoldenLog log, byte[] after, boolean oneSlotLeft, String what) throws Exception {
    DiskImage image = log.image().with(SegmentName.MARK, after);
    String where = (log.closed() ? "closed" : "crashed") + " log, mark file " + what;
    try {
      WriteAheadLog opened = open(image, Verification.TAIL, CorruptionPolicy.READ_ONLY);
      assertThat(readAll(opened)).isEqualTo(log.contents().records());
      assertThat(opened.recovery().writable()).isEqualTo(oneSlotLeft);
      assertThat(opened.recovery().damage().stream().anyMatch(Damage::losesRecords)).isFalse();
      assertThat(opened.recovery().damage().isEmpty()).isEqualTo(oneSlotLeft);
      if (oneSlotLeft && log.closed()) assertThat(opened.recovery().closedCleanly()).isTrue();
      if (oneSlotLeft) assertThat(opened.append(new byte[1])).isEqualTo(log.contents().current() + 1);
      else assertThatThrownBy(() -> opened.append(new byte[1])).isInstanceOf(CorruptLogException.class);
      if (!oneSlotLeft) checkMarkIsGivenUp(log, image);
    } catch (Exception | Error e) {
      throw new AssertionError(where + ": " + e.getMessage(), e);
    }
  }

  private void checkMarkIsGivenUp(GoldenLog log, DiskImage image) throws IOException {
    WriteAheadLog opened = open(image, Verification.TAIL, CorruptionPolicy.TRUNCATE);
    assertThat(readAll(opened)).isEqualTo(log.contents().records());
    assertThat(opened.append(new byte[1])).isEqualTo(log.contents().current() + 1);
  }

  /** One record of a cursor, or the failure that ends it. */
  static CorruptLogException readInto(WalCursor cursor, SortedMap<Long, CrashRecord> records) {
    try {
      while (cursor.hasNext()) {
        WalRecord record = cursor.next();
        records.put(record.sequence(), CrashRecord.of(record));
      }
      return null;
    } catch (UncheckedIOException e) {
      if (e.getCause() instanceof CorruptLogException corrupt) return corrupt;
      throw e;
    }
  }
}
