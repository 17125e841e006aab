package dev.syncline.patterns;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.syncline.RecordType;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** A map whose puts survive a power cut. No lock is held while the disk works, so threads share its writes. */
public final class DurableMap implements Closeable {
  /** @param value null where the key was removed */
  private record Version(long sequence, String value) {}

  private final ConcurrentMap<String, Version> entries = new ConcurrentHashMap<>();
  private final WriteAheadLog log;

  public DurableMap(Path directory) throws IOException {
    log = WriteAheadLog.open(directory);
    try (WalCursor records = log.replay()) {
      while (records.hasNext()) apply(records.next());
      records.requireComplete();
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
    entries.values().removeIf(version -> version.value == null);
  }

  private void apply(WalRecord record) {
    String value = record.type() == RecordType.PUT ? new String(record.value(), UTF_8) : null;
    apply(record.sequence(), new String(record.key(), UTF_8), value);
  }

  /** The log's order decides, whichever thread comes here first: so this map and a replayed one are the same. */
  private void apply(long sequence, String key, String value) {
    entries.merge(key, new Version(sequence, value), (old, other) -> old.sequence > other.sequence ? old : other);
  }

  /** Durable when it returns, and visible from then on. */
  public void put(String key, String value) throws IOException {
    apply(log.put(key.getBytes(UTF_8), value.getBytes(UTF_8)), key, value);
  }

  public void remove(String key) throws IOException {
    apply(log.delete(key.getBytes(UTF_8)), key, null);
  }

  public String get(String key) {
    Version version = entries.get(key);
    return version == null ? null : version.value;
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
