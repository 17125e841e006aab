package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A mark file that is missing, unreadable or refused by the disk, whole or in half: promises 14 and 18. */
public abstract class MarkDamageContract extends LogTestBase {
  @Test
  void aMissingOrUnreadableMarkFileIsDamageAndNeverAFreshLog() throws IOException {
    Path closed = givenClosedLog(60);
    Path without = copyOf(closed);
    Files.delete(without.resolve("log.mark"));
    Path garbage = copyOf(closed);
    byte[] noise = new byte[(int) Files.size(garbage.resolve("log.mark"))];
    new Random(18).nextBytes(noise);
    DirectoryBytes.write(garbage.resolve("log.mark"), 0, noise);
    Path empty = copyOf(closed);
    DirectoryBytes.cut(empty.resolve("log.mark"), 0);
    for (Path damaged : List.of(without, garbage, empty)) {
      WriteAheadLog log = open(damaged);
      assertThat(log.recovery().fresh()).isFalse();
      assertThat(log.recovery().damage()).isNotEmpty();
      assertThat(log.recovery().damage().get(0).file()).isEqualTo(damaged.resolve("log.mark"));
      assertThat(lines(log.replay())).isEqualTo(entryLines(1, 60));
      assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class);
    }
  }

  @Test
  void oneUnreadableSlotOfTheMarkFileIsHealedFromTheOther() throws IOException {
    Path closed = givenClosedLog(60);
    for (int slot = 0; slot < 2; slot++) {
      Path copy = copyOf(closed);
      DirectoryBytes.zero(copy.resolve("log.mark"), slot * (long) BLOCK_BYTES, BLOCK_BYTES);
      WriteAheadLog log = open(copy);
      assertThat(lines(log.replay())).as("slot %d is unreadable", slot).isEqualTo(entryLines(1, 60));
      assertThat(log.recovery().damage()).as("slot %d is unreadable", slot).noneMatch(Damage::losesRecords);
      assertThat(log.append(entryPayload(61))).isEqualTo(61);
      log.close();
      assertThat(lines(open(copy).replay())).isEqualTo(entryLines(1, 61));
    }
  }

  @Test
  void aSlotOfTheMarkFileThatTheDiskRefusesToReadLeavesTheOther() throws IOException {
    Path closed = givenClosedLog(60);
    for (int slot = 0; slot < 2; slot++) {
      Path copy = copyOf(closed);
      FaultyStorage disk = new FaultyStorage(openStorage(copy));
      disk.on(Op.READ).named("log.mark"::equals).touching(slot * (long) BLOCK_BYTES, BLOCK_BYTES).forever()
          .fail(() -> new IOException("Input/output error"));
      try (WriteAheadLog log = open(disk, LogTestBase::smallSegments)) {
        assertThat(lines(log.replay())).as("slot %d", slot).isEqualTo(entryLines(1, 60));
        assertThat(log.append(entryPayload(61))).isEqualTo(61);
        assertThat(log.verify().damage()).as("slot %d", slot).hasSize(1).first().satisfies(damage -> {
          assertThat(damage.problem()).contains("refuses to read", "Input/output error");
          assertThat(damage.losesRecords()).isFalse();
        });
      }
    }
  }

  @Test
  void ofTwoSlotsThatTheDiskRefusesToReadNoneIsTakenForDamage() throws IOException {
    Path closed = givenClosedLog(60);
    Map<String, String> before = DirectoryBytes.fingerprint(closed, name -> !name.contains("lock"));
    FaultyStorage disk = new FaultyStorage(openStorage(closed));
    disk.on(Op.READ).named("log.mark"::equals).forever().fail(() -> new IOException("Input/output error"));
    assertThatThrownBy(() -> open(disk, LogTestBase::smallSegments)).isInstanceOf(IOException.class)
        .hasMessageContaining("Input/output error");
    assertThat(DirectoryBytes.fingerprint(closed, name -> !name.contains("lock"))).isEqualTo(before);
  }

  /** Else a crash in that write would leave no slot at all. */
  @Test
  void theSlotThatIsReadableIsNeverTheFirstToBeWritten() throws IOException {
    Path closed = givenClosedLog(60);
    for (int slot = 0; slot < 2; slot++) {
      Path copy = copyOf(closed);
      DirectoryBytes.zero(copy.resolve("log.mark"), slot * (long) BLOCK_BYTES, BLOCK_BYTES);
      byte[] before = Files.readAllBytes(copy.resolve("log.mark"));
      FaultyStorage disk = new FaultyStorage(openStorage(copy));
      disk.on(Op.WRITE_DURABLY).named("log.mark"::equals).nth(2).fail(() -> new IOException("the power is gone"));
      assertThatThrownBy(() -> open(disk, LogTestBase::smallSegments)).hasMessageContaining("the power is gone");
      byte[] after = Files.readAllBytes(copy.resolve("log.mark"));
      int good = (1 - slot) * BLOCK_BYTES;
      assertThat(Arrays.copyOfRange(after, good, good + BLOCK_BYTES)).as("slot %d is unreadable", slot)
          .isEqualTo(Arrays.copyOfRange(before, good, good + BLOCK_BYTES));
    }
  }
}
