package dev.syncline.lab;

import static dev.syncline.lab.Mutant.beginningWith;
import static dev.syncline.lab.Mutant.believing;
import static dev.syncline.lab.Mutant.calling;
import static dev.syncline.lab.Mutant.callingHook;
import static dev.syncline.lab.Mutant.doingNothing;
import static dev.syncline.lab.Mutant.forgettingParameter;
import static dev.syncline.lab.Mutant.passingFalseTo;
import static dev.syncline.lab.Mutant.reading;
import static dev.syncline.lab.Mutant.returning;
import static dev.syncline.lab.Mutant.returningThis;
import static dev.syncline.lab.Mutant.without;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FrameNode;
import org.objectweb.asm.tree.InsnList;
import org.objectweb.asm.tree.InsnNode;
import org.objectweb.asm.tree.JumpInsnNode;
import org.objectweb.asm.tree.LabelNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.VarInsnNode;

/**
 * The kit finds bugs: each test plants one in the engine and expects the crash states, in no more than {@link CrashStatesTest} goes
 * through, or a check of its own to fail. The engine as it is passes all of them.
 */
class MutantsTest extends MutantTestBase {
  private static final String FRAME = "dev/syncline/log/commit/Frame";
  private static final String FOLLOWERS = "dev/syncline/log/commit/Followers";

  /** For a method of a frame and what it promises. */
  private static InsnList promisingTheFrameItself() {
    InsnList promise = new InsnList();
    promise.add(new VarInsnNode(Opcodes.ALOAD, 1));
    promise.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, FRAME, "lastSequence", "()J"));
    promise.add(new VarInsnNode(Opcodes.LSTORE, 2));
    return promise;
  }

  private static Mutant theEngineAsItIs() {
    return new Mutant();
  }

  private void assertCaughtBy(String check, Mutant mutant) {
    assertThatThrownBy(() -> mutant.run(check, directory)).isExactlyInstanceOf(AssertionError.class);
  }

  @Test
  void theEngineAsItIsSurvives() throws Exception {
    assertThat((Long) theEngineAsItIs().run("explore", directory, 1, 1000)).isGreaterThanOrEqualTo(1000);
  }

  @ParameterizedTest
  @ValueSource(strings = {
      "anEarlierLifeProvesNothing", "aTornTailIsCutAndKept", "aFollowerWaitsForItsOwnFrame", "aFailedSyncIsFinal",
      "aSuccessorWaitsForWhatIsInFlight", "aFencedCloseChangesNothing", "aSequenceThatWasGivenUpIsNotUsedAgain", "aCutLeavesTheCopyAlone",
      "aLostChannelIsNotReplacedWithUnsyncedBytes", "theDecisionTable", "everyByteOfAFrameHeaderCounts",
      "aFollowerShowsTheDurableHistory", "noFrameIsBehindAFence"})
  void theEngineAsItIsPasses(String check) throws Exception {
    theEngineAsItIs().run(check, directory);
  }

  // Durability.

  @Test
  void ackingBeforeTheSyncIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.commit.FrameWriter", "durably", calling("write", "writeDurably")));
  }

  @Test
  void neverSyncingTheDirectoryIsCaught() {
    assertCaughtByCrashes(new Mutant().with("io.Storage", "syncDirectory", doingNothing()));
  }

  @Test
  void rotatingWithoutASyncIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.commit.WriteBehind", "flush", passingFalseTo("writeFullFrames")));
  }

  @Test
  void sayingThatASyncHappenedIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.commit.WriteBehind", "syncWritten", without("sync")));
  }

  @Test
  void markingWithoutASyncIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.segment.MarkFile", "storeAnyway", calling("write", "writeDurably")));
  }

  @Test
  void promisingWhatIsNotDurableIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.commit.FrameWriter", "writeDurably", beginningWith(MutantsTest::promisingTheFrameItself)));
  }

  @Test
  void promisingAFrameInItselfIsCaught() {
    assertCaughtByCrashes(7, new Mutant().with("log.commit.FrameWriter", "write", beginningWith(MutantsTest::promisingTheFrameItself)));
  }

  @Test
  void wakingAFollowerBeforeItsFrameIsDurableIsCaught() {
    assertCaughtBy("aFollowerWaitsForItsOwnFrame", new Mutant().with("log.commit.GroupCommit", "commit", beginningWith(() -> {
      String outcome = "dev/syncline/log/commit/Waiter$Outcome";
      InsnList wake = new InsnList();
      LabelNode nobody = new LabelNode();
      wake.add(new VarInsnNode(Opcodes.ALOAD, 3));
      wake.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, FRAME, "followers", "()L" + FOLLOWERS + ";"));
      wake.add(new JumpInsnNode(Opcodes.IFNULL, nobody));
      wake.add(new VarInsnNode(Opcodes.ALOAD, 3));
      wake.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, FRAME, "followers", "()L" + FOLLOWERS + ";"));
      wake.add(new InsnNode(Opcodes.DUP));
      wake.add(new FieldInsnNode(Opcodes.GETSTATIC, outcome, "DURABLE", "L" + outcome + ";"));
      wake.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, FOLLOWERS, "settle", "(L" + outcome + ";)V"));
      wake.add(new MethodInsnNode(Opcodes.INVOKEVIRTUAL, FOLLOWERS, "wake", "()V"));
      wake.add(nobody);
      wake.add(new FrameNode(Opcodes.F_SAME, 0, null, 0, null));
      return wake;
    })));
  }

  @Test
  void acknowledgingAfterARetriedSyncIsCaught() {
    assertCaughtBy("aFailedSyncIsFinal", new Mutant().with("log.commit.FrameWriter", "sync", callingHook("syncAgain", "sync")));
  }

  @Test
  void appendingBeyondTheSpaceThatIsReadyIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.commit.OpenFrame", "fits", believing("readyBytes", Long.MAX_VALUE)));
  }

  @Test
  void syncingThroughANewChannelIsCaught() {
    assertCaughtBy("aLostChannelIsNotReplacedWithUnsyncedBytes",
        new Mutant().with("io.nio.ReopeningChannel", "reopened", believing("changeCount", 0)));
  }

  @Test
  void fillingWithZerosFromBelowTheTailIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.segment.SegmentPreparer", "resume", without("endBytes")));
  }

  @Test
  void writingASegmentsHeaderWithoutASyncIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.segment.SegmentPreparer", "begin", calling("write", "writeDurably")));
  }

  // What counts.

  @Test
  void recoveringABatchInPartIsCaught() {
    assertCaughtByCrashes(4, new Mutant()
        .with("log.commit.Frame", "add", forgettingParameter(4, Type.BOOLEAN_TYPE))
        .with("log.recovery.Judge", "judgeBreaks", calling("lastBefore", "wholeBefore"))
        .with("log.recovery.Judge", "cutBefore", calling("lastBefore", "wholeBefore")));
  }

  @Test
  void acceptingAStaleEpochIsCaught() {
    assertCaughtBy("anEarlierLifeProvesNothing",
        new Mutant().with("format.FrameHeader", "flaw", forgettingParameter(4, Type.LONG_TYPE)));
  }

  @Test
  void aChecksumThatStopsShortIsCaught() {
    assertCaughtByCrashes(2, new Mutant()
        .with("format.RecordCodec", "seal", callingHook("ofHeaderOnly", "seeded"))
        .with("format.RecordCodec", "problem", callingHook("ofHeaderOnly", "seeded")));
  }

  // Recovery.

  @Test
  void notFinishingARewindIsCaught() {
    assertCaughtByCrashes(6, new Mutant().with("log.recovery.Recovery", "finishRewind", doingNothing()));
  }

  @Test
  void cuttingTheTailWithoutMarkingItIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.Truncation", "rewind", without("store")));
  }

  @Test
  void notTrimmingATornTailIsCaught() {
    assertCaughtBy("aTornTailIsCutAndKept", new Mutant().with("log.recovery.Recovery", "trim", doingNothing()));
  }

  @Test
  void takingWhatACutLeftForPartOfTheLogIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.recovery.DirectoryScan", "sortOutLeftovers", doingNothing()));
  }

  @Test
  void truncatingWithoutAMarkIsCaught() {
    assertCaughtByCrashes(new Mutant().with("log.Truncation", "truncateOnThread", without("store")));
  }

  @Test
  void forgettingWhichSequencesWereUsedIsCaught() {
    assertCaughtBy("aSequenceThatWasGivenUpIsNotUsedAgain", new Mutant().with("format.Mark", "withFloor", returningThis()));
  }

  @Test
  void cuttingAFileThatAnotherLogHasIsCaught() {
    assertCaughtBy("aCutLeavesTheCopyAlone", new Mutant().with("log.segment.SegmentFiles", "isShared", returning(false)));
  }

  // Following.

  @Test
  void aFollowerThatBelievesWhatIsThereIsCaught() {
    assertCaughtBy("aFollowerShowsTheDurableHistory",
        new Mutant().with("log.recovery.Verdict", "shownSequence", reading("lastSequence", "provenSequence")));
  }

  @Test
  void aFollowerThatBelievesNoPromiseIsCaught() {
    assertCaughtBy("aFollowerShowsTheDurableHistory",
        new Mutant().with("log.read.NewestFrames", "proveThrough", forgettingParameter(1, Type.LONG_TYPE)));
  }

  @Test
  void aCutThatTheMarkForgetsIsCaught() {
    assertCaughtBy("aFollowerShowsTheDurableHistory", new Mutant().with("format.Mark", "withCut", returningThis()));
  }

  @Test
  void aCursorThatDoesNotHeedCutsIsCaught() {
    assertCaughtBy("aFollowerShowsTheDurableHistory", new Mutant().with("log.read.LogCursor", "heedChanges", doingNothing()));
  }

  // Where looking ends.

  @Test
  void aFenceThatIsNotOverwrittenIsCaught() {
    assertCaughtBy("noFrameIsBehindAFence", new Mutant().with("log.segment.SegmentPreparer", "fillOnce", without("writeZeros")));
  }

  @Test
  void aFenceThatIsOverwrittenAndNotSyncedIsCaught() {
    assertCaughtBy("noFrameIsBehindAFence", new Mutant().with("log.segment.SegmentPreparer", "fillOnce", without("syncFilled")));
  }

  // Fencing.

  @Test
  void aFencedCloseThatTrimsIsCaught() {
    assertCaughtBy("aFencedCloseChangesNothing", new Mutant().with("log.Shutdown", "fence", returning(true)));
  }

  @Test
  void fencingWithoutWaitingIsCaught() {
    assertCaughtBy("aSuccessorWaitsForWhatIsInFlight",
        new Mutant().with("log.Shutdown", "fence", callingHook("shutWithoutWaiting", "shut")));
  }

  // The decision table: each of these turns one row, or some, into another.

  @Test
  void lengthsThatNoChecksumCoversAreCaught() {
    assertCaughtBy("everyByteOfAFrameHeaderCounts", new Mutant()
        .with("format.FrameHeader", "encode", callingHook("ofWithoutLengths", "of"))
        .with("format.FrameHeader", "checksum", callingHook("ofWithoutLengths", "of")));
  }

  private void assertChangesTheTable(String type, String method, Mutant.Edit edit) {
    assertCaughtBy("theDecisionTable", new Mutant().with(type, method, edit));
  }

  @Test
  void believingNoPromiseIsCaught() {
    assertChangesTheTable("log.recovery.Judge", "gatherEvidence", without("promisedSequence"));
  }

  @Test
  void believingNoDurablePointIsCaught() {
    assertChangesTheTable("log.recovery.Judge", "gatherEvidence", without("sequence"));
  }

  @Test
  void takingWhatADecidedCutRemovesForEvidenceIsCaught() {
    assertChangesTheTable("log.recovery.Judge", "judgeBreaks", forgettingParameter(5, Type.LONG_TYPE));
  }

  @Test
  void followingNoLinkIsCaught() {
    assertChangesTheTable("log.recovery.Judge", "judgeLink", returning(true));
  }

  @Test
  void forgettingWhichFrameWasTheLastIsCaught() {
    assertChangesTheTable("log.recovery.Judge", "isOfAnotherHistory", returning(false));
  }

  @Test
  void missingNoNewestSegmentIsCaught() {
    assertChangesTheTable("log.recovery.Judge", "newestIsMissing", returning(false));
  }

  @Test
  void missingNoOldestSegmentIsCaught() {
    assertChangesTheTable("log.recovery.Judge", "judgeStart", doingNothing());
  }

  @Test
  void overlookingThatAnOlderSegmentIsShortIsCaught() {
    assertChangesTheTable("log.recovery.Judge", "linksTo", returning(false));
  }

  @Test
  void reportingWhatWasTruncatedIsCaught() {
    assertChangesTheTable("log.recovery.Losses", "lose", believing("truncatedThrough", 0));
  }

  @Test
  void deletingASegmentThatTheMarkDoesNotKnowYetIsCaught() {
    assertChangesTheTable("log.recovery.DirectoryScan", "holdsAnything", without("hasFrames"));
  }

  @Test
  void lookingForNoFrameBehindAnUnreadableOneIsCaught() {
    assertChangesTheTable("log.recovery.SegmentScanner", "isNewerFrame", returning(false));
  }

  @Test
  void aChainThatNobodyChecksIsCaught() {
    assertChangesTheTable("format.FrameHeader", "orderProblem", doingNothing());
  }

  @Test
  void trimmingSpaceThatWasOnlyReadyIsCaught() {
    assertChangesTheTable("log.recovery.EarlierLife", "isNone", returning(true));
  }
}
