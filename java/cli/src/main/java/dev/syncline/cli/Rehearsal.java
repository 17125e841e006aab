package dev.syncline.cli;

import dev.syncline.Operation;
import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** What {@code bin/syncline --prepare} runs to see which classes commands load: most commands, on a log of its own, into the void. */
final class Rehearsal {
  private Rehearsal() {}

  public static void main(String[] args) throws IOException {
    Syncline.silenceLoggers();
    try (ScratchDirectory scratch = ScratchDirectory.create(Path.of(System.getProperty("java.io.tmpdir")), "syncline-prepare-")) {
      Path log = scratch.path().resolve("log");
      String directory = write(log).toString();
      String elsewhere = scratch.path().resolve("elsewhere").toString();
      for (List<String> command : List.of(
          List.of("--version"), List.of("--help"), List.of("info", directory), List.of("info", "--json", directory),
          List.of("verify", directory), List.of("verify", "--quick", directory), List.of("dump", directory),
          List.of("dump", "--json", directory), List.of("tail", directory), List.of("repair", directory),
          List.of("truncate", directory, "--through", "1"), List.of("top", "--count", "1", "--interval", "0.01", directory),
          List.of("export", directory), List.of("snapshot", directory, elsewhere), List.of("doctor", "--millis", "0", directory)))
        run(command);
      // With what an opening to write, on the storage of this machine, takes.
      run(List.of("truncate", directory, "--through", "1", "--apply"));
    }
  }

  private static void run(List<String> command) {
    String[] words = command.toArray(new String[0]);
    Syncline.commandLineFor(words).setOut(nowhere()).setErr(nowhere()).execute(words);
  }

  private static PrintWriter nowhere() {
    return new PrintWriter(Writer.nullWriter());
  }

  private static Path write(Path directory) throws IOException {
    WalOptions portable = WalOptions.builder().storage(StorageMode.PORTABLE).build();
    try (WriteAheadLog log = WriteAheadLog.open(directory, portable)) {
      byte[] text = "a key, and a value".getBytes(StandardCharsets.UTF_8);
      log.put(text, text);
      log.appendBatch(List.of(Operation.put(text, text), Operation.delete(text)));
      log.checkpoint();
    }
    return directory;
  }
}
