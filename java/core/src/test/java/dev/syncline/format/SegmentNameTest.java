package dev.syncline.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;

class SegmentNameTest {

  @Test
  void aSegmentIsNamedByItsOrdinalInTwentyDigits() {
    assertThat(SegmentName.of(1)).isEqualTo("00000000000000000001.wal");
    assertThat(SegmentName.of(Long.MAX_VALUE)).isEqualTo("09223372036854775807.wal");
  }

  @Test
  void namesSortAsTheirOrdinals() {
    assertThat(SegmentName.of(9)).isLessThan(SegmentName.of(10));
    assertThat(SegmentName.of(999_999_999)).isLessThan(SegmentName.of(1_000_000_000));
  }

  @Test
  void aNameGivesItsOrdinalBack() {
    for (long ordinal : new long[] {1, 10, Long.MAX_VALUE})
      assertThat(SegmentName.ordinal(SegmentName.of(ordinal))).isEqualTo(ordinal);
  }

  @Test
  void namesAreTheSameInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      for (String tag : new String[] {"ar-EG", "fa-IR", "hi-IN-u-nu-deva", "th-TH-u-nu-thai"}) {
        Locale.setDefault(Locale.forLanguageTag(tag));
        assertThat(SegmentName.of(1234567890)).as(tag).isEqualTo("00000000001234567890.wal");
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void namesThatTheLogWouldNotGiveHaveNoOrdinal() {
    for (String name : new String[] {
      "1.wal", "00000000000000000000.wal", "0000000000000000000a.wal", "-0000000000000000001.wal", "+0000000000000000001.wal",
      "99999999999999999999.wal", "00000000000000000001.wal.bak", "000000000000000000001.wal", ".wal", "log.mark",
      "٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠٠١.wal"
    }) assertThat(SegmentName.ordinal(name)).as(name).isEqualTo(-1);
  }

  @Test
  void sparesAreNeverNamedLikeSegments() {
    for (String spare : new String[] {
        SegmentName.ready(7), SegmentName.free(7), SegmentName.temporary(SegmentName.MARK), SegmentName.temporary(SegmentName.of(7)),
        "probe-0123456789abcdef.tmp"}) {
      assertThat(SegmentName.isSpare(spare)).as(spare).isTrue();
      assertThat(SegmentName.isSegment(spare)).as(spare).isFalse();
    }
    for (String kept : new String[] {SegmentName.of(7), SegmentName.MARK, SegmentName.LOCK, SegmentName.PID, "notes.txt", "notes.tmp", "7.free"})
      assertThat(SegmentName.isSpare(kept)).as(kept).isFalse();
  }
}
