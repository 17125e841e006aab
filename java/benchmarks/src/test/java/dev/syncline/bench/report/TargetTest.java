package dev.syncline.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class TargetTest {
  private static String verdict(boolean atMost, double limit, double... ratios) {
    Optional<Statistics> measured = ratios.length == 0 ? Optional.empty() : Optional.of(Statistics.of(ratios));
    return (atMost ? Target.atMost("", limit, 2, measured, "") : Target.atLeast("", limit, 2, measured, "")).verdict();
  }

  @Test
  void aTargetIsMetByTheMedian() {
    assertThat(verdict(true, 1.05, 1.0, 1.04, 1.2)).isEqualTo("met");
    assertThat(verdict(false, 0.9, 0.5, 0.95, 1.2)).isEqualTo("met");
  }

  @Test
  void aTargetIsMissedOnlyIfTheWholeIntervalLiesBeyondIt() {
    assertThat(verdict(true, 1.05, 1.0, 1.06, 1.2)).isEqualTo("within the interval");
    assertThat(verdict(true, 1.05, 1.06, 1.07, 1.2)).isEqualTo("missed");
    assertThat(verdict(false, 0.9, 0.5, 0.8, 0.91)).isEqualTo("within the interval");
    assertThat(verdict(false, 0.9, 0.5, 0.8, 0.89)).isEqualTo("missed");
  }

  @Test
  void oneRoundHasNoIntervalToLieWithin() {
    assertThat(verdict(true, 1.05, 1.06)).isEqualTo("missed");
  }

  @Test
  void whatWasNotMeasuredSaysSo() {
    assertThat(verdict(true, 1.05)).isEqualTo("not measured");
  }
}
