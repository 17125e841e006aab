package dev.syncline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** With which exit code a node ends that cannot be stopped. */
class NodeCommandTest {
  private static final Closeable STUCK = () -> {
    throw new IOException("has not stopped within 30000 ms");
  };

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

  @Test
  void whyANodeHasEndedIsNotForgottenWhenItCannotStop() {
    assertThatThrownBy(() -> command.run(() -> {
      throw new IOException("removed");
    }, STUCK)).hasMessage("removed").hasSuppressedException(new IOException("has not stopped within 30000 ms"));
  }
}
