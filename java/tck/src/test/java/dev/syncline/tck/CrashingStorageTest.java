package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.nio.NioStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The kit's crashing disks lose what they say and nothing else. */
@Timeout(900)
class CrashingStorageTest {
  @TempDir private Path temporary;
  private Path directory;

  @BeforeEach
  void createDirectory() throws IOException {
    directory = Files.createDirectory(temporary.resolve("disk"));
  }

  @Test
  void aPausedStorageChangesNothingUntilItGoesOn() throws Exception {
    PausableStorage storage = new PausableStorage(NioStorage.open(directory, LogTestBase.BLOCK_BYTES, true));
    storage.pause();
    Together.Task<SegmentFile> creating = Together.begin(() -> storage.create("a.wal", 0));
    Together.await("the change waits", creating::isWaiting);
    assertThat(storage.list()).isEmpty();
    storage.resume();
    creating.get().close();
    assertThat(storage.list()).containsExactly("a.wal");
  }

  @Test
  void aDeadStorageRefusesEveryChangeAfterTheLastOne() throws IOException {
    PausableStorage storage = new PausableStorage(NioStorage.open(directory, LogTestBase.BLOCK_BYTES, true));
    storage.dieAfter(1);
    storage.create("a.wal", 0).close();
    assertThat(storage.isDead()).isFalse();
    assertThatThrownBy(() -> storage.delete("a.wal")).isInstanceOf(IOException.class);
    assertThat(storage.isDead()).isTrue();
    assertThat(storage.list()).containsExactly("a.wal");
  }

  @Test
  void aPowerCutKeepsWhatWasSyncedAndMayLoseTheRest() throws IOException {
    PowerCutStorage storage = new PowerCutStorage(NioStorage.open(directory, LogTestBase.BLOCK_BYTES, true));
    try (SegmentFile file = storage.create("a.ready", 0)) {
      file.write(AlignedBuffers.allocate(4096).put(0, (byte) 1), 0);
      file.sync();
      file.writeDurably(AlignedBuffers.allocate(4096).put(0, (byte) 2), 8192);
      storage.rename("a.ready", "a.wal");
      storage.syncDirectory();
      file.write(AlignedBuffers.allocate(4096).put(0, (byte) 3), 4096);
      storage.rename("a.wal", "b.wal");
    }
    int[] seen = new int[4];
    Random random = new Random(16);
    for (int cut = 0; cut < 60; cut++) {
      Path target = temporary.resolve("cut-" + cut);
      storage.cut(target, random);
      boolean renamed = Files.exists(target.resolve("b.wal"));
      byte[] bytes = Files.readAllBytes(target.resolve(renamed ? "b.wal" : "a.wal"));
      assertThat(bytes).hasSize(12288).startsWith((byte) 1);
      assertThat(bytes[8192]).isEqualTo((byte) 2);
      seen[(renamed ? 2 : 0) + (bytes[4096] == 3 ? 1 : 0)]++;
    }
    assertThat(Arrays.stream(seen)).as("each combination of what may be lost occurs").allMatch(count -> count > 0);
  }
}
