package dev.syncline.patterns;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.WalCursor;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** A change and the message about it, both or neither; one thread sends the messages, in order, each at least once. */
public final class Outbox implements Closeable {

  /** Sends a message; receivers that have seen its id drop it. */
  public interface Sender {
    void send(long id, String message) throws IOException;
  }

  private final WriteAheadLog log;

  public Outbox(Path directory) throws IOException {
    log = WriteAheadLog.open(directory);
  }

  /** Durable when it returns: what is changed, and the message that says so. Any number of threads. */
  public void change(String key, String value, String message) throws IOException {
    log.appendBatch(List.of(Operation.put(key.getBytes(UTF_8), value.getBytes(UTF_8)), Operation.entry(message.getBytes(UTF_8))));
  }

  /** Sends what is durable and was not sent yet, until nothing has come for {@code patience}. One thread. */
  public void relay(Sender sender, Duration patience) throws IOException {
    try (WalCursor tail = log.tail(log.lastCheckpointCovers())) {
      for (Optional<WalRecord> next = tail.next(patience); next.isPresent(); next = tail.next(patience)) {
        WalRecord record = next.get();
        if (record.type() != RecordType.ENTRY) continue;
        sender.send(record.sequence(), new String(record.value(), UTF_8));
        log.checkpoint(record.sequence()); // The relay's own place: everything up to here was sent.
      }
      tail.requireComplete();
    }
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
