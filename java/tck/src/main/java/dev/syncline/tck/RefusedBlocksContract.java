package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.Damage;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
      refuse(disk, file, FRAMES_START_BYTES + BLOCK_BYTES);
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
        assertThat(damage.problem()).contains("the disk refuses to read the block at offset " + (FRAMES_START_BYTES + BLOCK_BYTES),
            REFUSAL);
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

  /** A crash may tear a tail slot, too, and leaves none that cannot be read: what had joined the newest frame may have been in it. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void inATailSlotItIsNotTakenForWhatACrashLeaves(int commits) throws IOException {
    Path crashed = givenJoined(commits);
    int inSlots = commits - 1;
    for (int slot = 0; slot < 2; slot++) {
      Path copy = copyOf(crashed);
      Path newest = DirectoryBytes.newestWalFile(copy);
      FaultyStorage disk = disk(copy);
      refuse(disk, newest, (slot + 1) * BLOCK_BYTES);
      boolean wasLast = inSlots > 0 && (inSlots - 1) % 2 == slot;
      long shown = wasLast ? commits - 1 : commits;
      WriteAheadLog log = open(disk, CorruptionPolicy.READ_ONLY);
      String which = commits + " commits, slot " + slot;
      assertThat(readable(log)).as(which).isEqualTo(entryLines(1, shown));
      // The first that joins goes to the first slot.
      boolean none = slot == 1 && inSlots == 0;
      assertThat(log.recovery().damage()).as(which).hasSize(none ? 0 : 1).allSatisfy(damage -> {
        assertThat(damage.problem()).contains("tail slot", "refuses to read the block at offset");
        assertThat(damage.file()).isEqualTo(newest);
        assertThat(damage.firstLost()).isEqualTo(shown + 1);
      });
      log.close();
      disk = disk(copy);
      refuse(disk, newest, (slot + 1) * BLOCK_BYTES);
      try (WriteAheadLog goesOn = open(disk, CorruptionPolicy.TRUNCATE)) {
        assertThat(readable(goesOn)).as(which).isEqualTo(entryLines(1, shown));
        assertThat(goesOn.append(entryPayload(9))).as(which).isGreaterThan(shown);
      }
      try (WriteAheadLog again = open(copy)) {
        assertThat(readable(again)).as(which).hasSize((int) shown + 1);
        assertThat(again.recovery().damage()).as(which).isEmpty();
      }
    }
  }

  /** What a process leaves that died after so many commits that share a block. */
  private Path givenJoined(int commits) throws IOException {
    WriteAheadLog log = open(options -> {
      smallSegments(options);
      options.joinCommitsWithin(Duration.ofHours(1)).markInterval(NEVER);
    });
    appendEntries(log, commits);
    Path crashed = crashCopy(log);
    log.close();
    return crashed;
  }

  /** Of a log that was closed the mark says that nothing had joined. */
  @Test
  void inATailSlotOfALogThatWasClosedItTakesNothing() throws IOException {
    givenJoined(4);
    for (int slot = 0; slot < 2; slot++) {
      Path copy = copyOf(directory());
      FaultyStorage disk = disk(copy);
      refuse(disk, DirectoryBytes.newestWalFile(copy), (slot + 1) * BLOCK_BYTES);
      try (WriteAheadLog log = open(disk, CorruptionPolicy.READ_ONLY)) {
        assertThat(log.recovery().damage()).isEmpty();
        assertThat(readable(log)).isEqualTo(entryLines(1, 4));
      }
    }
  }

  @Test
  void whereASlotHasTheNewestFrameItsPlaceIsNotMissed() throws IOException {
    Path crashed = givenJoined(4);
    for (boolean shared : new boolean[] {false, true}) {
      Path copy = copyOf(crashed);
      Path newest = DirectoryBytes.newestWalFile(copy);
      if (shared) Files.createLink(copy.resolveSibling("link-of-it"), newest);
      FaultyStorage disk = disk(copy);
      refuse(disk, newest, FRAMES_START_BYTES);
      Path target = newCopyName();
      try (WriteAheadLog reader = WriteAheadLog.openReadOnly(disk, WalOptions.defaults())) {
        assertThat(readable(reader)).startsWith(entryLines(1, 3).toArray(new String[0]));
        assertThat(reader.verify().damage()).isEmpty();
        reader.snapshot(target);
      }
      assertThat(readable(openReadOnly(target))).startsWith(entryLines(1, 3).toArray(new String[0]));
      FaultyStorage again = disk(copy);
      Object key = key(newest);
      again.on(Op.READ).named(name -> name.equals(newest.getFileName().toString()) && key.equals(key(newest)))
          .touching(FRAMES_START_BYTES, BLOCK_BYTES).forever().fail(() -> new IOException(REFUSAL));
      WriteAheadLog log = open(again, CorruptionPolicy.REFUSE);
      again.heal();
      assertThat(readable(log)).isEqualTo(entryLines(1, 4));
      log.close();
      assertThat(readable(openReadOnly(copy))).isEqualTo(entryLines(1, 4));
    }
  }

  private static Object key(Path file) {
    try {
      return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** No record lies there any more. */
  @Test
  void aTailSlotOfASegmentThatIsFinishedIsNotMissedByACopy() throws IOException {
    Path closed = givenClosedLog(RECORDS);
    FaultyStorage disk = disk(closed);
    refuse(disk, DirectoryBytes.walFiles(closed).get(0), BLOCK_BYTES);
    Path target = newCopyName();
    try (WriteAheadLog reader = WriteAheadLog.openReadOnly(disk, WalOptions.defaults())) {
      assertThat(reader.verify().damage()).isEmpty();
      reader.snapshot(target);
    }
    assertThat(readable(openReadOnly(target))).isEqualTo(entryLines(1, RECORDS));
  }

  @Test
  void itIsGivenUpWhereThatIsAskedForAndTheLogGoesOn() throws IOException {
    Path closed = givenClosedLog(RECORDS);
    List<Path> files = DirectoryBytes.walFiles(closed);
    Path file = files.get(files.size() - 2);
    FaultyStorage disk = disk(closed);
    refuse(disk, file, FRAMES_START_BYTES + BLOCK_BYTES);
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

  // Files that have to be copied.

  /** Refused only once the log is open: what is known before keeps a log from being written, and a copy from being begun. */
  private void assertSaysWhatIsLost(ThrowingCallable copying, Path file, WriteAheadLog log) throws IOException {
    CorruptLogException thrown = catchThrowableOfType(CorruptLogException.class, copying);
    assertThat(thrown).hasMessageContaining(file.toString())
        .hasMessageContaining("the disk refuses to read the block at offset " + (FRAMES_START_BYTES + BLOCK_BYTES))
        .hasMessageContaining(REFUSAL).hasMessageContaining("are lost").hasMessageContaining("syncline repair");
    Damage verified = log.verify().damage().get(0);
    assertThat(thrown.damage()).hasValueSatisfying(told ->
        assertThat(told).returns(verified.firstLost(), Damage::firstLost).returns(verified.lastLost(), Damage::lastLost));
  }

  @Test
  void aCopyByAReaderSaysWhatIsLostAndLeavesNothing() throws IOException {
    Path closed = givenClosedLog(RECORDS);
    Path file = DirectoryBytes.walFiles(closed).get(1);
    FaultyStorage disk = disk(closed);
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(disk, WalOptions.defaults())) {
      refuse(disk, file, FRAMES_START_BYTES + BLOCK_BYTES);
      Path copy = newCopyName();
      assertSaysWhatIsLost(() -> log.snapshot(copy), file, log);
      assertThat(copy).doesNotExist();
      Path empty = Files.createDirectory(newCopyName());
      assertSaysWhatIsLost(() -> log.snapshot(empty), file, log);
      assertThat(empty).isEmptyDirectory();
    }
  }

  @Test
  void aCopyByTheWriterSaysWhatIsLostAndLeavesNothingAndTheLogGoesOn() throws IOException {
    Path closed = givenClosedLog(RECORDS);
    Path file = DirectoryBytes.walFiles(closed).get(1);
    FaultyStorage disk = new FaultyStorage(new WithoutLinks(openStorage(closed)));
    try (WriteAheadLog log = open(disk, LogTestBase::smallSegments)) {
      refuse(disk, file, FRAMES_START_BYTES + BLOCK_BYTES);
      Path copy = newCopyName();
      assertSaysWhatIsLost(() -> log.snapshot(copy), file, log);
      assertThat(copy).doesNotExist();
      assertThat(log.append(entryPayload(RECORDS + 1))).isEqualTo(RECORDS + 1);
    }
  }

  @Test
  void aCutOfASharedFileSaysWhatIsLostAndChangesNothing() throws IOException {
    Path closed = givenClosedLog(RECORDS);
    Path file = DirectoryBytes.walFiles(closed).get(1);
    FaultyStorage disk = new FaultyStorage(new WithoutLinks(openStorage(closed)));
    try (WriteAheadLog log = open(disk, LogTestBase::smallSegments)) {
      List<String> before = readable(log);
      long inFile = RECORDS / 2;
      while (!DirectoryBytes.find(closed, entryPayload(inFile)).file().equals(file)
          || DirectoryBytes.find(closed, entryPayload(inFile)).offset() < FRAMES_START_BYTES + 3 * BLOCK_BYTES) inFile--;
      long cut = inFile;
      refuse(disk, file, FRAMES_START_BYTES + BLOCK_BYTES);
      assertSaysWhatIsLost(() -> log.truncateAfter(cut), file, log);
      assertThat(DirectoryBytes.files(closed, name -> name.endsWith(".wal.tmp"))).isEmpty();
      assertThat(log.append(entryPayload(RECORDS + 1))).isEqualTo(RECORDS + 1);
      disk.heal();
      assertThat(readable(log)).startsWith(before.toArray(new String[0]));
    }
  }

  /** Where links cannot be made or counted every file is copied. */
  private static final class WithoutLinks extends InterceptedStorage {
    WithoutLinks(Storage delegate) {
      super(delegate);
    }

    @Override
    @SuppressWarnings("unchecked")
    protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
      if (operation.op() == Op.LINK) return (T) Boolean.FALSE;
      return operation.op() == Op.LINK_COUNT ? (T) (Integer) 0 : call.run();
    }

    @Override
    protected Storage around(Storage other) {
      return new WithoutLinks(other);
    }
  }
}
