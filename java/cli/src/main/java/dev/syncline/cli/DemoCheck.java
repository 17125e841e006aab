package dev.syncline.cli;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;

/**
 * Compares what a log holds with what it must hold and what it may hold.
 *
 * <p>It must hold, under the sequence that was acknowledged and byte for byte, every line whose append returned. It may hold
 * lines whose append was under way. It holds nothing else, nothing twice, and has no gap.
 */
final class DemoCheck {

  /** Where log and input part ways. */
  record Difference(long sequence, String expected, String found) {
    @Override
    public String toString() {
      return "sequence " + sequence + ": expected " + expected + ", found " + found;
    }
  }

  /**
   * What the comparison found.
   *
   * @param acknowledged records that had to be there
   * @param matched how many of them are there, byte for byte
   * @param records records that are there
   * @param first the first difference, or null if there is none
   */
  record Result(int acknowledged, int matched, int records, Difference first) {
    boolean ok() {
      return first == null;
    }

    /** The same, with a difference that lies outside the records. */
    Result differing(long sequence, String expected, String found) {
      return new Result(acknowledged, matched, records, new Difference(sequence, expected, found));
    }
  }

  private final List<byte[]> lines;
  private final BitSet attempted;
  private final TreeMap<Long, DemoMessage.Ack> missing = new TreeMap<>();
  private final BitSet seen = new BitSet();
  private int matched;
  private int records;
  private Difference first;

  private DemoCheck(List<byte[]> lines, BitSet attempted) {
    this.lines = lines;
    this.attempted = attempted;
  }

  static Result compare(
      List<byte[]> lines, Collection<DemoMessage.Ack> acks, BitSet attempted, Iterator<DemoRecord> recovered) {
    DemoCheck check = new DemoCheck(lines, attempted);
    for (DemoMessage.Ack ack : acks) check.expect(ack);
    long expectedSequence = 1;
    while (recovered.hasNext()) {
      DemoRecord record = recovered.next();
      if (record.sequence() != expectedSequence)
        check.differ(expectedSequence, "the next record", "a gap up to sequence " + record.sequence());
      check.judge(record);
      expectedSequence = record.sequence() + 1;
    }
    for (DemoMessage.Ack lost : check.missing.values())
      check.differ(lost.sequence(), check.line(lost.index()) + ", which was acknowledged", "no record");
    return new Result(acks.size(), check.matched, check.records, check.first);
  }

  private void expect(DemoMessage.Ack ack) {
    if (missing.put(ack.sequence(), ack) != null)
      differ(ack.sequence(), "one acknowledgement of each sequence", "a second one, of " + line(ack.index()));
    if (ack.crc() != DemoRecord.crc(lines.get(ack.index())))
      differ(ack.sequence(), line(ack.index()), "that the writer acknowledged another line");
  }

  private void judge(DemoRecord record) {
    records++;
    DemoMessage.Ack ack = missing.remove(record.sequence());
    boolean sound = isAsAttempted(record);
    if (ack == null || !sound) return;
    if (ack.index() == record.index()) matched++;
    else differ(record.sequence(), line(ack.index()) + ", which was acknowledged", line(record.index()));
  }

  /** Whether the record is a line that was appended, unchanged, and the only one of it. */
  private boolean isAsAttempted(DemoRecord record) {
    int index = record.index();
    if (index < 0 || index >= lines.size() || !attempted.get(index)) {
      String found = "line index " + index + ", " + Text.preview(record.line());
      return differ(record.sequence(), "a line whose append had begun", found);
    }
    if (!Arrays.equals(lines.get(index), record.line()))
      return differ(record.sequence(), line(index), record.line().length + " bytes " + Text.preview(record.line()));
    if (seen.get(index)) return differ(record.sequence(), "each line once", line(index) + " again");
    seen.set(index);
    return true;
  }

  private String line(int index) {
    byte[] line = lines.get(index);
    return "line " + index + " (" + line.length + " bytes " + Text.preview(line) + ")";
  }

  /** Notes the first difference; false, for the caller to return. */
  private boolean differ(long sequence, String expected, String found) {
    if (first == null) first = new Difference(sequence, expected, found);
    return false;
  }
}
