package dev.syncline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** With which exit code a node ends that cannot be stopped. */
class NodeCommandTest {
  private static final Closeable STUCK = () -> {
    throw new IOException("has not stopped within 30000 ms");
  };

  @TempDir Path temporary;
  private final StringWriter err = new StringWriter();
  private final NodeCommand command = new NodeCommand();

  NodeCommandTest() {
    command.spec = new CommandLine(command).setErr(new PrintWriter(err)).getCommandSpec();
  }

  @Test
  void aNodeThatHasFailedSaysSoByItsExitCodeEvenIfItCannotStop() throws IOException {
    assertThat(command.run(() -> SynclineCluster.PROBLEM, STUCK)).isEqualTo(SynclineCluster.PROBLEM);
    assertThat(err.toString()).contains("has not stopped");
  }

  @Test
  void aNodeThatIsToldToStopAndCannotHasNotEndedWell() {
    assertThatThrownBy(() -> command.run(() -> SynclineCluster.OK, STUCK)).isInstanceOf(IOException.class)
        .hasMessageContaining("has not stopped");
  }

  /** A supervisor takes any other code for a failure. */
  @Test
  void aNodeThatIsToldToStopBySigtermEndsWell() throws Exception {
    String address = DemoNodes.freeAddresses(1).get(0);
    Process node = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx128m", "-XX:+UseSerialGC",
        "-cp", System.getProperty("java.class.path"), SynclineCluster.class.getName(), "node", "--until-stdin-ends",
        "--address", address, "--peers", address, "--directory", temporary.resolve("node").toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader said = node.inputReader()) {
      assertThat(said.readLine()).contains("listening");
      node.toHandle().destroy();
      assertThat(said.lines()).last().asString().endsWith("stopping");
      assertThat(node.waitFor()).isEqualTo(SynclineCluster.OK);
    } finally {
      node.destroyForcibly();
    }
  }

  @Test
  void ofAFileThatCannotBeHadTheReasonIsSaidToo() {
    assertThat(SynclineCluster.message(new AccessDeniedException("/var/lib/syncline/log.lock")))
        .isEqualTo("/var/lib/syncline/log.lock: permission denied");
    assertThat(SynclineCluster.message(new NoSuchFileException("d"))).isEqualTo("d: there is no such file or directory");
    assertThat(SynclineCluster.message(new FileAlreadyExistsException("d: expected nothing there"))).isEqualTo("d: expected nothing there");
    assertThat(SynclineCluster.message(new FileSystemException("f", null, "No space left on device")))
        .isEqualTo("f: No space left on device");
  }

  @Test
  void whyANodeHasEndedIsNotForgottenWhenItCannotStop() {
    assertThatThrownBy(() -> command.run(() -> {
      throw new IOException("removed");
    }, STUCK)).hasMessage("removed").hasSuppressedException(new IOException("has not stopped within 30000 ms"));
  }
}
