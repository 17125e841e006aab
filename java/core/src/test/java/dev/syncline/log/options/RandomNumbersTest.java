package dev.syncline.log.options;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RandomNumbersTest {
  @Test
  void noNumberComesTwiceFromOneOrFromMany() {
    Set<Long> seen = new HashSet<>();
    for (int source = 0; source < 50; source++) {
      RandomNumbers numbers = new RandomNumbers();
      for (int i = 0; i < 200; i++) assertThat(seen.add(numbers.getAsLong())).isTrue();
    }
  }

  /** Of 10,000 numbers each bit is set in about half: outside of 4,600 to 5,400 lies none of 64 in more than once in 10^13 runs. */
  @Test
  void everyBitIsDrawn() {
    RandomNumbers numbers = new RandomNumbers();
    int[] set = new int[Long.SIZE];
    for (int i = 0; i < 10_000; i++) {
      long number = numbers.getAsLong();
      for (int bit = 0; bit < Long.SIZE; bit++) set[bit] += (int) (number >>> bit & 1);
    }
    for (int count : set) assertThat(count).isBetween(4_600, 5_400);
  }
}
