package dev.syncline.tck.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Acknowledged frames are recovered, and none that nobody tried to write, wherever the power fails. */
class TailPairModelTest {
  /** More with {@code -Dsyncline.model.operations=N}: with each one there are some twenty times as many disks. */
  private static final int OPERATIONS = Integer.getInteger("syncline.model.operations", 3);

  /** With as many a mistake is found at the latest. */
  private static final int OPERATIONS_TO_FIND = 3;

  private static final int WALKS = 200;
  private static final int WALK_OPERATIONS = 8;

  /** A tail block needs some of its block for itself: less than the smallest frame, or more. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void noMixOfSectorsLosesWhatWasAcknowledged(int header) {
    assertThat(new Explorer(Mistake.NONE, header, null).explore(OPERATIONS)).isGreaterThan(500_000);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void norOnLongWalks(int header) {
    long disks = 0;
    for (int seed = 0; seed < WALKS; seed++) disks += new Explorer(Mistake.NONE, header, new Random(seed)).explore(WALK_OPERATIONS);
    assertThat(disks).isGreaterThan(10_000);
  }

  @ParameterizedTest
  @EnumSource(value = Mistake.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void everyMistakeIsFound(Mistake mistake) {
    assertThatThrownBy(() -> {
      for (int operations = 1; operations <= OPERATIONS_TO_FIND; operations++) {
        for (int header = 1; header <= 2; header++) new Explorer(mistake, header, null).explore(operations);
      }
    }).isInstanceOf(Explorer.Violation.class);
  }
}
