package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoMessageTest {
  private static final int PIPE_BYTES_AT_ONCE = 4096;

  @Test
  void everyMessageComesBack() throws IOException {
    List<DemoMessage> messages =
        List.of(
            new DemoMessage.Ready("native", "it works here"),
            new DemoMessage.Attempt(7),
            new DemoMessage.Ack(8, 7, -1, 123_456_789_012L),
            new DemoMessage.Failed("no space"),
            new DemoMessage.Done());
    for (DemoMessage message : messages) assertThat(DemoMessage.read(in(message.encode()))).contains(message);
  }

  @Test
  void wordsCutOffByDeathAreNoMessage() throws IOException {
    byte[] whole = new DemoMessage.Ack(8, 7, -1, 5).encode();
    for (int cut = 0; cut < whole.length; cut++)
      assertThat(DemoMessage.read(in(Arrays.copyOf(whole, cut)))).as("cut after %d bytes", cut).isEmpty();
  }

  @Test
  void aMessageIsNeverLongerThanAPipeTakesAtOnce() {
    String longest = "€".repeat(100_000);
    assertThat(new DemoMessage.Failed(longest).encode()).hasSizeLessThanOrEqualTo(PIPE_BYTES_AT_ONCE);
    assertThat(new DemoMessage.Ready("portable", longest).encode()).hasSizeLessThanOrEqualTo(PIPE_BYTES_AT_ONCE);
  }

  @Test
  void anythingElseIsRefused() {
    assertThatThrownBy(() -> DemoMessage.read(in(Cli.bytes("hello")))).hasMessageContaining("something else");
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }
}
