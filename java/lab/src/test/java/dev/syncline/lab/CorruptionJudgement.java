package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.util.SortedMap;
import java.util.TreeMap;

/** What a log with one corrupted segment must look like once it is open. */
final class CorruptionJudgement {
  private final GoldenLog golden;
  private final Corruption corruption;
  private final Verification verification;

  CorruptionJudgement(GoldenLog golden, Corruption corruption, Verification verification) {
    this.golden = golden;
    this.corruption = corruption;
    this.verification = verification;
  }

  private boolean inNewest() {
    return corruption.segment() == golden.newest();
  }

  private boolean isTorn() {
    return corruption.looksTorn();
  }

  private boolean isDamage() {
    return corruption.loses() && !isTorn();
  }

  /**
   * Opening reads the newest segment, or of a log that was closed maybe its ends, and all headers and seals; a segment whose seal is lost
   * is read whole.
   */
  boolean isKnownAtOpen() {
    boolean newestIsRead = verification != Verification.ENDS || !golden.closed() || corruption.endsHit();
    boolean isRead = inNewest() && newestIsRead || verification == Verification.FULL || corruption.sealHit() || corruption.headerHit();
    return isDamage() && isRead;
  }

  void judge(WriteAheadLog log) throws IOException {
    judgeReading(log);
    judgeReport(log);
    judgeVerify(log);
    judgeAppend(log);
  }

  private long firstUnreadable() {
    if (!corruption.loses()) return Long.MAX_VALUE;
    return isTorn() ? corruption.firstHit().first() : corruption.firstLost();
  }

  private void judgeReading(WriteAheadLog log) throws IOException {
    SortedMap<Long, CrashRecord> read = new TreeMap<>();
    try (WalCursor cursor = log.iterate()) {
      CorruptLogException thrown = CorruptionContract.readInto(cursor, read);
      requireSame("what is read", read, golden.contents().records().headMap(firstUnreadable()));
      assertThat(thrown != null || cursor.damage().isPresent()).as("the cursor says that it stopped at damage").isEqualTo(isDamage());
      if (!isDamage()) return;
      Damage told = thrown != null ? thrown.damage().orElseThrow() : cursor.damage().orElseThrow();
      judgeDamage(told);
    }
    SortedMap<Long, CrashRecord> behind = new TreeMap<>();
    try (WalCursor cursor = log.iterate(corruption.lastLost())) {
      CorruptLogException thrown = CorruptionContract.readInto(cursor, behind);
      assertThat(thrown).as("the damage does not touch what comes behind it").isNull();
    }
    requireSame("what is read behind the damage", behind, golden.contents().records().tailMap(corruption.readableBehind(golden) + 1));
  }

  /** Says which sequences differ, not what they hold. */
  static void requireSame(String what, SortedMap<Long, CrashRecord> found, SortedMap<Long, CrashRecord> expected) {
    assertThat(found.keySet()).as(what).isEqualTo(expected.keySet());
    assertThat(found).as(what).isEqualTo(expected);
  }

  private void judgeDamage(Damage told) {
    assertThat(told.file().getFileName().toString()).isEqualTo(corruption.segment().name());
    assertThat(told.firstLost()).as("first lost of %s", told).isEqualTo(corruption.firstLost());
    assertThat(told.lastLost()).as("last lost of %s", told).isEqualTo(corruption.lastLost());
    assertThat(told.problem()).isNotBlank();
  }

  private void judgeReport(WriteAheadLog log) {
    boolean known = isKnownAtOpen();
    if (known) {
      assertThat(log.recovery().damage()).isNotEmpty();
      judgeDamage(log.recovery().damage().get(0));
    }
    if (!isDamage()) assertThat(log.recovery().damage().stream().anyMatch(Damage::losesRecords)).as("damage that loses records").isFalse();
    if (!corruption.matters()) assertThat(log.recovery().damage()).isEmpty();
    if (!corruption.matters() && golden.closed()) assertThat(log.recovery().closedCleanly()).isTrue();
    if (known || !corruption.loses()) assertThat(log.recovery().writable()).as("writable").isEqualTo(!known);
    long promised = corruption.loses() && inNewest() ? corruption.evidence() : golden.contents().current();
    assertThat(log.currentSequence()).isBetween(isTorn() ? corruption.firstHit().first() - 1 : promised, golden.contents().current());
  }

  private void judgeVerify(WriteAheadLog log) throws IOException {
    boolean toBeFound = isDamage() || corruption.sealHit() && !inNewest();
    assertThat(log.verify().ok()).as("verify is content with it: %s", log.verify()).isEqualTo(!toBeFound);
  }

  private void judgeAppend(WriteAheadLog log) throws IOException {
    if (log.recovery().writable()) assertThat(log.append(new byte[1])).isEqualTo(log.currentSequence());
    else assertThatThrownBy(() -> log.append(new byte[1])).isInstanceOf(CorruptLogException.class);
  }
}
