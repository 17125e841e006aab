package dev.syncline.cluster;

import dev.syncline.Operation;
import dev.syncline.replicated.ClientRecord;
import dev.syncline.replicated.ReplicatedLogClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands that read and write a group's log. Bytes are UTF-8 text here, and base64 in JSON. */
final class RecordCommands {
  private static final long LOOK_MILLIS = 200;

  private RecordCommands() {}

  @Command(name = "append", description = "Appends a record, or one for each line of the standard input, and prints their sequences.")
  static final class Append extends GroupCommand {
    @Option(names = "--key", paramLabel = "KEY", description = "Append a PUT of this key instead of an ENTRY.")
    String key;

    @Parameters(arity = "0..1", paramLabel = "TEXT", description = "The payload, or the key's value; without it lines are read.")
    String text;

    @Override
    public Integer call() throws IOException {
      try (ReplicatedLogClient log = log()) {
        if (text != null) append(log, text);
        else new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).lines().forEach(line -> appendLine(log, line));
      }
      return SynclineCluster.OK;
    }

    private void appendLine(ReplicatedLogClient log, String line) {
      try {
        append(log, line);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private void append(ReplicatedLogClient log, String value) throws IOException {
      byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
      long sequence = log.append(key == null ? Operation.entry(bytes) : Operation.put(key.getBytes(StandardCharsets.UTF_8), bytes));
      print(Map.of("sequence", sequence), Long.toString(sequence));
    }
  }

  /** Prints records. */
  abstract static class Reading extends GroupCommand {
    @Option(names = "--after", defaultValue = "0", paramLabel = "SEQUENCE", description = "Records above this sequence (${DEFAULT-VALUE}).")
    long after;

    final void print(ClientRecord record) throws IOException {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("sequence", record.sequence());
      object.put("type", record.type().name());
      if (record.type().isData()) {
        if (record.key().length > 0) object.put("key", Base64.getEncoder().encodeToString(record.key()));
        object.put("value", Base64.getEncoder().encodeToString(record.value()));
      } else {
        object.put("marked", record.marked());
      }
      String key = record.key().length > 0 ? text(record.key()) + " = " : "";
      String content = record.type().isData() ? key + text(record.value()) : Long.toString(record.marked());
      print(object, record.sequence() + " " + record.type() + " " + content);
    }

    private static String text(byte[] bytes) {
      return new String(bytes, StandardCharsets.UTF_8).replace("\n", "\\n");
    }
  }

  @Command(name = "read", description = "Prints records of every type.")
  static final class Read extends Reading {
    @Option(names = "--count", defaultValue = "100", paramLabel = "N", description = "Records at most (${DEFAULT-VALUE}).")
    long count;

    @Override
    public Integer call() throws IOException {
      try (ReplicatedLogClient log = log()) {
        long last = after;
        long left = count;
        for (List<ClientRecord> part = log.scan(last); !part.isEmpty() && left > 0; part = log.scan(last)) {
          for (ClientRecord record : part) {
            if (left-- <= 0) break;
            print(record);
            last = record.sequence();
          }
        }
      }
      return SynclineCluster.OK;
    }
  }

  @Command(name = "tail", description = "Prints all records, and with -f those to come, until it is interrupted.")
  static final class Tail extends Reading {
    @Option(names = "-f", description = "Go on when the end is reached.")
    boolean follow;

    @Override
    public Integer call() throws IOException {
      try (ReplicatedLogClient log = log()) {
        long last = after;
        while (true) {
          List<ClientRecord> part = log.scan(last);
          for (ClientRecord record : part) {
            print(record);
            last = record.sequence();
          }
          if (!part.isEmpty()) continue;
          if (!follow || !paused()) return SynclineCluster.OK;
        }
      }
    }

    private static boolean paused() {
      try {
        TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        return true;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
  }

  @Command(name = "truncate", description = "Forgets all records up to a sequence, on every node. There is no way back.")
  static final class Truncate extends GroupCommand {
    @Option(names = "--through", required = true, paramLabel = "SEQUENCE", description = "The last one to be forgotten.")
    long through;

    @Override
    public Integer call() throws IOException {
      try (ReplicatedLogClient log = log()) {
        log.truncate(through);
      }
      print(Map.of("truncatedThrough", through), "forgotten through " + through);
      return SynclineCluster.OK;
    }
  }
}
