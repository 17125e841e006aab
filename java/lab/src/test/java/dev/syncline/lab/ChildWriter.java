package dev.syncline.lab;

import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.ChildLog;
import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** The writer in a process of its own that others follow: does what it is told, line by line, or what it thinks of itself. */
final class ChildWriter {
  static final String COMMANDS = "commands";
  static final String ROAM = "roam:";

  private final String factory;
  private final Path directory;
  private WriteAheadLog log;
  private SyncMode mode;

  /** What is true while the log is closed. */
  private WriterCommand.Answer last = new WriterCommand.Answer(0, 0, 1);

  private ChildWriter(String factory, Path directory) {
    this.factory = factory;
    this.directory = directory;
  }

  /** Arguments: the class that opens the storage, the directory, and {@code commands} or {@code roam:seed:steps}. */
  public static void main(String[] arguments) throws Exception {
    ChildWriter writer = new ChildWriter(arguments[0], Path.of(arguments[1]));
    try {
      if (arguments[2].equals(COMMANDS)) writer.obey();
      else writer.roam(arguments[2].substring(ROAM.length()).split(":"));
    } catch (Throwable t) {
      System.out.println("! " + t);
      t.printStackTrace();
      System.exit(1);
    }
  }

  private void obey() throws Exception {
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = input.readLine(); line != null; line = input.readLine())
      System.out.println(run(WriterCommand.parse(line)).line());
    if (log != null) log.close();
  }

  /** Where a roaming writer says what it does, each time before and after it. */
  static Path said(Path directory) {
    return directory.resolveSibling("said");
  }

  private void roam(String[] settings) throws Exception {
    Random random = new Random(Long.parseLong(settings[0]));
    int steps = Integer.parseInt(settings[1]);
    WrittenHistory history = new WrittenHistory();
    try (FileOutputStream said = new FileOutputStream(said(directory).toFile())) {
      for (int step = 0; step < steps || history.closed(); step++) {
        run(WriterCommand.random(random, history), history, said);
        if (step % 20 == 0) System.out.println("begun " + step);
      }
      run(WriterCommand.of(WriterCommand.Kind.SYNC), history, said);
    }
    System.out.println("done");
    while (System.in.read() >= 0) {
      // The log stays open beside those who read it.
    }
    log.close();
  }

  private void run(WriterCommand command, WrittenHistory history, FileOutputStream said) throws Exception {
    history.begin(command);
    said.write((command.line() + "\n").getBytes(StandardCharsets.US_ASCII));
    WriterCommand.Answer answer = run(command);
    history.done(answer);
    said.write((answer.line() + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private WriterCommand.Answer run(WriterCommand command) throws Exception {
    switch (command.kind()) {
      case OPEN -> open(command);
      case APPEND -> {
        for (WrittenRecord record : records(command)) log.append(record.operation());
      }
      case BATCH -> log.appendBatch(records(command).stream().map(WrittenRecord::operation).toList());
      case ASYNC -> appendAsync(records(command));
      case SYNC -> log.sync();
      case TRUNCATE -> log.truncate(command.argument());
      case CUT -> log.truncateAfter(command.argument());
      case CHECKPOINT -> log.checkpoint();
      case CLOSE -> close();
      case POSITIONS -> {}
    }
    if (log != null) last = new WriterCommand.Answer(log.currentSequence(), log.durableSequence(), log.firstSequence());
    return last;
  }

  private void open(WriterCommand command) throws IOException {
    mode = command.syncMode();
    WalOptions options = WalOptions.builder()
        .maxSegmentSize(command.argument())
        .syncMode(mode)
        .syncInterval(Duration.ofMillis(3))
        .markInterval(Duration.ofMillis(command.markMillis()))
        .joinCommitsWithin(Duration.ofMillis(command.joinMillis()))
        .build();
    log = WriteAheadLog.open(ChildLog.openStorage(factory, directory), options);
    if (!log.recovery().damage().isEmpty()) throw new AssertionError("opened with " + log.recovery().damage());
  }

  private List<WrittenRecord> records(WriterCommand command) {
    List<WrittenRecord> records = new ArrayList<>();
    long next = log.currentSequence() + 1;
    for (int size : command.numbers()) records.add(WrittenRecord.data(next, (int) command.argument(), size, next++));
    return records;
  }

  /** In SYNC mode all are durable then; in the others it is for the next sync. */
  private void appendAsync(List<WrittenRecord> records) throws Exception {
    List<CompletableFuture<Long>> futures = new ArrayList<>();
    for (WrittenRecord record : records) futures.add(log.appendAsync(record.operation()).durable());
    if (mode == SyncMode.SYNC) for (CompletableFuture<Long> future : futures) future.get();
  }

  private void close() throws IOException {
    log.close();
    last = new WriterCommand.Answer(last.current(), last.current(), last.first());
    log = null;
  }
}
