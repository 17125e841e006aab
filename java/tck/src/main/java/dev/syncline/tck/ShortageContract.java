package dev.syncline.tck;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.SyncMode;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is short in a process, stack, memory, threads or descriptors, costs a call and not the log: promises 31 and 32. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class ShortageContract extends LogTestBase {

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aStackMayEndAnywhereInACall(SyncMode mode) throws Exception {
    StackDepths.run(this, directory(), mode);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aStackMayEndAnywhereInWhateverElseALogDoes(SyncMode mode) throws Exception {
    DeepCalls.run(this, directory(), mode);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void theStackOfAVirtualThreadMayEndAnywhereInACall(SyncMode mode) throws Exception {
    assumeTrue(Runtime.version().feature() >= 21, "there are no virtual threads before JDK 21");
    StackDepths.runVirtual(this, directory(), mode);
  }

  /** Frames are larger there, and none is left out. */
  @Test
  void aStackMayEndAnywhereInACallThatIsInterpreted() throws Exception {
    assertChildIsFine(List.of(), List.of("-Xint"), ShortageChild.STACK + SyncMode.SYNC);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void memoryMayRunOutAnywhereInACall(SyncMode mode) throws Exception {
    assertChildIsFine(List.of(), List.of("-Xmx48m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"), ShortageChild.HEAP + mode);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void anAppendThatFindsNoDescriptorForTheNextSegmentIsRefused(SyncMode mode) throws Exception {
    assertChildIsFine(DescriptorShortage.limit(), ChildProcess.SHORT_LIVED, ShortageChild.DESCRIPTORS + mode);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aLimitOnTheSizeOfFilesMakesMoreOfThem(SyncMode mode) throws Exception {
    assertChildIsFine(FileSizeLimit.limit(), ChildProcess.SHORT_LIVED, ShortageChild.FILE_SIZE + mode);
  }

  /** Needs root and the first version of control groups (cgroups(7)), with its controller where it usually is. */
  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void whatNeedsAThreadThatCannotBeStartedIsRefused(SyncMode mode) throws Exception {
    Path group = ThreadShortage.newGroup();
    assumeTrue(group != null, "the number of threads cannot be limited here");
    try {
      assertChildIsFine(ThreadShortage.enter(group), List.of(ThreadShortage.limitFile(group)), ShortageChild.THREADS + mode);
    } finally {
      Together.await("the group can be removed", () -> group.toFile().delete());
    }
  }

  private void assertChildIsFine(List<String> before, List<String> options, String task) throws Exception {
    try (ChildProcess child = ChildProcess.start(before, options, ShortageChild.class, factory(), directory(), task)) {
      child.awaitLine(ShortageChild.FINE);
    }
  }
}
