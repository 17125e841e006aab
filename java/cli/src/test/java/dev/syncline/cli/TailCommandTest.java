package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class TailCommandTest {
  private static final int PATIENCE_SECONDS = 60;

  @TempDir Path directory;

  private static String sequence(String line) {
    return line.strip().split(" ")[0];
  }

  @Test
  void printsTheLastRecords() throws IOException {
    Cli.sampleLog(directory);
    assertThat(Cli.run("tail", "-n", 2, directory).exits(ExitCode.OK).lines()).extracting(TailCommandTest::sequence).containsExactly("6", "7");
    assertThat(Cli.run("tail", directory).exits(ExitCode.OK).lines()).extracting(TailCommandTest::sequence)
        .containsExactly("1", "2", "3", "4", "5", "6", "7");
    assertThat(Cli.run("tail", "-n", 0, directory).exits(ExitCode.OK).out()).isEmpty();
  }

  @Test
  void jsonIsOneObjectALine() throws IOException {
    Cli.sampleLog(directory);
    List<String> lines = Cli.run("tail", "--json", "-n", 1, directory).exits(ExitCode.OK).lines();
    assertThat(Cli.parse(lines.get(0)).get("type").asText()).isEqualTo("CHECKPOINT");
  }

  @Test
  void followsWhatAWriterAppends() throws Exception {
    try (WriteAheadLog log = WriteAheadLog.open(directory)) {
      log.append(Cli.bytes("before"));
      StringWriter out = new StringWriter();
      CommandLine line = Syncline.commandLine().setOut(new PrintWriter(out));
      CompletableFuture<Integer> tail =
          CompletableFuture.supplyAsync(() -> line.execute("tail", "-f", "--values", "--limit", "3", directory.toString()));
      log.append(Cli.bytes("second"));
      for (int i = 0; i < PATIENCE_SECONDS * 1000 && !out.toString().contains("before"); i++) LockSupport.parkNanos(1_000_000);
      log.append(Cli.bytes("third"));
      assertThat(tail.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(ExitCode.OK);
      assertThat(out.toString().lines()).hasSize(3);
      assertThat(out.toString()).contains("\"before\"", "\"second\"", "\"third\"");
    }
  }

  @Test
  void endsWhenNobodyReadsOn() throws Exception {
    Cli.sampleLog(directory);
    Writer gone = new Writer() {
      @Override
      public void write(char[] text, int from, int length) throws IOException {
        throw new IOException("Broken pipe");
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    };
    StringWriter err = new StringWriter();
    CommandLine line = Syncline.commandLine().setOut(new PrintWriter(gone)).setErr(new PrintWriter(err));
    CompletableFuture<Integer> tail = CompletableFuture.supplyAsync(() -> line.execute("tail", "-f", directory.toString()));
    assertThat(tail.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(ExitCode.NOT_RUN);
    assertThat(err.toString()).contains("standard output takes no more");
  }

  @Test
  void damageBeforeWhatIsPrintedIsSaidBesideIt() throws IOException {
    Path log = Cli.longLog(directory.resolve("log"), 60);
    Cli.damage(log, "<entry-58>");
    Cli.Output tail = Cli.run("tail", "-n", 1, log).exits(ExitCode.PROBLEM);
    assertThat(tail.lines()).singleElement().asString().contains("60 ");
    assertThat(tail.err()).contains("damage: ", "58..58", "syncline repair");
    assertThat(Cli.run("top", "--count", 1, "--interval", 0.01, log).exits(ExitCode.PROBLEM).err()).contains("58..58");
    assertThat(Cli.run("truncate", log, "--through", 60).exits(ExitCode.PROBLEM).err()).contains("58..58");
    Cli.run("truncate", log, "--through", 60, "--apply").exits(ExitCode.OK);
    Cli.run("verify", log).exits(ExitCode.OK);
  }

  @Test
  void damageIsTheLastLine() throws IOException {
    Cli.damage(Cli.sampleLog(directory), "first");
    List<String> lines = Cli.run("tail", directory).exits(ExitCode.PROBLEM).lines();
    assertThat(lines.get(lines.size() - 1)).startsWith("damage: ");
  }

  @Test
  void nonsenseIsAUsageError() throws IOException {
    Cli.sampleLog(directory);
    assertThat(Cli.run("tail", "-n", -1, directory).exits(ExitCode.USAGE).err()).contains("-n");
    assertThat(Cli.run("tail", "--limit", 0, directory).exits(ExitCode.USAGE).err()).contains("--limit");
  }
}
