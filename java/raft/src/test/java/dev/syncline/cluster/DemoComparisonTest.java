package dev.syncline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.replicated.ClientRecord;
import dev.syncline.RecordType;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The demo would say so if a record were missing. */
class DemoComparisonTest {
  private static final List<byte[]> LINES = List.of("zero".getBytes(), "one".getBytes(), "two".getBytes());
  private final DemoComparison comparison = new DemoComparison(
      LINES, Map.of(1L, new DemoWriters.Acknowledged(1, 0), 2L, new DemoWriters.Acknowledged(0, 0)));

  private static ClientRecord record(long sequence, int line, byte[] text) {
    ByteBuffer key = DemoWriters.operation(line, text).keyBuffer();
    byte[] bytes = new byte[key.remaining()];
    key.get(bytes);
    return new ClientRecord(sequence, RecordType.PUT, bytes, text, 0);
  }

  private static TreeMap<Long, ClientRecord> records(ClientRecord... records) {
    TreeMap<Long, ClientRecord> all = new TreeMap<>();
    for (ClientRecord each : records) all.put(each.sequence(), each);
    return all;
  }

  @Test
  void whatWasAcknowledgedIsEnough() {
    assertThat(comparison.difference("node-1", records(record(1, 1, LINES.get(1)), record(2, 0, LINES.get(0))))).isEmpty();
  }

  @Test
  void aMissingRecordIsNamed() {
    assertThat(comparison.difference("node-1", records(record(1, 1, LINES.get(1))))).hasValueSatisfying(
        text -> assertThat(text).contains("line 0 was acknowledged as record 2, which is missing"));
  }

  @Test
  void aChangedByteIsNoticed() {
    assertThat(comparison.difference("node-1", records(record(1, 1, "onE".getBytes()), record(2, 0, LINES.get(0)))))
        .hasValueSatisfying(text -> assertThat(text).contains("record 1 is not line 1"));
  }

  @Test
  void aLineThatIsThereTwiceIsNoticed() {
    assertThat(comparison.difference(
        "node-1", records(record(1, 1, LINES.get(1)), record(2, 0, LINES.get(0)), record(3, 1, LINES.get(1)))))
        .hasValueSatisfying(text -> assertThat(text).contains("line 1 is there twice"));
  }

  @Test
  void nodesThatDifferAreNoticedEvenWhereNothingWasAcknowledged() {
    comparison.difference("node-1", records(record(1, 1, LINES.get(1)), record(2, 0, LINES.get(0)), record(3, 2, LINES.get(2))));
    assertThat(comparison.difference("node-2", records(record(1, 1, LINES.get(1)), record(2, 0, LINES.get(0)))))
        .hasValueSatisfying(text -> assertThat(text).contains("record 3 is null").contains("node-1"));
  }
}
