package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.format.SegmentName;
import dev.syncline.lab.GoldenLog.GoldenSegment;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** A golden log that is damaged in several places at random, and what must be left of it: the earliest loss decides. */
final class SeveralDamages {
  private static final int SECTOR_BYTES = 512;

  private final GoldenLog log;
  private final Random random;
  private final List<String> done = new ArrayList<>();
  private DiskImage image;

  /** First sequence that is not shown; above all of them if none is lost. */
  private final long firstUnreadable;

  /** Whether durable records are lost. */
  private final boolean loses;

  private final boolean markLost;

  SeveralDamages(GoldenLog log, long seed) {
    this.log = log;
    random = new Random(seed);
    image = log.image();
    int count = 2 + random.nextInt(4);
    for (int i = 0; i < count; i++) damage();
    markLost = slotLost(0) && slotLost(Layout.MARK_SLOT_SPACING_BYTES);
    long first = Long.MAX_VALUE;
    boolean damaged = false;
    for (GoldenSegment segment : log.segments()) {
      byte[] before = log.image().bytes(segment.name());
      Corruption one = Corruption.of(log, segment, before, image.bytes(segment.name()), markLost ? 0 : log.marked());
      if (!one.loses()) continue;
      boolean torn = segment == log.newest() && one.looksTorn();
      first = Math.min(first, torn ? one.firstHit().first() : one.firstLost());
      damaged |= !torn;
    }
    firstUnreadable = first;
    loses = damaged;
  }

  DiskImage image() {
    return image;
  }

  private void damage() {
    List<String> names = new ArrayList<>();
    image.names().forEach(name -> {
      if (SegmentName.isSegment(name) || name.equals(SegmentName.MARK)) names.add(name);
    });
    String name = names.get(random.nextInt(names.size()));
    byte[] bytes = image.bytes(name);
    if (bytes.length == 0) return;
    int at = random.nextInt(bytes.length);
    // The mark is mostly zeros that mean nothing.
    if (name.equals(SegmentName.MARK) && random.nextBoolean()) at = at % Layout.MARK_SLOT_BYTES;
    int sector = at / SECTOR_BYTES * SECTOR_BYTES;
    int sectorEnd = Math.min(bytes.length, sector + SECTOR_BYTES);
    int kind = random.nextInt(6);
    switch (kind) {
      case 0, 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 2 -> Arrays.fill(bytes, sector, sectorEnd, (byte) 0);
      case 3 -> {
        byte[] garbage = new byte[sectorEnd - sector];
        random.nextBytes(garbage);
        System.arraycopy(garbage, 0, bytes, sector, garbage.length);
      }
      case 4 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + random.nextInt(3 * SECTOR_BYTES)), (byte) random.nextInt(256));
      default -> bytes = Arrays.copyOf(bytes, at);
    }
    done.add(List.of("flip", "flip", "zero", "garble", "fill", "cut").get(kind) + " " + name + " at " + at);
    image = image.with(name, bytes);
  }

  private boolean slotLost(int at) {
    byte[] before = log.image().bytes(SegmentName.MARK);
    byte[] after = image.bytes(SegmentName.MARK);
    int end = at + Layout.MARK_SLOT_BYTES;
    return after.length < end || !Arrays.equals(before, at, end, after, at, end);
  }

  /** Read-only on damage: the longest right prefix, and whatever is wrong is told. */
  void judge(WriteAheadLog opened) throws IOException {
    SortedMap<Long, CrashRecord> read = new TreeMap<>();
    try (WalCursor cursor = opened.iterate()) {
      CorruptLogException thrown = CorruptionContract.readInto(cursor, read);
      CorruptionJudgement.requireSame("read after " + done, read, log.contents().records().headMap(firstUnreadable));
      assertThat(thrown != null || cursor.damage().isPresent()).as("the cursor tells of damage after %s", done).isEqualTo(loses);
      if (loses) {
        Damage told = thrown != null ? thrown.damage().orElseThrow() : cursor.damage().orElseThrow();
        assertThat(told.firstLost()).as("first lost after %s", done).isEqualTo(firstUnreadable);
        assertThat(told.lastLost()).as("last lost after %s", done).isBetween(firstUnreadable, log.contents().current());
      }
    }
    if (markLost) assertThat(opened.recovery().damage()).as("damage after %s", done).isNotEmpty();
    if (!loses && !markLost) assertThat(opened.recovery().damage()).as("damage after %s", done).isEmpty();
    if (!loses && !markLost) assertThat(opened.append(new byte[1])).as("appends go on").isEqualTo(opened.currentSequence());
  }

  /** With {@code TRUNCATE}: the same records, nothing unreadable is left, and appends go on behind everything that was told. */
  void judgeGivenUp(WriteAheadLog opened) throws IOException {
    SortedMap<Long, CrashRecord> read = new TreeMap<>();
    try (WalCursor cursor = opened.iterate()) {
      assertThat(CorruptionContract.readInto(cursor, read)).as("a cursor fails after %s was given up", done).isNull();
    }
    CorruptionJudgement.requireSame("left of " + done, read, log.contents().records().headMap(firstUnreadable));
    // A seal may be lost, and is reported; no record is.
    assertThat(opened.verify().damage()).as("verify after %s was given up", done).noneMatch(Damage::losesRecords);
    assertThat(opened.append(new byte[1])).as("the next sequence after %s", done).isGreaterThanOrEqualTo(Math.max(read.size() + 1, 1));
  }
}
