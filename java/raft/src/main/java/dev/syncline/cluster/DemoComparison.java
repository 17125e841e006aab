package dev.syncline.cluster;

import dev.syncline.RecordType;
import dev.syncline.replicated.ClientRecord;
import dev.syncline.replicated.NodeClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Compares what each node holds with what was acknowledged, and with each other, byte by byte. */
final class DemoComparison {
  private final List<byte[]> lines;
  private final Map<Long, DemoWriters.Acknowledged> acknowledged;
  private TreeMap<Long, ClientRecord> first;
  private String firstName;

  DemoComparison(List<byte[]> lines, Map<Long, DemoWriters.Acknowledged> acknowledged) {
    this.lines = lines;
    this.acknowledged = acknowledged;
  }

  /** The first thing that is wrong with a node; empty if it holds what it must. */
  Optional<String> difference(String name, NodeClient node) throws IOException {
    return difference(name, read(node));
  }

  Optional<String> difference(String name, TreeMap<Long, ClientRecord> records) {
    Optional<String> difference = missing(records).or(() -> twice(records)).or(() -> unlikeTheFirst(records));
    if (first == null) {
      first = records;
      firstName = name;
    }
    return difference;
  }

  private static TreeMap<Long, ClientRecord> read(NodeClient node) throws IOException {
    TreeMap<Long, ClientRecord> records = new TreeMap<>();
    long last = 0;
    for (List<ClientRecord> part = node.scan(0); !part.isEmpty(); part = node.scan(last)) {
      for (ClientRecord record : part) records.put(record.sequence(), record);
      last = part.get(part.size() - 1).sequence();
    }
    return records;
  }

  private Optional<String> missing(Map<Long, ClientRecord> records) {
    for (Map.Entry<Long, DemoWriters.Acknowledged> each : acknowledged.entrySet()) {
      ClientRecord record = records.get(each.getKey());
      int line = each.getValue().line();
      if (record == null) return Optional.of("line " + line + " was acknowledged as record " + each.getKey() + ", which is missing");
      if (!isLine(record, line)) return Optional.of("record " + each.getKey() + " is not line " + line + ", as acknowledged: " + record);
    }
    return Optional.empty();
  }

  private boolean isLine(ClientRecord record, int line) {
    return record.type() == RecordType.PUT
        && Arrays.equals(record.key(), ByteBuffer.allocate(Integer.BYTES).putInt(line).array())
        && Arrays.equals(record.value(), lines.get(line));
  }

  private static Optional<String> twice(Map<Long, ClientRecord> records) {
    BitSet seen = new BitSet();
    for (ClientRecord record : records.values()) {
      int line = ByteBuffer.wrap(record.key()).getInt();
      if (seen.get(line)) return Optional.of("line " + line + " is there twice, the second time as record " + record.sequence());
      seen.set(line);
    }
    return Optional.empty();
  }

  private Optional<String> unlikeTheFirst(TreeMap<Long, ClientRecord> records) {
    if (first == null || records.isEmpty() && first.isEmpty()) return Optional.empty();
    long end = Math.max(first.isEmpty() ? 0 : first.lastKey(), records.isEmpty() ? 0 : records.lastKey());
    for (long sequence = 1; sequence <= end; sequence++) {
      ClientRecord one = first.get(sequence);
      ClientRecord other = records.get(sequence);
      if (!same(one, other)) return Optional.of("record " + sequence + " is " + other + ", and " + one + " on " + firstName);
    }
    return Optional.empty();
  }

  private static boolean same(ClientRecord one, ClientRecord other) {
    if (one == null || other == null) return one == other;
    return one.type() == other.type() && Arrays.equals(one.key(), other.key()) && Arrays.equals(one.value(), other.value());
  }
}
