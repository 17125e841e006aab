package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * What concurrent users of a log did and saw, and whether some order of these operations, each at one moment between its call and
 * its return, explains it.
 *
 * <p>A log makes that easy to decide. The records it ends with are the order of the appends: the append of sequence {@code s}
 * happened at position {@code 2s}. What an operation saw bounds its own position: who saw {@code c} as the highest sequence was
 * between {@code 2c} and {@code 2c + 2}, who saw record {@code s} was behind {@code 2s}, who did not see it was before. An order
 * exists exactly if positions within these bounds exist that never fall from an operation to one that began after it had ended:
 * the least such positions are found by going through the operations in the order of their calls.
 */
public final class History {
  private static final long NEVER = Long.MAX_VALUE;

  private record Done(String what, long startNanos, long endNanos, long least, long most) {}

  private final ConcurrentLinkedQueue<Done> done = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Append> appends = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<Seen> seen = new ConcurrentLinkedQueue<>();

  private record Append(String payload, long startNanos, long endNanos, long sequence) {}

  private record Seen(long sequence, String payload) {}

  /** An append that returned a sequence. */
  public void appended(String payload, long startNanos, long endNanos, long sequence) {
    appends.add(new Append(payload, startNanos, endNanos, sequence));
  }

  /** An append that nobody knows the outcome of. */
  public void lost(String payload, long startNanos) {
    appends.add(new Append(payload, startNanos, NEVER, 0));
  }

  public void sawHighest(long startNanos, long endNanos, long highest) {
    done.add(new Done("highest is " + highest, startNanos, endNanos, 2 * highest + 1, 2 * highest + 1));
  }

  public void sawRecord(long startNanos, long endNanos, long sequence, String payload) {
    seen.add(new Seen(sequence, payload));
    done.add(new Done("record " + sequence + " is there", startNanos, endNanos, 2 * sequence + 1, NEVER));
  }

  public void sawNone(long startNanos, long endNanos, long sequence) {
    done.add(new Done("record " + sequence + " is not there", startNanos, endNanos, 0, 2 * sequence - 1));
  }

  public int size() {
    return done.size() + appends.size();
  }

  public long acknowledged() {
    return appends.stream().filter(append -> append.sequence > 0).count();
  }

  /** Judges everything by the records that the log ended with, by sequence. */
  public void check(Map<Long, String> records) {
    List<Done> all = new ArrayList<>(done);
    Map<String, Long> sequences = new HashMap<>();
    records.forEach((sequence, payload) -> assertThat(sequences.put(payload, sequence)).as("%s is in the log once", payload).isNull());
    for (Append append : appends) {
      Long sequence = sequences.remove(append.payload);
      if (append.sequence > 0) assertThat(sequence).as("sequence of %s", append.payload).isEqualTo(append.sequence);
      if (sequence != null) all.add(new Done("append of " + sequence, append.startNanos, append.endNanos, 2 * sequence, 2 * sequence));
    }
    assertThat(sequences).as("records that nobody appended").isEmpty();
    for (Seen each : seen) assertThat(records.get(each.sequence)).as("record %d", each.sequence).isEqualTo(each.payload);
    assertThat(contradiction(all)).isEmpty();
  }

  /** Operations that no order explains, as text; empty if there is one. */
  private static String contradiction(List<Done> all) {
    all.sort(Comparator.comparingLong(Done::startNanos));
    PriorityQueue<Map.Entry<Done, Long>> running = new PriorityQueue<>(Comparator.comparingLong(each -> each.getKey().endNanos()));
    long ended = 0;
    Done cause = null;
    for (Done next : all) {
      while (!running.isEmpty() && running.peek().getKey().endNanos() < next.startNanos()) {
        Map.Entry<Done, Long> before = running.poll();
        if (before.getValue() <= ended) continue;
        ended = before.getValue();
        cause = before.getKey();
      }
      long position = Math.max(next.least(), ended);
      if (position > next.most()) return next + " began after this had ended: " + cause;
      running.add(Map.entry(next, position));
    }
    return "";
  }
}
