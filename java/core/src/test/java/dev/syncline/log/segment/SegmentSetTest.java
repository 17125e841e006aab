package dev.syncline.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.format.LogId;
import dev.syncline.format.SegmentHeader;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentSetTest {
  private final Pins pins = new Pins();
  private final SegmentSet set = new SegmentSet(pins);

  private static Segment segment(long ordinal, long base, long last) {
    SegmentHeader header = new SegmentHeader(4096, new LogId(1, 2), ordinal, 3, base, 0, 0, base, 0);
    List<Extent> extents = List.of(new Extent(4096, 8192, base + 1, last));
    return new Segment(header, 1, new SparseIndex(), new long[4], extents, 1, 8192, 0, false);
  }

  @Test
  void keepsRetiredSegmentsWhileAReaderMayStillReadThem() {
    Segment one = segment(1, 0, 10);
    Segment two = segment(2, 10, 20);
    Segment three = segment(3, 20, 30);
    set.replaceAll(List.of(one, two, three));
    Object reader = new Object();
    pins.pin(reader, 2);
    set.retire(List.of(one, two));
    assertThat(set.live()).containsExactly(three);
    assertThat(set.takeUnread()).containsExactly(one);
    assertThat(set.hasRetired()).isTrue();
    pins.pin(reader, 3);
    assertThat(set.takeUnread()).containsExactly(two);
    assertThat(set.hasRetired()).isFalse();
  }

  @Test
  void keepsWhatTheSlowestReaderNeeds() {
    Segment one = segment(1, 0, 10);
    set.replaceAll(List.of(one, segment(2, 10, 20)));
    Object slow = new Object();
    pins.pin(slow, 1);
    pins.pin(new Object(), 2);
    set.retire(List.of(one));
    assertThat(set.takeUnread()).isEmpty();
    pins.unpin(slow);
    assertThat(set.takeUnread()).containsExactly(one);
  }

  @Test
  void keepsWhatLeftTheListByAnotherWayIfAnybodyReadsIt() {
    Segment one = segment(1, 0, 10);
    Segment two = segment(2, 10, 20);
    Segment three = segment(3, 20, 30);
    set.replaceAll(List.of(three));
    pins.pin(this, 2);
    set.retireAsWell(List.of(one, two, three), 2);
    assertThat(set.retired()).containsExactly(two);
  }

  @Test
  void showsAListThatDoesNotChange() {
    set.replaceAll(List.of(segment(1, 0, 10)));
    List<Segment> before = set.live();
    set.add(segment(2, 10, 20));
    assertThat(before).hasSize(1);
    assertThat(set.newest().ordinal).isEqualTo(2);
  }
}
