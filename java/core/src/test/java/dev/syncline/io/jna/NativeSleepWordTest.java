package dev.syncline.io.jna;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.io.SleepWord;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A sleep ends, whatever becomes of whoever was to end it. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NativeSleepWordTest {
  @BeforeEach
  void needNative() {
    NativeAvailable.orSkip();
  }

  @ParameterizedTest
  @ValueSource(longs = {Long.MIN_VALUE, -1, 0, 1, 20_000_000})
  void aSleepThatNobodyEndsIsOverWhenItsTimeIs(long timeoutNanos) {
    SleepWord word = new NativeSleepWord();
    word.set(7);
    word.sleepWhile(7, timeoutNanos);
    assertThat(word.value()).isEqualTo(7);
  }

  @Test
  void anotherNumberIsNotSleptOn() {
    SleepWord word = new NativeSleepWord();
    word.set(7);
    word.sleepWhile(6, Long.MAX_VALUE);
    assertThat(word.value()).isEqualTo(7);
  }

  @Test
  void whoeverSleepsIsWoken() throws Exception {
    SleepWord word = new NativeSleepWord();
    Thread sleeper = new Thread(() -> {
      while (word.value() == 0) word.sleepWhile(0, TimeUnit.HOURS.toNanos(1));
    });
    sleeper.start();
    word.set(1);
    word.wakeAll();
    sleeper.join();
    assertThat(word.value()).isEqualTo(1);
  }
}
