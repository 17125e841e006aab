package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.LogTestBase;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.LongStream;

/**
 * What a log must, may and must not hold after things went wrong, as told by what its calls returned. Every payload is unique.
 *
 * <p>Guarded by its own monitor, since several threads append at once.
 */
final class FaultModel {
  private final Set<String> attempted = new HashSet<>();
  private final Set<String> forgotten = new HashSet<>();
  private final Map<String, Long> sequences = new HashMap<>();

  /** Returned by an append, and not known to be durable. */
  private final TreeMap<Long, String> returned = new TreeMap<>();

  private final TreeMap<Long, String> acknowledged = new TreeMap<>();

  synchronized void attempt(String payload) {
    attempted.add(payload);
  }

  synchronized void returned(String payload, long sequence) {
    returned.put(sequence, payload);
    sequences.put(payload, sequence);
  }

  /** Everything up to here is durable, says the log. */
  synchronized void durable(long sequence) {
    Map<Long, String> now = returned.headMap(sequence, true);
    acknowledged.putAll(now);
    now.clear();
  }

  /** A truncation begins: from now on these may be there or not. The result is for {@link #forget}. */
  synchronized Set<String> release(long from, long to) {
    Set<String> released = new HashSet<>();
    for (TreeMap<Long, String> map : List.of(returned, acknowledged)) {
      Map<Long, String> range = map.subMap(from, true, to, true);
      released.addAll(range.values());
      range.clear();
    }
    return released;
  }

  /** The truncation has returned. */
  synchronized void forget(Set<String> released) {
    forgotten.addAll(released);
  }

  synchronized int acknowledgedCount() {
    return acknowledged.size();
  }

  /** acknowledged ⊆ recovered ⊆ attempted, without gaps, no batch in part, no changed byte, and nothing that was forgotten. */
  synchronized void assertHolds(WriteAheadLog log) throws IOException {
    Map<Long, String> recovered = new TreeMap<>();
    for (WalRecord record : LogTestBase.records(log.replay(log.firstSequence() - 1)))
      recovered.put(record.sequence(), LogTestBase.text(record.value()));
    acknowledged.forEach((sequence, payload) ->
        assertThat(recovered.get(sequence)).as("what was acknowledged as " + sequence).isEqualTo(payload));
    assertThat(attempted).as("attempted").containsAll(recovered.values());
    assertThat(recovered.values()).as("forgotten").noneMatch(forgotten::contains).doesNotHaveDuplicates();
    recovered.forEach((sequence, payload) ->
        assertThat(sequences.getOrDefault(payload, sequence)).as("sequence of " + head(payload)).isEqualTo(sequence));
    List<Long> dense = LongStream.rangeClosed(log.firstSequence(), log.currentSequence()).boxed().toList();
    assertThat(LogTestBase.sequences(log.iterate(log.firstSequence() - 1))).as("without gaps").isEqualTo(dense);
    Map<String, Integer> membersOfBatch = new HashMap<>();
    for (String payload : recovered.values())
      if (payload.startsWith("batch-")) membersOfBatch.merge(payload.substring(0, payload.indexOf('/')), 1, Integer::sum);
    assertThat(membersOfBatch.values()).as("no batch in part").allMatch(count -> count == FaultScript.BATCH_RECORDS);
  }

  private static String head(String payload) {
    return payload.substring(0, Math.min(40, payload.length()));
  }
}
