package dev.syncline.format;

import static dev.syncline.format.Bytes.assertEveryChangeIsNoticed;
import static dev.syncline.format.Bytes.crcOnDisk;
import static dev.syncline.format.Bytes.hex;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MarkTest {
  private static final int AT = 64;
  private static final Mark MARK = new Mark(
      new LogId(0x1112131415161718L, 0x2122232425262728L),
      0x0132333435363738L,
      0x0142434445464748L,
      0x0152535455565758L,
      0x0162636465666768L,
      0x0172737475767778L,
      0x0182838485868788L,
      0x0192939495969798L,
      true,
      0x01a2a3a4a5a6a7a8L,
      0x01b2b3b4b5b6b7b8L,
      true,
      new Mark.DurablePoint(0x01c2c3c4c5c6c7c8L, 0x01d2d3d4d5d6d7d8L, 0x01e2e3e4e5e6e7e8L, 0x01f2f3f4),
      CutHistory.NONE.cutAfter(0x0122232425262728L, 0x31323334).cutAfter(0x0142434445464748L, 0x51525354));

  private final ByteBuffer out = Bytes.unwritten(AT + 512);

  @BeforeEach
  void encode() {
    MARK.encode(out, AT);
  }

  @Test
  void beginsWithTheMagicInReadableLetters() {
    assertThat(hex(out, AT, 8)).isEqualTo("53594e434d41524b");
  }

  @Test
  void hasTheVersionAtEight() {
    assertThat(hex(out, AT + 8, 8)).isEqualTo("0200000000000000");
  }

  @Test
  void hasTheLogIdAtSixteen() {
    assertThat(hex(out, AT + 16, 16)).isEqualTo("18171615141312112827262524232221");
  }

  @Test
  void hasTheCounterAtThirtyTwo() {
    assertThat(hex(out, AT + 32, 8)).isEqualTo("3837363534333201");
  }

  @Test
  void hasTheTruncationMarkAtForty() {
    assertThat(hex(out, AT + 40, 8)).isEqualTo("4847464544434201");
  }

  @Test
  void hasTheFloorAtFortyEight() {
    assertThat(hex(out, AT + 48, 8)).isEqualTo("5857565554535201");
  }

  @Test
  void hasTheLastCheckpointAtFiftySix() {
    assertThat(hex(out, AT + 56, 8)).isEqualTo("6867666564636201");
  }

  @Test
  void hasTheFirstOrdinalAtSixtyFour() {
    assertThat(hex(out, AT + 64, 8)).isEqualTo("8887868584838201");
  }

  @Test
  void hasTheLastOrdinalAtSeventyTwo() {
    assertThat(hex(out, AT + 72, 8)).isEqualTo("9897969594939201");
  }

  @Test
  void hasWhereARewindGoesAtEighty() {
    assertThat(hex(out, AT + 80, 8)).isEqualTo("a8a7a6a5a4a3a201");
  }

  @Test
  void hasTheSegmentOfARewindAtEightyEight() {
    assertThat(hex(out, AT + 88, 8)).isEqualTo("b8b7b6b5b4b3b201");
  }

  @Test
  void hasTheFlagsAtNinetySix() {
    assertThat(hex(out, AT + 96, 8)).isEqualTo("0300000000000000");
    MARK.withoutRewind().encode(out, AT);
    assertThat(hex(out, AT + 96, 4)).as("closed cleanly").isEqualTo("02000000");
    MARK.withDurable(Mark.DurablePoint.NONE, false).encode(out, AT);
    assertThat(hex(out, AT + 96, 4)).as("rewinding").isEqualTo("01000000");
  }

  @Test
  void hasTheDurableOrdinalAtOneHundredFour() {
    assertThat(hex(out, AT + 104, 8)).isEqualTo("c8c7c6c5c4c3c201");
  }

  @Test
  void hasTheDurableEndAtOneHundredTwelve() {
    assertThat(hex(out, AT + 112, 8)).isEqualTo("d8d7d6d5d4d3d201");
  }

  @Test
  void hasTheDurableSequenceAtOneHundredTwenty() {
    assertThat(hex(out, AT + 120, 8)).isEqualTo("e8e7e6e5e4e3e201");
  }

  @Test
  void hasTheDurableFramesChecksumAtOneHundredTwentyEight() {
    assertThat(hex(out, AT + 128, 8)).isEqualTo("f4f3f20100000000");
  }

  @Test
  void hasWhatTheCheckpointCoversAtOneHundredThirtySix() {
    assertThat(hex(out, AT + 136, 8)).isEqualTo("7877767574737201");
  }

  @Test
  void hasTheCutsOfTheTailAtOneHundredFortyFour() {
    assertThat(hex(out, AT + 144, 8)).isEqualTo("0200000000000000");
    assertThat(hex(out, AT + 152, 16)).isEqualTo("01000000" + "34333231" + "2827262524232201");
    assertThat(hex(out, AT + 168, 16)).isEqualTo("02000000" + "54535251" + "4847464544434201");
  }

  @Test
  void hasZerosUpToTheChecksum() {
    assertThat(hex(out, AT + 184, 68)).isEqualTo("00".repeat(68));
  }

  @Test
  void endsWithTheChecksumOfAllBeforeIt() {
    assertThat(hex(out, AT + 252, 4)).isEqualTo(crcOnDisk(out, AT, 252));
    assertThat(hex(out, AT + 256, 4)).isEqualTo("eeeeeeee");
  }

  @Test
  void isReadBackAsItWasWritten() {
    assertThat(Mark.problem(out, AT, 512)).isNull();
    assertThat(Mark.decode(out, AT)).isEqualTo(MARK);
  }

  @Test
  void anyChangedBitIsNoticed() {
    assertEveryChangeIsNoticed(out, AT, AT + Layout.MARK_SLOT_BYTES, in -> Mark.problem(in, AT, 512) == null);
  }

  @Test
  void zerosAreNoSlot() {
    assertThat(Mark.problem(Bytes.zeros(256), 0, 256)).contains("expected the magic SYNCMARK");
  }

  @Test
  void aSlotThatIsMissingOrCutSaysSo() {
    assertThat(Mark.problem(out, AT, 255)).isEqualTo("expected a slot of 256 bytes, found 255");
    assertThat(Mark.problem(out, AT, -4096)).isEqualTo("expected a slot of 256 bytes, found 0");
  }

  @Test
  void aNewerVersionWithAValidChecksumIsAVersionAndNoDamage() {
    out.putShort(AT + 8, (short) 0x8002);
    out.putInt(AT + 252, new Crc().of(out, AT, 252));
    assertThat(Mark.problem(out, AT, 512)).isNull();
    assertThat(Mark.version(out, AT)).isEqualTo(0x8002);
  }

  @Test
  void aFreshLogsMarkNamesNoSegmentAndIsClosed() {
    Mark fresh = Mark.fresh(new LogId(1, 2));
    assertThat(fresh.hasSegments()).isFalse();
    assertThat(fresh.closedCleanly()).isTrue();
    assertThat(fresh.counter()).isEqualTo(1);
    assertThat(fresh.withOrdinals(1, 1).hasSegments()).isTrue();
  }

  /** The comparison is written by hand: a component that is added and forgotten there would let a mark count as stored. */
  @Test
  void twoMarksAreTheSameIfEveryPartIs() throws ReflectiveOperationException {
    assertEveryPartCounts(MARK);
    assertEveryPartCounts(MARK.durable());
    assertEveryPartCounts(MARK.logId());
  }

  private static void assertEveryPartCounts(Record whole) throws ReflectiveOperationException {
    RecordComponent[] parts = whole.getClass().getRecordComponents();
    Class<?>[] types = Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
    Object[] values = new Object[parts.length];
    for (int i = 0; i < parts.length; i++) values[i] = parts[i].getAccessor().invoke(whole);
    Object same = whole.getClass().getConstructor(types).newInstance(values);
    assertThat(same).isEqualTo(whole).hasSameHashCodeAs(whole);
    for (int i = 0; i < parts.length; i++) {
      Object[] changed = values.clone();
      changed[i] = another(values[i]);
      assertThat(whole.getClass().getConstructor(types).newInstance(changed)).as(parts[i].getName()).isNotEqualTo(whole);
    }
  }

  private static Object another(Object value) {
    if (value instanceof Long number) return number ^ 1;
    if (value instanceof Integer number) return number ^ 1;
    if (value instanceof Boolean flag) return !flag;
    if (value instanceof LogId id) return new LogId(id.high(), ~id.low());
    return value instanceof CutHistory ? CutHistory.NONE : Mark.DurablePoint.NONE;
  }
}
