package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.Verification;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.lab.Survival.Kind;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What random crashes have found once, each in the smallest form. */
@Timeout(900)
class CrashRegressionTest {
  private int blockBytes = 512;

  @TempDir private Path directory;
  private SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
  private boolean readsPastCache = true;
  private SyncMode mode = SyncMode.SYNC;

  private WriteAheadLog open() throws IOException {
    WalOptions options = WalOptions.builder()
        .blockSize(blockBytes).maxSegmentSize(Layout.FRAMES_START_BYTES + 15L * blockBytes)
        .syncMode(mode).verifyOnOpen(Verification.FULL).build();
    return WriteAheadLog.open(new SimulatedStorage(disk, directory, SimulatedStorage.traits(blockBytes, false, readsPastCache)), options);
  }

  private void cut(int moment, Kind kind, long seed) {
    disk = new SimulatedDisk(disk.cut(moment, new Survival(kind, seed)));
  }

  private void cutNow(Kind kind) {
    cut(disk.moment(), kind, 1);
  }

  private static byte[] entry(int bytes) {
    return new byte[bytes];
  }

  @Test
  void aLogThatWasRecoveredAndClosedWithoutAnAppendCountsAsClosed() throws IOException {
    open().append(entry(10));
    cutNow(Kind.NOTHING);
    open().close();
    byte[] newest = disk.cut(disk.moment(), new Survival(Kind.NOTHING, 1)).bytes("00000000000000000001.wal");
    assertThat(newest.length % blockBytes).as("no padding is left").isNotZero();
    assertThat(open().recovery().closedCleanly()).isTrue();
  }

  @Test
  void aLogThatEndsWithASealCountsAsClosed() throws IOException {
    try (WriteAheadLog log = open()) {
      log.append(entry(10));
      log.snapshot(directory.resolve("copy"));
    }
    WriteAheadLog log = open();
    assertThat(log.recovery().closedCleanly()).isTrue();
    log.append(entry(10));
    assertThat(log.currentSequence()).isEqualTo(2);
  }

  @Test
  void verifyAcceptsASealThatNamesTypesOfRecordsThatWereCutOff() throws IOException {
    WriteAheadLog log = open();
    log.append(entry(10));
    log.delete(entry(10));
    log.truncateAfter(1);
    log.append(entry(10));
    cutNow(Kind.NOTHING);
    assertThat(open().verify().damage()).isEmpty();
  }

  @Test
  void aCrashInCloseIsRecoveredWhereReadsCannotGoPastTheCache() throws IOException {
    readsPastCache = false;
    WriteAheadLog log = open();
    log.append(entry(10));
    int began = disk.moment();
    log.close();
    int ended = disk.moment();
    SimulatedDisk closed = disk;
    for (int moment = began; moment <= ended; moment++) {
      disk = new SimulatedDisk(closed.cut(moment, new Survival(Kind.EVERYTHING, 1)));
      assertThat(open().currentSequence()).isEqualTo(1);
    }
  }

  @Test
  void aCrashWhileUnprovenFramesAreWrittenAgainLosesNone() throws IOException {
    readsPastCache = false;
    mode = SyncMode.MANUAL;
    WriteAheadLog log = open();
    log.appendBatch(List.of(Operation.entry(entry(700)), Operation.entry(entry(700))));
    log.sync();
    cutNow(Kind.NOTHING);
    SimulatedDisk recovering = disk;
    open();
    int ended = recovering.moment();
    for (int moment = 0; moment <= ended; moment++) {
      for (int seed = 0; seed < 8; seed++) {
        disk = new SimulatedDisk(recovering.cut(moment, new Survival(Kind.SHUFFLED, seed)));
        assertThat(open().currentSequence()).as("moment %d, seed %d", moment, seed).isEqualTo(3);
      }
    }
  }

  @Test
  void aTornSealIsNoSeal() throws IOException {
    blockBytes = 4096;
    WriteAheadLog log = open();
    log.append(entry(10));
    int began = disk.moment();
    log.snapshot(directory.resolve("copy"));
    int ended = disk.moment();
    SimulatedDisk sealed = disk;
    for (int moment = began; moment <= ended; moment++) {
      for (int seed = 0; seed < 8; seed++) {
        disk = new SimulatedDisk(sealed.cut(moment, new Survival(Kind.FIRST_SECTORS, seed)));
        try (WriteAheadLog recovered = open()) {
          assertThat(recovered.verify().damage()).as("moment %d, seed %d", moment, seed).isEmpty();
        }
      }
    }
  }
}
