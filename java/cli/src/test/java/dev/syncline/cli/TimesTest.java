package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimesTest {
  @Test
  void aFullSecondIsAsWideAsAnyOtherTime() {
    assertThat(Times.text(1_796_039_951_000L)).isEqualTo("2026-11-30T11:59:11.000Z");
    assertThat(Times.text(1_796_039_951_204L)).isEqualTo("2026-11-30T11:59:11.204Z");
    assertThat(Times.text(1_796_040_000_000L)).isEqualTo("2026-11-30T12:00:00.000Z");
  }
}
