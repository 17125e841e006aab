package dev.syncline.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StatisticsTest {
  private static double[] upTo(int n) {
    return IntStream.rangeClosed(1, n).mapToDouble(i -> i).toArray();
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheTwoInTheMiddle() {
    assertThat(Statistics.of(new double[] {4, 1, 3, 2}).median()).isEqualTo(2.5);
    assertThat(Statistics.of(new double[] {9, 1, 5}).median()).isEqualTo(5);
  }

  @Test
  void fewRoundsHaveTheIntervalFromTheLeastToTheGreatestAndSayHowMuchItCovers() {
    Statistics three = Statistics.of(new double[] {2, 1, 3});
    assertThat(three.low()).isEqualTo(1);
    assertThat(three.high()).isEqualTo(3);
    assertThat(three.coverage()).isEqualTo(0.75);
    assertThat(Statistics.of(new double[] {7}).coverage()).isZero();
  }

  @Test
  void theIntervalIsTheNarrowestThatCoversNinetyFivePerCent() {
    // Ranks from the tables of the sign test.
    assertThat(Statistics.of(upTo(6))).extracting(Statistics::low, Statistics::high).containsExactly(1.0, 6.0);
    assertThat(Statistics.of(upTo(9))).extracting(Statistics::low, Statistics::high).containsExactly(2.0, 8.0);
    assertThat(Statistics.of(upTo(20))).extracting(Statistics::low, Statistics::high).containsExactly(6.0, 15.0);
  }

  @Test
  void theIntervalCoversTheTrueMedianAsOftenAsItSays() {
    Random random = new Random(1);
    int covered = 0;
    for (int trial = 0; trial < 4000; trial++) {
      double[] values = IntStream.range(0, 10).mapToDouble(i -> Math.exp(random.nextGaussian())).toArray();
      Statistics found = Statistics.of(values);
      if (found.low() <= 1 && found.high() >= 1) covered++;
    }
    assertThat(covered / 4000.0).isBetween(0.96, 0.99);
    assertThat(Statistics.of(upTo(10)).coverage()).isBetween(0.97, 0.98);
  }

  @Test
  void theCallersArrayIsLeftAsItWas() {
    double[] values = {3, 1, 2};
    Statistics.of(values);
    assertThat(Arrays.toString(values)).isEqualTo("[3.0, 1.0, 2.0]");
  }

  @Test
  void nothingHasNoMedian() {
    assertThatThrownBy(() -> Statistics.of(new double[0])).isInstanceOf(IllegalArgumentException.class);
  }
}
