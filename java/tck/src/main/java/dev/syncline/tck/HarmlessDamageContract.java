package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Damage;
import dev.syncline.LogRepair;
import dev.syncline.RepairPlan;
import dev.syncline.RepairResult;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Crc;
import dev.syncline.format.Layout;
import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Damage that takes no record: of a seal, or of one slot of the mark. Everybody says the same of it: opening goes on without, to read and
 * to write, a copy is made and has none of it, verifying names it, and a repair mends it, whose plan says that nothing is lost.
 */
public abstract class HarmlessDamageContract extends RepairTestBase {

  /** What is harmed: a segment that is not the newest ends with a seal of one block. */
  enum Harm {
    SEAL_HEADER(log -> flipInSeal(log, 4)),
    SEAL_BODY(log -> flipInSeal(log, 100)),
    /** Whole, and of other frames: another life of the segment has had it. */
    SEAL_OF_OTHER_FRAMES(log -> sealOtherFrames(log)),
    SEAL_TRAILER(log -> flipInSeal(log, BLOCK_BYTES - 12)),
    SEAL_ZEROED(log -> DirectoryBytes.zero(older(log), sealOffset(log), BLOCK_BYTES)),
    SEAL_CUT_SHORT(log -> DirectoryBytes.cut(older(log), sealOffset(log) + 600)),
    FIRST_SLOT(log -> DirectoryBytes.zero(log.resolve("log.mark"), 0, BLOCK_BYTES)),
    SECOND_SLOT(log -> DirectoryBytes.zero(log.resolve("log.mark"), BLOCK_BYTES, BLOCK_BYTES));

    private final Step step;

    Harm(Step step) {
      this.step = step;
    }

    interface Step {
      void to(Path log) throws IOException;
    }

    Path file(Path log) throws IOException {
      return name().startsWith("SEAL") ? older(log) : log.resolve("log.mark");
    }
  }

  private static Path older(Path log) throws IOException {
    return DirectoryBytes.walFiles(log).get(2);
  }

  private static long sealOffset(Path log) throws IOException {
    return Files.size(older(log)) - BLOCK_BYTES;
  }

  private static void flipInSeal(Path log, int at) throws IOException {
    DirectoryBytes.flipByte(older(log), sealOffset(log) + at);
  }

  private static void sealOtherFrames(Path log) throws IOException {
    byte[] bytes = Files.readAllBytes(older(log));
    int seal = (int) sealOffset(log);
    ByteBuffer out = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int body = seal + Layout.FRAME_HEADER_BYTES;
    out.putInt(body + 8, out.getInt(body + 8) ^ 1);
    out.putInt(seal + 64, new Crc().of(out, body, out.getInt(seal + 56)));
    out.putInt(seal + 4, new Crc().of(out, seal + 8, Layout.FRAME_HEADER_BYTES - 8));
    Files.write(older(log), bytes);
  }

  private List<String> all(Path log) throws IOException {
    try (WriteAheadLog reader = openReadOnly(log)) {
      return everything(reader);
    }
  }

  private Path givenHarmed(Harm harm) throws IOException {
    Path log = givenRepairable();
    harm.step.to(log);
    return log;
  }

  private static void assertNamed(List<Damage> damage, Path file) {
    assertThat(damage).singleElement().satisfies(each -> {
      assertThat(each.file().getFileName()).isEqualTo(file.getFileName());
      assertThat(each.losesRecords()).isFalse();
      assertThat(each.toString()).contains("no record is lost");
    });
  }

  @ParameterizedTest
  @EnumSource
  void itIsNamedAndOpeningToReadGoesOnWithout(Harm harm) throws IOException {
    Path log = givenRepairable();
    List<String> before = all(log);
    harm.step.to(log);
    WriteAheadLog reader = openReadOnly(log);
    assertThat(reader.recovery().damage()).isEmpty();
    assertThat(everything(reader)).isEqualTo(before);
    assertNamed(reader.verify().damage(), harm.file(log));
    String name = harm.file(log).getFileName().toString();
    assertThat(reader.recovery().notes()).anyMatch(note -> note.contains(name));
  }

  /** As where a disk was full: there was no room for a seal, and none is missed. */
  @Test
  void aFileThatEndsWithItsLastFrameMissesNoSeal() throws IOException {
    Path log = givenRepairable();
    List<String> before = all(log);
    DirectoryBytes.cut(older(log), sealOffset(log));
    String name = older(log).getFileName().toString();
    try (WriteAheadLog writer = open(log, LogTestBase::smallSegments)) {
      assertThat(writer.recovery().damage()).isEmpty();
      assertThat(writer.recovery().notes()).anyMatch(note -> note.contains(name));
      assertThat(writer.verify().damage()).isEmpty();
      assertThat(everything(writer)).isEqualTo(before);
      writer.snapshot(temporary.resolve("copy-of-unsealed"));
      assertThat(writer.append(entryPayload(LAST + 1))).isEqualTo(LAST + 1);
    }
    assertThat(plan(log).needed()).isFalse();
    try (WriteAheadLog copy = openReadOnly(temporary.resolve("copy-of-unsealed"))) {
      assertThat(copy.verify().damage()).isEmpty();
      assertThat(everything(copy)).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void openingToWriteGoesOnWithout(Harm harm) throws IOException {
    Path log = givenHarmed(harm);
    List<String> before = all(log);
    try (WriteAheadLog writer = open(log, LogTestBase::smallSegments)) {
      assertThat(writer.recovery().damage()).isEmpty();
      assertThat(writer.append(entryPayload(LAST + 1))).isEqualTo(LAST + 1);
      assertThat(everything(writer)).startsWith(before.toArray(new String[0]));
    }
  }

  @ParameterizedTest
  @EnumSource
  void aCopyIsMadeAndHasNoneOfIt(Harm harm) throws IOException {
    Path log = givenHarmed(harm);
    List<String> before = all(log);
    Path read = temporary.resolve("by-a-reader");
    try (WriteAheadLog reader = openReadOnly(log)) {
      reader.snapshot(read);
    }
    Path written = temporary.resolve("by-the-writer");
    try (WriteAheadLog writer = open(log, LogTestBase::smallSegments)) {
      writer.snapshot(written);
    }
    for (Path copy : List.of(read, written)) {
      WriteAheadLog opened = openReadOnly(copy);
      assertThat(everything(opened)).as("%s", copy).isEqualTo(before);
      assertThat(opened.verify().damage()).as("%s", copy).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRepairMendsItAndLosesNothing(Harm harm) throws IOException {
    Path log = givenHarmed(harm);
    List<String> before = all(log);
    RepairPlan plan = plan(log);
    assertThat(plan.needed()).isTrue();
    assertNamed(plan.damage(), harm.file(log));
    assertThat(plan.lost()).isEmpty();
    assertThat(plan.atStake()).isEmpty();
    assertThat(plan.keptRecords()).isEqualTo(before.size());
    assertThat(plan.nextSequence()).isEqualTo(LAST + 1);
    assertThat(plan.oldFiles()).as("nothing goes to quarantine: all that counts stays where it is").isEmpty();
    String name = harm.file(log).getFileName().toString();
    assertThat(plan.steps()).anyMatch(step -> step.contains(name));

    RepairResult result = repair(log);
    assertThat(result.changed()).isTrue();
    assertThat(result.lost()).isEmpty();
    assertThat(result.quarantined()).isEmpty();
    assertThat(result.keptRecords()).isEqualTo(before.size());
    assertThat(log.resolve("quarantine")).doesNotExist();

    assertThat(plan(log).needed()).isFalse();
    assertThat(repair(log).changed()).isFalse();
    assertThat(all(log)).isEqualTo(before);
    assertWholeWith(log, before, List.of(), LAST + 1);
  }

  /** Whoever has the log open goes on reading it: it is the same log, with the same records in the same places. */
  @ParameterizedTest
  @EnumSource
  void whoReadsMeanwhileHearsNothingOfTheRepair(Harm harm) throws IOException {
    Path log = givenHarmed(harm);
    List<String> before = all(log);
    try (WriteAheadLog reader = openReadOnly(log)) {
      repair(log);
      assertThat(everything(reader)).isEqualTo(before);
      assertThat(reader.verify().damage()).isEmpty();
    }
  }

  /** What shares the file has its own name for it. */
  @Test
  void aCopyThatSharesTheFileIsNotTouchedByTheRepair() throws IOException {
    Path log = givenRepairable();
    Path copy = temporary.resolve("shares");
    try (WriteAheadLog writer = open(log, LogTestBase::smallSegments)) {
      writer.snapshot(copy);
    }
    Harm.SEAL_BODY.step.to(log);
    List<String> before = all(log);
    Map<String, String> bytes = DirectoryBytes.fingerprint(copy);
    repair(log);
    assertThat(DirectoryBytes.fingerprint(copy)).isEqualTo(bytes);
    assertThat(all(log)).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource(names = {"SEAL_BODY", "SEAL_CUT_SHORT", "FIRST_SLOT"})
  void whereTheProcessDiesInTheRepairNothingIsLost(Harm harm) throws IOException {
    Path harmed = givenHarmed(harm);
    List<String> before = all(harmed);
    boolean died = true;
    for (int changes = 0; died; changes++) {
      Path log = copyOf(harmed);
      died = diesAfter(log, changes);
      assertThat(all(log)).as("died after %d changes", changes).isEqualTo(before);
      repair(log);
      assertThat(plan(log).needed()).as("died after %d changes", changes).isFalse();
      assertThat(all(log)).as("died after %d changes", changes).isEqualTo(before);
      if (!died) assertWholeWith(log, before, List.of(), LAST + 1);
    }
  }

  /** A disk that refuses the block of a seal, or a slot of the mark, takes no record either. */
  @Test
  void aSealThatTheDiskRefusesToReadIsNoMoreThanThat() throws IOException {
    Path log = givenRepairable();
    List<String> before = all(log);
    Path file = older(log);
    long seal = sealOffset(log);
    try (FaultyStorage disk = new FaultyStorage(openStorage(log))) {
      refuse(disk, file, seal);
      try (WriteAheadLog reader = WriteAheadLog.openReadOnly(refusing(log, file, seal), WalOptions.defaults())) {
        assertThat(everything(reader)).isEqualTo(before);
        assertNamed(reader.verify().damage(), file);
        reader.snapshot(temporary.resolve("copy"));
      }
      assertThat(all(temporary.resolve("copy"))).isEqualTo(before);
      try (WriteAheadLog copied = openReadOnly(temporary.resolve("copy"))) {
        assertThat(copied.verify().damage()).isEmpty();
      }
      assertNamed(LogRepair.plan(disk).damage(), file);
      assertThat(repair(disk).lost()).isEmpty();
    }
    // The file has other blocks now.
    assertWholeWith(log, before, List.of(), LAST + 1);
  }

  /** Of a newest segment that a copy has sealed, in a log that was closed: the mark says that no record lies behind. */
  @Test
  void theSealOfTheNewestSegmentThatTheDiskRefusesToReadTakesNoRecord() throws IOException {
    Path log = givenRepairable();
    try (WriteAheadLog writer = open(log, LogTestBase::smallSegments)) {
      writer.snapshot(temporary.resolve("seals-it"));
    }
    List<String> before = all(log);
    Path newest = DirectoryBytes.newestWalFile(log);
    long seal = Files.size(newest) - BLOCK_BYTES;
    try (WriteAheadLog reader = WriteAheadLog.openReadOnly(refusing(log, newest, seal), WalOptions.defaults())) {
      assertThat(reader.recovery().damage()).noneMatch(Damage::losesRecords);
      assertThat(everything(reader)).isEqualTo(before);
      reader.snapshot(temporary.resolve("copy"));
    }
    assertThat(all(temporary.resolve("copy"))).isEqualTo(before);
    try (WriteAheadLog writer = open(refusing(log, newest, seal), LogTestBase::smallSegments)) {
      assertThat(writer.recovery().damage()).isEmpty();
      assertThat(writer.append(entryPayload(LAST + 1))).isEqualTo(LAST + 1);
    }
    assertThat(all(log)).startsWith(before.toArray(new String[0]));
  }

  private Storage refusing(Path log, Path file, long offset) throws IOException {
    FaultyStorage disk = new FaultyStorage(openStorage(log));
    refuse(disk, file, offset);
    return disk;
  }

  private static void refuse(FaultyStorage disk, Path file, long offset) throws IOException {
    Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    disk.on(Op.READ).named(name -> name.equals(file.getFileName().toString()) && isStill(file, key) && file.toFile().length() > offset)
        .touching(offset, BLOCK_BYTES).forever().fail(() -> new IOException("Input/output error"));
  }

  private static boolean isStill(Path file, Object key) {
    try {
      return key.equals(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    } catch (IOException e) {
      return false;
    }
  }
}
