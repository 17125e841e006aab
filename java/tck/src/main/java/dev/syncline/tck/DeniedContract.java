package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.LogRepair;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever may not use a directory is told which, as whom he tried, and what to do, and not just the name of one file. */
public abstract class DeniedContract extends LogTestBase {
  private static final String DENIED = "the-file-in-question";

  private FaultyStorage denying(Path log, Op op) throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(log));
    disk.on(op).forever().fail(() -> new AccessDeniedException(log.resolve(DENIED).toString()));
    return disk;
  }

  private static void assertExplained(Op op, Path log, ThrowingCallable use) {
    assertThatThrownBy(use).as("%s is denied", op).isInstanceOf(AccessDeniedException.class)
        .hasMessageContaining(log.resolve(DENIED).toString()).hasMessageContaining("permission denied").hasMessageContaining(log.toString())
        .hasMessageContaining("user " + System.getProperty("user.name")).hasMessageContaining("chown");
  }

  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"LIST", "OPEN"})
  void whoMayNotReadItIsToldSo(Op op) throws IOException {
    Path log = givenClosedLog(20);
    assertExplained(op, log, () -> WriteAheadLog.openReadOnly(denying(log, op), WalOptions.defaults()));
    assertExplained(op, log, () -> LogRepair.plan(denying(log, op)));
  }

  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"CREATE_DIRECTORY", "LIST", "OPEN", "SYNC_DIRECTORY"})
  void whoMayNotWriteInItIsToldSo(Op op) throws IOException {
    Path log = givenCrashedLog(20);
    assertExplained(op, log, () -> open(denying(log, op), options -> {}));
  }

  @ParameterizedTest
  @EnumSource(value = Op.class, names = {"LIST", "OPEN", "SYNC_DIRECTORY"})
  void whoMayNotRepairItIsToldSo(Op op) throws IOException {
    Path log = givenClosedLog(20);
    DirectoryBytes.flipByte(DirectoryBytes.newestWalFile(log), FRAMES_START_BYTES + BLOCK_BYTES + 100);
    assertExplained(op, log, () -> LogRepair.apply(denying(log, op), WalOptions.defaults()));
  }
}
