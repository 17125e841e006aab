package dev.syncline.lab.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Acknowledged commits are recovered, and none that nobody tried to write, wherever the power fails. */
@Tag("laboratory")
class GrowingFrameModelTest {
  /** More with {@code -Dsyncline.model.operations=N}: with each one there are some twenty times as many disks. */
  private static final int OPERATIONS = Integer.getInteger("syncline.model.operations", 3);

  /** With as many a mistake is found at the latest. */
  private static final int OPERATIONS_TO_FIND = 4;

  private static final int WALKS = 100;
  private static final int WALK_OPERATIONS = 8;

  @Test
  void noMixOfSectorsLosesWhatWasAcknowledged() {
    assertThat(new Explorer(Mistake.NONE, null).explore(OPERATIONS)).isGreaterThan(500_000);
  }

  @Test
  void norOnLongWalks() {
    long disks = 0;
    for (int seed = 0; seed < WALKS; seed++) disks += new Explorer(Mistake.NONE, new Random(seed)).explore(WALK_OPERATIONS);
    assertThat(disks).isGreaterThan(100_000);
  }

  @ParameterizedTest
  @EnumSource(value = Mistake.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
  void everyMistakeIsFound(Mistake mistake) {
    assertThatThrownBy(() -> {
      for (int operations = 1; operations <= OPERATIONS_TO_FIND; operations++) new Explorer(mistake, null).explore(operations);
    }).isInstanceOf(Explorer.Violation.class);
  }
}
