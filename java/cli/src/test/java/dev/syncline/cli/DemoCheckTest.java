package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The comparison must notice whatever could be wrong: each test falsifies one thing. */
class DemoCheckTest {
  private final List<byte[]> lines = new ArrayList<>();
  private final List<DemoMessage.Ack> acks = new ArrayList<>();
  private final List<DemoRecord> recovered = new ArrayList<>();
  private final BitSet attempted = new BitSet();

  /** Four lines, of which 3, 0 and 2 were acknowledged as 1, 2 and 3, and 1 was under way. */
  DemoCheckTest() {
    for (int index = 0; index < 4; index++) lines.add(Cli.bytes("line " + index));
    attempted.set(0, 4);
    int[] order = {3, 0, 2};
    for (int at = 0; at < order.length; at++) {
      acks.add(new DemoMessage.Ack(at + 1, order[at], DemoRecord.crc(lines.get(order[at])), 0));
      recovered.add(record(at + 1, order[at]));
    }
  }

  @Test
  void equalRecordsMatch() {
    DemoCheck.Result result = compare();
    assertThat(result.ok()).isTrue();
    assertThat(result.matched()).isEqualTo(3).isEqualTo(result.acknowledged()).isEqualTo(result.records());
  }

  @Test
  void aRecordWhoseAppendWasUnderWayMayBeThere() {
    recovered.add(record(4, 1));
    DemoCheck.Result result = compare();
    assertThat(result.ok()).isTrue();
    assertThat(result.records()).isEqualTo(4);
    assertThat(result.matched()).isEqualTo(3);
  }

  @Test
  void aChangedByteIsADifference() {
    recovered.set(1, new DemoRecord(2, 0, Cli.bytes("line O")));
    differsAt(2, 2, "line 0", "line O");
  }

  @Test
  void aMissingRecordIsADifference() {
    recovered.remove(2);
    differsAt(3, 2, "which was acknowledged", "no record");
  }

  @Test
  void aGapIsADifference() {
    recovered.remove(1);
    differsAt(2, 2, "the next record", "a gap up to sequence 3");
  }

  @Test
  void anotherLineUnderTheSequenceIsADifference() {
    recovered.set(2, record(3, 1));
    differsAt(3, 2, "line 2", "line 1");
  }

  @Test
  void aLineThatNobodyAppendedIsADifference() {
    attempted.clear(1);
    recovered.add(record(4, 1));
    differsAt(4, 3, "whose append had begun", "line index 1");
  }

  @Test
  void aForeignRecordIsADifference() {
    recovered.add(new DemoRecord(4, DemoRecord.FOREIGN, Cli.bytes("?")));
    differsAt(4, 3, "whose append had begun", "\"?\"");
  }

  @Test
  void aLineTwiceIsADifference() {
    recovered.add(record(4, 0));
    differsAt(4, 3, "each line once", "line 0");
  }

  @Test
  void aSequenceAcknowledgedTwiceIsADifference() {
    acks.add(new DemoMessage.Ack(2, 1, DemoRecord.crc(lines.get(1)), 0));
    assertThat(compare().ok()).isFalse();
  }

  @Test
  void anAcknowledgementOfOtherBytesIsADifference() {
    acks.set(0, new DemoMessage.Ack(1, 3, 4711, 0));
    assertThat(compare().first().found()).contains("acknowledged another line");
  }

  @Test
  void aDifferenceMakesTheReportFail() {
    recovered.remove(2);
    DemoCheck.Result result = compare();
    DemoReport.Run run =
        new DemoReport.Run("portable", "asked for", 3, 3, result.matched(), 2, 1, 2, 1, 1, 1, result.first().toString());
    DemoReport report = new DemoReport("input", 4, 24, 1, null, List.of(run), List.of());
    assertThat(report.exitCode()).isEqualTo(ExitCode.PROBLEM);
    assertThat(report.differences()).singleElement().asString().contains("sequence 3");
    assertThat(report.lastLine()).isEqualTo("recovered 2 of 3 acknowledged records (portable)");
  }

  private DemoRecord record(long sequence, int index) {
    return new DemoRecord(sequence, index, lines.get(index));
  }

  private DemoCheck.Result compare() {
    return DemoCheck.compare(lines, acks, attempted, recovered.iterator());
  }

  private void differsAt(long sequence, int matched, String expected, String found) {
    DemoCheck.Result result = compare();
    assertThat(result.ok()).isFalse();
    assertThat(result.matched()).isEqualTo(matched);
    assertThat(result.first().sequence()).isEqualTo(sequence);
    assertThat(result.first().expected()).contains(expected);
    assertThat(result.first().found()).contains(found);
  }
}
