package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A block that the disk refuses to read, each time, is damage of that block: it is named, and what lies around it is read. */
public abstract class RefusedBlocksContract extends LogTestBase {
  private static final String REFUSAL = "Input/output error";
  private static final int RECORDS = 60;

  private FaultyStorage disk(Path directory) throws IOException {
    return new FaultyStorage(openStorage(directory));
  }

  /** From now on the disk refuses one block of the file, whoever asks and however. */
  private static void refuse(FaultyStorage disk, Path file, long offset) {
    // As long as it is the file's: a cut gives it up.
    disk.on(Op.READ).named(name -> name.equals(file.getFileName().toString()) && file.toFile().length() > offset)
        .touching(offset & -(long) BLOCK_BYTES, BLOCK_BYTES).forever()
        .fail(() -> new IOException(REFUSAL));
  }

  private WriteAheadLog open(FaultyStorage disk, CorruptionPolicy policy) throws IOException {
    return open(disk, options -> {
      smallSegments(options);
      options.corruptionPolicy(policy).verifyOnOpen(Verification.FULL);
    });
  }

  private static List<String> readable(WriteAheadLog log) throws IOException {
    return lines(log.replay());
  }

  @Test
  void inAnySegmentItIsNamedAndWhatLiesBeforeItIsRead() throws IOException {
    Path closed = givenClosedLog(RECORDS);
    for (Path original : DirectoryBytes.walFiles(closed)) {
      Path copy = copyOf(closed);
      Path file = copy.resolve(original.getFileName());
      FaultyStorage disk = disk(copy);
      refuse(disk, file, 2L * BLOCK_BYTES);
      WriteAheadLog log = open(disk, CorruptionPolicy.READ_ONLY);
      Throwable met = catchThrowable(() -> {
        try (WalCursor cursor = log.replay()) {
          while (cursor.advance()) {}
          cursor.requireComplete();
        }
      });
      assertThat(met).as("%s", file).isInstanceOf(CorruptLogException.class);
      List<Damage> found = log.verify().damage();
      assertThat(found).as("%s", file).isNotEmpty().first().satisfies(damage -> {
        assertThat(damage.file()).isEqualTo(file);
        assertThat(damage.problem()).contains("the disk refuses to read the block at offset " + 2L * BLOCK_BYTES, REFUSAL);
        assertThat(damage.losesRecords()).isTrue();
      });
      long firstLost = found.get(0).firstLost();
      for (long sequence = 1; sequence < firstLost; sequence++) assertThat(log.read(sequence)).as("record %d", sequence).isPresent();
      assertThatThrownBy(() -> log.read(firstLost)).as("record %d", firstLost).isInstanceOf(CorruptLogException.class);
    }
  }

  /** A crash may tear the last frame; it leaves no block that cannot be read. So what was there may have been acknowledged. */
  @Test
  void atTheVeryEndItIsNotTakenForWhatACrashLeaves() throws IOException {
    Path crashed = givenCrashedLog(RECORDS);
    Path newest = DirectoryBytes.newestWalFile(crashed);
    long last = DirectoryBytes.find(crashed, entryPayload(RECORDS)).offset();
    FaultyStorage disk = disk(crashed);
    refuse(disk, newest, last);
    WriteAheadLog log = open(disk, CorruptionPolicy.READ_ONLY);
    assertThat(log.recovery().damage()).hasSize(1).first().satisfies(damage -> {
      assertThat(damage.problem()).contains("refuses to read");
      assertThat(damage.firstLost()).isEqualTo(RECORDS);
      assertThat(damage.lastLost()).isEqualTo(RECORDS);
    });
    assertThat(readable(log)).isEqualTo(entryLines(1, RECORDS - 1));
    assertThatThrownBy(() -> log.append(bytes("no"))).isInstanceOf(CorruptLogException.class).hasMessageContaining("refuses to read");
  }

  @Test
  void itIsGivenUpWhereThatIsAskedForAndTheLogGoesOn() throws IOException {
    Path closed = givenClosedLog(RECORDS);
    List<Path> files = DirectoryBytes.walFiles(closed);
    Path file = files.get(files.size() - 2);
    FaultyStorage disk = disk(closed);
    refuse(disk, file, 2L * BLOCK_BYTES);
    List<String> kept;
    try (WriteAheadLog log = open(disk, CorruptionPolicy.TRUNCATE)) {
      kept = readable(log);
      assertThat(entryLines(1, RECORDS)).startsWith(kept.toArray(new String[0]));
      assertThat(log.append(entryPayload(RECORDS + 1))).isEqualTo(RECORDS + 1);
    }
    assertThat(Files.list(closed.resolve("quarantine"))).isNotEmpty();
    disk.heal();
    try (WriteAheadLog log = open(closed)) {
      assertThat(log.recovery().damage()).isEmpty();
      assertThat(readable(log)).hasSize(kept.size() + 1).startsWith(kept.toArray(new String[0]));
    }
  }

  @Test
  void anErrorThatComesOnceIsNoDamageAndChangesNothing() throws IOException {
    Path closed = givenClosedLog(RECORDS);
    Map<String, String> before = DirectoryBytes.fingerprint(closed, name -> !name.contains("lock"));
    Path newest = DirectoryBytes.newestWalFile(closed);
    FaultyStorage disk = disk(closed);
    disk.on(Op.READ).named(newest.getFileName().toString()::equals).fail(() -> new IOException(REFUSAL));
    assertThatThrownBy(() -> open(disk, CorruptionPolicy.TRUNCATE)).isInstanceOf(IOException.class).hasMessageContaining(REFUSAL);
    assertThat(DirectoryBytes.fingerprint(closed, name -> !name.contains("lock"))).isEqualTo(before);
  }

  @Test
  void aDiskThatReadsNothingIsNotTakenForDamage() throws IOException {
    Path closed = givenClosedLog(RECORDS);
    Map<String, String> before = DirectoryBytes.fingerprint(closed, name -> !name.contains("lock"));
    Path newest = DirectoryBytes.newestWalFile(closed);
    FaultyStorage disk = disk(closed);
    disk.on(Op.READ).named(newest.getFileName().toString()::equals).forever().fail(() -> new IOException(REFUSAL));
    assertThatThrownBy(() -> open(disk, CorruptionPolicy.TRUNCATE)).isInstanceOf(IOException.class).hasMessageContaining(REFUSAL);
    assertThat(DirectoryBytes.fingerprint(closed, name -> !name.contains("lock"))).isEqualTo(before);
  }
}
