package dev.syncline.lab;

import dev.syncline.SyncMode;
import dev.syncline.tck.KitDirectory;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@link FenceOrder} in every mode, on every kind of storage, and where making space ready fails. {@link MutantsTest} plants its bugs. */
@Tag("laboratory")
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FenceOrderTest {
  private static final int FAILURES = 5;

  @TempDir(factory = KitDirectory.class)
  private Path directory;

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void noFrameIsWrittenBehindAFenceThatAPowerCutMayLeave(SyncMode mode) throws IOException {
    FenceOrder.check(directory, mode, 4096, true, 0);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void norWhereBlocksAreSmall(SyncMode mode) throws IOException {
    FenceOrder.check(directory, mode, 512, true, 0);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void norWhereNoSpaceCanBeReservedAhead(SyncMode mode) throws IOException {
    FenceOrder.check(directory, mode, 4096, false, 0);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void norWhereTheNextFenceIsSetAndOverwritingTheOneBeforeFails(SyncMode mode) throws IOException {
    FenceOrder.check(directory, mode, 4096, true, FAILURES);
    FenceOrder.check(directory.resolve("small"), mode, 512, true, FAILURES);
  }
}
