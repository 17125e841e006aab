package dev.syncline.lab;

import static dev.syncline.lab.Mutant.doingNothing;
import static dev.syncline.lab.Mutant.without;

import org.junit.jupiter.api.Test;

/** Bugs in what is done with the newest frame, while it grows, when it goes to its place, and after a crash. */
class NewestFrameMutantsTest extends MutantTestBase {

  @Test
  void writingTheSlotThatHoldsTheNewestFrameIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.commit.TailFrame", "otherSlot", doingNothing()));
  }

  @Test
  void leavingTheNewestFrameInItsSlotIsCaught() {
    assertCaughtByCrashes(new Mutant()
        .with("log.commit.FrameWriter", "placed", without("mustBePlaced"))
        .with("log.commit.FrameWriter", "startBytes", without("mustBePlaced")));
  }

  @Test
  void sealingWithoutTheNewestFrameInItsPlaceIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.commit.CommitBase", "settle", without("placeNewest")));
  }

  @Test
  void recoveringWithoutTheNewestFrameInItsPlaceIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.recovery.Recovery", "settle", doingNothing()));
  }

  @Test
  void readingNoSlotIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.segment.TailSlots", "newest", doingNothing()));
  }
}
