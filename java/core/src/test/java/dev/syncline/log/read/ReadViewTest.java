package dev.syncline.log.read;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Damage;
import dev.syncline.format.CutHistory;
import dev.syncline.format.LogId;
import dev.syncline.format.SegmentHeader;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SparseIndex;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadViewTest {
  private static Segment segment(long ordinal, long base, long last) {
    SegmentHeader header = new SegmentHeader(4096, new LogId(1, 2), ordinal, 3, base, 0, 0, base, 0);
    List<Extent> extents = last == base ? List.of() : List.of(new Extent(4096, 8192, base + 1, last));
    return new Segment(header, 1, new SparseIndex(), new long[4], extents, 1, 8192, 0, false);
  }

  private static ReadView view(long truncatedThrough, List<Damage> damage, Segment... segments) {
    return new ReadView(List.of(segments), truncatedThrough, CutHistory.NONE, damage);
  }

  @Test
  void findsTheFirstSegmentThatHoldsASequenceAboveAnother() {
    ReadView view = view(0, List.of(), segment(1, 0, 10), segment(2, 10, 10), segment(3, 10, 20), segment(4, 20, 20));
    assertThat(view.firstBeyond(0).ordinal).isEqualTo(1);
    assertThat(view.firstBeyond(9).ordinal).isEqualTo(1);
    assertThat(view.firstBeyond(10).ordinal).as("past the empty one").isEqualTo(3);
    assertThat(view.firstBeyond(19).ordinal).isEqualTo(3);
    assertThat(view.firstBeyond(20)).isNull();
    assertThat(ReadView.EMPTY.firstBeyond(0)).isNull();
  }

  @Test
  void damageThatWasTruncatedAwayOrLostNothingStopsNobody() {
    Damage seal = new Damage(Path.of("a"), 0, "a seal", 11, 10);
    Damage old = new Damage(Path.of("a"), 0, "old", 3, 5);
    Damage newer = new Damage(Path.of("a"), 0, "newer", 12, 14);
    ReadView view = view(5, List.of(old, seal, newer));
    assertThat(view.damageAbove(0)).isEqualTo(newer);
    assertThat(view.damageAbove(13)).isEqualTo(newer);
    assertThat(view.damageAbove(14)).isNull();
  }
}
