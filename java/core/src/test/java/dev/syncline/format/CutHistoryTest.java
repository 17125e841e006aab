package dev.syncline.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CutHistoryTest {
  private static final CutHistory NONE = CutHistory.NONE;

  private static CutHistory throughSlot(CutHistory history) {
    ByteBuffer slot = Bytes.unwritten(CutHistory.SLOT_BYTES);
    history.encode(slot, 0);
    return CutHistory.decode(slot, 0);
  }

  @Test
  void withoutACutEverythingIsShared() {
    CutHistory one = NONE.cutAfter(100, 7);
    assertThat(NONE.sharedSince(NONE)).isEqualTo(Long.MAX_VALUE);
    assertThat(one.sharedSince(one)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theLowestOfAllCutsSinceIsShared() {
    CutHistory first = NONE.cutAfter(100, 1);
    CutHistory second = first.cutAfter(150, 2);
    CutHistory third = second.cutAfter(120, 3);
    assertThat(third.sharedSince(NONE)).isEqualTo(100);
    assertThat(third.sharedSince(first)).isEqualTo(120);
    assertThat(third.sharedSince(second)).isEqualTo(120);
    assertThat(second.sharedSince(first)).isEqualTo(150);
  }

  @Test
  void whatWasNeverAStateOfTheLogIsUnrelated() {
    CutHistory mine = NONE.cutAfter(100, 1);
    assertThat(NONE.sharedSince(mine)).as("a mark that was rebuilt").isEqualTo(CutHistory.UNRELATED);
    assertThat(NONE.cutAfter(100, 2).sharedSince(mine)).as("a copy that went its own way").isEqualTo(CutHistory.UNRELATED);
  }

  @Test
  void comesBackFromASlotAsItWas() {
    CutHistory some = NONE.cutAfter(5, 1).cutAfter(7, 2).cutAfter(6, 3);
    assertThat(throughSlot(NONE)).isEqualTo(NONE);
    assertThat(throughSlot(some)).isEqualTo(some);
  }

  @Test
  void forgedBytesMakeNoHistoryThatFalls() {
    ByteBuffer slot = Bytes.unwritten(CutHistory.SLOT_BYTES);
    for (int value : new int[] {-1, Integer.MIN_VALUE, Integer.MAX_VALUE, 7}) {
      slot.putInt(0, value);
      CutHistory read = CutHistory.decode(slot, 0);
      assertThat(read.sharedSince(NONE)).isGreaterThanOrEqualTo(0);
    }
  }

  /** Against a list of all cuts, through slots that hold only some. */
  @Test
  void neverMoreIsSharedThanIs() {
    for (long seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      List<Long> all = new ArrayList<>();
      List<CutHistory> states = new ArrayList<>(List.of(NONE));
      for (int i = 0; i < 40; i++) {
        long sequence = random.nextInt(seed % 2 == 0 ? 1000 : 50 * (i + 1));
        all.add(sequence);
        CutHistory last = states.get(i);
        states.add((random.nextInt(3) == 0 ? throughSlot(last) : last).cutAfter(sequence, random.nextInt()));
      }
      for (int seen = 0; seen < states.size(); seen++) {
        long truth = all.subList(seen, all.size()).stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        CutHistory newest = states.get(states.size() - 1);
        assertThat(newest.sharedSince(states.get(seen))).as("seed " + seed).isBetween(0L, truth);
        long few = all.subList(seen, Math.min(all.size(), seen + 3)).stream().mapToLong(Long::longValue).min().orElse(Long.MAX_VALUE);
        CutHistory soon = throughSlot(states.get(Math.min(all.size(), seen + 3)));
        assertThat(soon.sharedSince(states.get(seen))).as("few cuts since, seed " + seed).isLessThanOrEqualTo(few);
      }
    }
  }
}
