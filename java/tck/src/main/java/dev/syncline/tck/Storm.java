package dev.syncline.tck;

import dev.syncline.Operation;
import dev.syncline.WriteAheadLog;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * What a child does until it is killed: threads that append in every way there is, and one that also truncates. Each says what it
 * was told, before it goes on; what an entry holds follows from its round, thread and number, so that no attempt need be said.
 */
public final class Storm {
  public static final String TASK = "storm:";
  public static final int THREADS = 4;

  /** Entries that a thread may have appended without having said so: what it appends at once. */
  public static final int UNSAID_MAX = 4;

  private static final int TRUNCATED_EVERY = 50;
  private static final int KEPT = 150;

  private final WriteAheadLog log;
  private final FileOutputStream said;

  private Storm(WriteAheadLog log, FileOutputStream said) {
    this.log = log;
    this.said = said;
  }

  /** Where a round's words are: in a file, since a pipe's last lines may arrive torn when the process dies. */
  public static Path said(Path directory, int round) {
    return directory.resolveSibling("said-" + round);
  }

  static void run(WriteAheadLog log, int round) throws Exception {
    try (FileOutputStream said = new FileOutputStream(said(log.directory(), round).toFile(), true)) {
      Storm storm = new Storm(log, said);
      System.out.println("begun");
      Together.run(THREADS, thread -> {
        for (int from = 1; ; from += UNSAID_MAX) storm.step(round, thread, from);
      });
    }
  }

  private void step(int round, int thread, int from) throws Exception {
    List<Operation> entries = new ArrayList<>();
    for (int i = 0; i < UNSAID_MAX; i++) entries.add(Operation.entry(payload(round, thread, from + i)));
    switch (thread) {
      case 0 -> {
        long first = log.appendBatch(entries).first();
        for (int i = 0; i < UNSAID_MAX; i++) say(thread, from + i, first + i);
      }
      case 1 -> {
        List<CompletableFuture<Long>> futures = new ArrayList<>();
        for (Operation entry : entries) futures.add(log.appendAsync(entry).durable());
        for (int i = 0; i < UNSAID_MAX; i++) say(thread, from + i, futures.get(i).get());
      }
      default -> {
        for (int i = 0; i < UNSAID_MAX; i++) say(thread, from + i, log.append(entries.get(i)));
        if (thread == 2 && from / UNSAID_MAX % TRUNCATED_EVERY == TRUNCATED_EVERY - 1) truncate();
      }
    }
  }

  private void truncate() throws IOException {
    long target = log.currentSequence() - KEPT;
    if (target < log.firstSequence()) return;
    say("truncating " + target);
    log.truncate(target);
    say("truncated " + target);
  }

  private void say(int thread, int number, long sequence) throws IOException {
    say("acknowledged " + thread + " " + number + " " + sequence);
  }

  /** One write for each line; the full stop tells a whole one. */
  private void say(String line) throws IOException {
    said.write((line + " .\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** From 20 bytes to a few blocks. */
  public static byte[] payload(int round, int thread, int number) {
    Random random = new Random(((long) round << 40) ^ ((long) thread << 32) ^ number);
    byte[] name = (round + ":" + thread + ":" + number + ":").getBytes(StandardCharsets.US_ASCII);
    int filled = random.nextInt(20) == 0 ? random.nextInt(10_000) : random.nextInt(300);
    byte[] filling = new byte[filled];
    random.nextBytes(filling);
    byte[] payload = Arrays.copyOf(name, name.length + filled);
    System.arraycopy(filling, 0, payload, name.length, filled);
    return payload;
  }
}
