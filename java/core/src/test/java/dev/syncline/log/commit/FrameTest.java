package dev.syncline.log.commit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.format.LogId;
import dev.syncline.format.SegmentHeader;
import dev.syncline.log.segment.Segment;
import dev.syncline.log.segment.SparseIndex;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a frame holds is what was added to it as a whole. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FrameTest {
  private static final int BLOCK_BYTES = 4096;
  private static final int GROUPS_MAX = 20;
  private static final int WARM_UP = 1_000;
  private static final byte[] HEAD = {1, 2, 3};

  private final List<Entry> group = new ArrayList<>();
  private final Segment segment =
      new Segment(new SegmentHeader(BLOCK_BYTES, new LogId(1, 2), 1, 3, 0, 0, 0, 0, 0), 0, new SparseIndex());
  private final Frame frame = newFrame();
  private int groupsAdded;

  FrameTest() {
    for (int i = 0; i < 5; i++) group.add(new Entry(10 + 60 * (i % 4), i, HEAD, new byte[i]));
  }

  private Frame newFrame() {
    Frame made = new Frame(null, 0, null);
    made.bind(segment, BLOCK_BYTES, -1, 0);
    made.add(1, 7, false, 0, HEAD, HEAD);
    return made;
  }

  /** Tried at every depth from the end of the stack upwards: whatever call meets it, the group is in or it is not. */
  @Test
  void aGroupInWhichTheStackEndsLeavesTheFrameAsItWas() {
    // As in a process that has appended much, and has never had to take anything back.
    for (int i = 0; i < WARM_UP; i++) {
      Frame other = newFrame();
      for (int j = 0; j < GROUPS_MAX; j++) add(other, j);
    }
    dive();
    assertThat(groupsAdded).isEqualTo(GROUPS_MAX);
    Frame whole = newFrame();
    for (int i = 0; i < GROUPS_MAX; i++) add(whole, i);
    assertThat(frame.recordCount()).isEqualTo(whole.recordCount());
    assertThat(bytes(frame)).isEqualTo(bytes(whole));
    frame.takeIn();
    for (int type = 0; type < 256; type++)
      assertThat(segment.hasType(type)).as("type %d", type).isEqualTo(type == 7 || type % 60 == 10 && type < 200);
  }

  private void dive() {
    try {
      dive();
    } catch (StackOverflowError end) {
      // The first try is made here.
    }
    if (groupsAdded == GROUPS_MAX) return;
    add(frame, groupsAdded);
    groupsAdded++;
  }

  private void add(Frame to, int nth) {
    long first = 2 + (long) nth * group.size();
    to.addAll(first, group, Entry.bytesOf(group, null, null), true);
  }

  private static byte[] bytes(Frame of) {
    ByteBuffer complete = of.complete(0, 0, 0);
    byte[] bytes = new byte[complete.remaining()];
    complete.get(complete.position(), bytes);
    return bytes;
  }
}
