package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptLogException;
import dev.syncline.Operation;
import dev.syncline.RecordTooLargeException;
import dev.syncline.RecordType;
import dev.syncline.SyncMode;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What comes back of a record: promises 8 and 9. */
public abstract class RecordContract extends LogTestBase {

  // Promise 8: every size up to the limit comes back intact, one more is refused.

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 511, 512, 4000, 4095, 4096, 4097, 8192, 65_535, 65_536, 65_537, 100_000, 300_000})
  void aValueOfAnySizeComesBackIntact(int size) throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    byte[] value = randomBytes(size);
    log.append(entryPayload(1));
    log.put(bytes("key"), value);
    log.append(entryPayload(3));
    Path crashed = crashCopy(log);
    assertHolds(log, value);
    log.close();
    assertHolds(open(LogTestBase::smallSegments), value);
    assertHolds(open(crashed, LogTestBase::smallSegments), value);
  }

  private static void assertHolds(WriteAheadLog log, byte[] value) throws IOException {
    WalRecord record = log.read(2).orElseThrow();
    assertThat(record.type()).isEqualTo(RecordType.PUT);
    assertThat(record.key()).isEqualTo(bytes("key"));
    assertThat(record.value()).isEqualTo(value);
    assertThat(records(log.replay()).get(1).value()).isEqualTo(value);
    assertThat(line(log.read(3).orElseThrow())).isEqualTo("3 ENTRY <entry-3>");
  }

  @Test
  void emptyKeysValuesAndPayloadsAreRecords() throws IOException {
    WriteAheadLog log = open();
    log.put(bytes(""), bytes(""));
    log.put(bytes(""), bytes("value of the empty key"));
    log.delete(bytes(""));
    log.append(bytes(""));
    log.close();
    assertThat(lines(open().iterate())).containsExactly("1 PUT =", "2 PUT =value of the empty key", "3 DELETE ", "4 ENTRY ");
  }

  @Test
  void keyAndValueAreToldApartWhateverTheirSizes() throws IOException {
    WriteAheadLog log = open();
    byte[] key = randomBytes(70_000);
    byte[] value = randomBytes(3);
    log.put(key, value);
    WalRecord record = log.read(1).orElseThrow();
    assertThat(record.key()).isEqualTo(key);
    assertThat(record.value()).isEqualTo(value);
    assertThat(record.keyBuffer().remaining()).isEqualTo(70_000);
    assertThat(record.valueBuffer().isReadOnly()).isTrue();
  }

  @Test
  void aRecordOfExactlyTheLimitIsTakenAndOneByteMoreIsRefusedBeforeAByteIsWritten() throws IOException {
    int limit = 200_000;
    WriteAheadLog log = open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).maxRecordSize(limit));
    log.append(randomBytes(limit));
    log.put(new byte[10], randomBytes(limit - 10));
    log.delete(new byte[limit]);
    Map<String, String> before = segmentBytes();
    byte[] over = new byte[limit + 1];
    List<Operation> tooLarge =
        List.of(Operation.entry(over), Operation.put(new byte[10], new byte[limit - 9]), Operation.delete(over));
    for (Operation operation : tooLarge) {
      assertThatThrownBy(() -> log.append(operation))
          .isInstanceOf(RecordTooLargeException.class)
          .hasMessageContaining(String.valueOf(limit))
          .hasMessageContaining(String.valueOf(limit + 1));
      assertThatThrownBy(() -> log.appendBatch(List.of(Operation.entry(bytes("small")), operation)))
          .isInstanceOf(RecordTooLargeException.class);
    }
    assertThat(segmentBytes()).isEqualTo(before);
    assertThat(log.currentSequence()).isEqualTo(3);
    assertThat(log.append(bytes("the log goes on"))).isEqualTo(4);
  }

  @Test
  void anAsynchronousAppendThatIsTooLargeIsRefusedTheSameWay() throws IOException {
    WriteAheadLog log = open(options -> options.maxRecordSize(1000));
    assertThatThrownBy(() -> log.appendAsync(Operation.entry(new byte[1001])).durable().join())
        .satisfiesAnyOf(
            thrown -> assertThat(thrown).isInstanceOf(RecordTooLargeException.class),
            thrown -> assertThat(thrown).hasCauseInstanceOf(RecordTooLargeException.class));
    assertThat(log.currentSequence()).isZero();
  }

  @Test
  void aBatchOfExactlyTheLimitIsTakenAndOneByteMoreIsRefusedBeforeAByteIsWritten() throws IOException {
    WriteAheadLog log =
        open(options -> options.maxSegmentSize(SMALL_SEGMENT_BYTES).maxRecordSize(50_000).maxBatchSize(100_000));
    byte[] half = randomBytes(50_000);
    log.appendBatch(List.of(Operation.entry(half), Operation.entry(half)));
    Map<String, String> before = segmentBytes();
    List<Operation> tooLarge = List.of(Operation.entry(half), Operation.entry(half), Operation.entry(new byte[1]));
    assertThatThrownBy(() -> log.appendBatch(tooLarge))
        .isInstanceOf(RecordTooLargeException.class)
        .hasMessageContaining("100000");
    assertThat(segmentBytes()).isEqualTo(before);
    assertThat(log.currentSequence()).isEqualTo(3);
    assertThat(log.read(2).orElseThrow().value()).isEqualTo(half);
  }

  @Test
  void aBatchLargerThanASegmentComesBackWhole() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    List<Operation> operations = new ArrayList<>();
    for (int i = 0; i < 300; i++) operations.add(Operation.put(bytes("key-" + i), new byte[1000]));
    log.append(entryPayload(1));
    assertThat(log.appendBatch(operations).count()).isEqualTo(300);
    log.append(bytes("after"));
    Path crashed = crashCopy(log);
    log.close();
    for (Path directory : List.of(directory(), crashed)) {
      List<WalRecord> replayed = records(open(directory).replay());
      assertThat(replayed).hasSize(302);
      assertThat(text(replayed.get(300).key())).isEqualTo("key-299");
    }
  }

  // Promise 9: checksums, and the caller's arrays.

  @Test
  void theCallerMayReuseItsArraysAsSoonAsTheCallReturns() throws IOException {
    WriteAheadLog log = open(options -> options.syncMode(SyncMode.MANUAL));
    byte[] key = bytes("key 1");
    byte[] value = bytes("value 1");
    log.put(key, value);
    log.appendBatch(List.of(Operation.put(key, value)));
    log.appendAsync(Operation.put(key, value)).durable();
    Arrays.fill(key, (byte) '!');
    Arrays.fill(value, (byte) '!');
    assertThat(lines(log.replay())).containsExactly("1 PUT key 1=value 1", "2 PUT key 1=value 1", "4 PUT key 1=value 1");
    log.close();
    assertThat(lines(open().replay())).containsExactly("1 PUT key 1=value 1", "2 PUT key 1=value 1", "4 PUT key 1=value 1");
  }

  @Test
  void whatIsReadBelongsToTheReader() throws IOException {
    WriteAheadLog log = open();
    log.put(bytes("key"), bytes("value"));
    WalRecord record = log.read(1).orElseThrow();
    Arrays.fill(record.value(), (byte) 0);
    Arrays.fill(record.key(), (byte) 0);
    assertThat(line(record)).isEqualTo("1 PUT key=value");
    assertThat(line(log.read(1).orElseThrow())).isEqualTo("1 PUT key=value");
  }

  @Test
  void anArrayThatChangesDuringTheCallIsNeverTakenWithAWrongChecksum() throws Exception {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    byte[] value = new byte[20_000];
    AtomicBoolean appended = new AtomicBoolean();
    Together.Task<Void> scribbler = Together.begin(() -> {
      for (byte fill = 1; !appended.get(); fill++) Arrays.fill(value, fill);
      return null;
    });
    try {
      for (int i = 0; i < 100; i++) log.append(value);
    } finally {
      appended.set(true);
    }
    scribbler.get();
    assertThat(sequences(log.replay())).hasSize(100);
    assertThat(log.verify().ok()).isTrue();
    assertThat(sequences(open(crashCopy(log)).replay())).hasSize(100);
  }

  @Test
  void everyByteOfARecordIsWatchedOver() throws IOException {
    Path closed = givenClosedLog(3);
    DirectoryBytes.Place place = DirectoryBytes.find(closed, entryPayload(2));
    for (int i = 0; i < entryPayload(2).length; i++) {
      Path copy = copyOf(closed);
      DirectoryBytes.flipByte(copy.resolve(place.file().getFileName()), place.offset() + i);
      WriteAheadLog log = open(copy);
      assertThat(lines(log.iterate())).as("byte %d of the record changed", i).isEqualTo(entryLines(1, 1));
      assertThat(log.recovery().damage()).isNotEmpty();
    }
  }

  @Test
  void aByteThatChangesUnderAnOpenLogIsNoticedByTheReader() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 60);
    log.close();
    WriteAheadLog again = open(LogTestBase::smallSegments);
    DirectoryBytes.Place place = DirectoryBytes.find(directory(), entryPayload(5));
    DirectoryBytes.flipByte(place.file(), place.offset() + 2);
    assertThatThrownBy(() -> again.read(5)).isInstanceOf(CorruptLogException.class);
    assertThat(again.verify().ok()).isFalse();
    assertThat(lines(again.replay(5))).isEqualTo(entryLines(6, 60));
  }

  private Map<String, String> segmentBytes() throws IOException {
    return DirectoryBytes.fingerprint(directory(), name -> name.endsWith(".wal"));
  }

  private static byte[] randomBytes(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }
}
