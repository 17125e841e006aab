package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class CommandTest {
  private static final RequestId REQUEST = new RequestId(0x0102, 3);
  private static final List<Command> SAMPLES = List.of(
      Command.openSession(),
      Command.append(Operation.put(bytes("key"), bytes("value")), REQUEST),
      Command.append(Operation.delete(bytes("key")), null),
      Command.append(Operation.entry(new byte[0]), null),
      Command.batch(List.of(Operation.entry(bytes("a")), Operation.put(new byte[0], new byte[0])), REQUEST),
      Command.checkpoint(Command.ALL, null),
      Command.checkpoint(17, REQUEST),
      Command.truncate(18, null));

  @Test
  void whatIsEncodedIsDecoded() {
    for (Command sample : SAMPLES) {
      Command decoded = Command.decode(ByteBuffer.wrap(sample.encode()));
      assertThat(decoded.kind()).isEqualTo(sample.kind());
      assertThat(decoded.request()).isEqualTo(sample.request());
      assertThat(decoded.sequence()).isEqualTo(sample.sequence());
      assertThat(decoded.encode()).isEqualTo(sample.encode());
    }
  }

  @Test
  void theBytesAreTheseForEver() {
    assertThat(HexFormat.of().formatHex(SAMPLES.get(1).encode())).isEqualTo(
        "0101" + "0201000000000000" + "0300000000000000" + "01000000" + "01" + "03000000" + "05000000" + "6b6579" + "76616c7565");
    assertThat(HexFormat.of().formatHex(SAMPLES.get(7).encode())).isEqualTo(
        "0104" + "0000000000000000" + "0000000000000000" + "1200000000000000");
  }

  @Test
  void noCutAndNoChangedLengthIsTakenForACommand() {
    for (Command sample : SAMPLES) {
      byte[] whole = sample.encode();
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        assertThatThrownBy(() -> Command.decode(ByteBuffer.wrap(cut)))
            .as("%s cut to %d bytes", sample.kind(), length)
            .isInstanceOf(IllegalArgumentException.class);
      }
      byte[] longer = Arrays.copyOf(whole, whole.length + 1);
      assertThatThrownBy(() -> Command.decode(ByteBuffer.wrap(longer))).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aCommandOfANewerReleaseSaysSo() {
    byte[] newer = SAMPLES.get(0).encode();
    newer[0] = 2;
    assertThatThrownBy(() -> Command.decode(ByteBuffer.wrap(newer))).hasMessageContaining("found 2: run the same release on every node");
  }

  @Test
  void resultsAreDecoded() {
    for (CommandResult result : List.of(CommandResult.done(4, 6), CommandResult.refused(9), CommandResult.expired()))
      assertThat(CommandResult.decode(result.encode())).isEqualTo(result);
    assertThatThrownBy(() -> CommandResult.decode(new byte[] {9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
