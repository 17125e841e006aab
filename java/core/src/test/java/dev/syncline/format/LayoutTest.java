package dev.syncline.format;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LayoutTest {

  @Test
  void theSizesAreThoseOfVersionTwo() {
    assertThat(Layout.FORMAT_VERSION).isEqualTo(2);
    assertThat(Layout.TAIL_SLOTS_BYTES).containsExactly(4096, 8192);
    assertThat(Layout.FRAMES_START_BYTES).isEqualTo(12288);
    assertThat(Layout.SEGMENT_HEADER_BYTES).isEqualTo(128);
    assertThat(Layout.FRAME_HEADER_BYTES).isEqualTo(80);
    assertThat(Layout.RECORD_HEADER_BYTES).isEqualTo(24);
    assertThat(Layout.SEAL_FIXED_BYTES).isEqualTo(48);
    assertThat(Layout.SEAL_ENTRY_BYTES).isEqualTo(16);
    assertThat(Layout.SEAL_TRAILER_BYTES).isEqualTo(16);
    assertThat(Layout.MARK_SLOT_BYTES).isEqualTo(256);
    assertThat(Layout.MARK_SLOT_SPACING_BYTES).isEqualTo(4096);
    assertThat(Layout.INDEX_INTERVAL_BYTES).isEqualTo(65536);
  }

  @Test
  void headersAndSlotsFitOneSector() {
    assertThat(Layout.SEGMENT_HEADER_BYTES).isLessThanOrEqualTo(512);
    assertThat(Layout.FRAME_HEADER_BYTES).isLessThanOrEqualTo(512);
    assertThat(Layout.MARK_SLOT_BYTES).isLessThanOrEqualTo(512);
  }

  @Test
  void roundingUpReachesTheNextBlockAndStaysOnOne() {
    assertThat(Layout.roundUp(0, 4096)).isZero();
    assertThat(Layout.roundUp(1, 4096)).isEqualTo(4096);
    assertThat(Layout.roundUp(4096, 4096)).isEqualTo(4096);
    assertThat(Layout.roundUp(4097, 512)).isEqualTo(4608);
    assertThat(Layout.roundUp((1L << 40) + 1, 4096)).isEqualTo((1L << 40) + 4096);
  }

  @Test
  void theLargestFrameFitsAnIntWithItsHeaderAndPadding() {
    long largest = Layout.roundUp((long) Layout.FRAME_HEADER_BYTES + Layout.FRAME_BODY_BYTES_MAX, Layout.BLOCK_BYTES_MAX);
    assertThat(largest).isLessThan(Integer.MAX_VALUE);
  }
}
