package dev.syncline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Tag("laboratory")
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ClusterDemoTest {
  @TempDir Path temporary;

  private record Output(int exitCode, String out, String err) {}

  private static Output run(Object... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = SynclineCluster.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exitCode = line.execute(Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
    line.getOut().flush();
    line.getErr().flush();
    return new Output(exitCode, out.toString(), err.toString());
  }

  private Path input(int lines) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int line = 0; line < lines; line++) text.append("line ").append(line).append(" of the input\n");
    return Files.writeString(temporary.resolve("input"), text);
  }

  @Test
  void everyAcknowledgedRecordIsOnAllThreeNodesWhateverHappensToThem() throws IOException {
    Path parent = temporary.resolve("demo");
    Output demo = run("cluster", "demo", "--input", input(3000), "--directory", parent, "--election-timeout", 500);
    assertThat(demo.exitCode()).as("%s%s", demo.out(), demo.err()).isZero();
    assertThat(demo.out())
        .containsPattern("kill -9 node-\\d, the leader, process \\d+, at \\d+ acknowledged records")
        .containsPattern("node-\\d leads; for \\d+\\.\\d\\d s no append was acknowledged")
        .contains("kill -STOP", "kill -CONT", "kill -9 all three");
    for (int node = 1; node <= 3; node++) {
      String holds = "node-" + node + " holds records 1 to 3001: 3001 of 3001 acknowledged ones, each byte as it was appended, each once";
      assertThat(demo.out().split(holds, -1)).as("said twice: %s", holds).hasSize(3);
    }
    assertThat(parent).isEmptyDirectory();
    assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive)).as("nodes that are left").isEmpty();
  }

  @Test
  void whatCannotWorkIsSaidInOneLine() throws IOException {
    Output none = run("cluster", "demo", "--input", temporary.resolve("none"));
    assertThat(none.exitCode()).isEqualTo(SynclineCluster.NOT_RUN);
    assertThat(none.err()).contains("none does not exist").doesNotContain("\tat ").hasLineCount(1);
    Output few = run("cluster", "demo", "--input", input(5));
    assertThat(few.exitCode()).isEqualTo(SynclineCluster.NOT_RUN);
    assertThat(few.err()).contains("has only 6 lines").hasLineCount(1);
    Output noPeer = run("node", "--address", "127.0.0.1:1", "--peers", "127.0.0.1:2", "--directory", temporary.resolve("n"));
    assertThat(noPeer.exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(noPeer.err()).contains("expected 127.0.0.1:1 to be one of the peers").hasLineCount(1);
  }

  @Test
  void withoutACommandTheUsageIsShown() {
    assertThat(run().exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("cluster").err()).contains("Usage: syncline cluster").contains("demo");
    for (String command : new String[] {"node", "cluster"}) assertThat(run(command, "--help").out()).contains("Usage: syncline " + command);
    assertThat(run("frobnicate").exitCode()).isEqualTo(CommandLine.ExitCode.USAGE);
    assertThat(run("--version").out()).startsWith("syncline ");
  }
}
