package dev.syncline.replicated.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

/** What becomes of what others say, in the log and at a terminal. */
class ForeignTextTest {
  private static final List<String> HARMFUL = List.of("x\nSEVERE: the disk is on fire", "\u001b[2J", "a\u2028b", "\u202eab");

  /** Keeps what is logged. */
  private static final class Lines extends Handler {
    private final List<String> lines = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void publish(LogRecord line) {
      lines.add(new SimpleFormatter().formatMessage(line));
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Test
  void itIsOneLineOfBoundedLengthThatNoTerminalObeys() {
    assertThat(ForeignText.line("a\nb\u009bc")).isEqualTo("a?b?c");
    assertThat(ForeignText.line("a".repeat(1000))).hasSize(ForeignText.CHARS_MAX + 3);
    assertThat(ForeignText.line("node-\u00e4: 1 of 3")).isEqualTo("node-\u00e4: 1 of 3");
    for (String each : HARMFUL) assertThat(ForeignText.line(each).chars()).allMatch(ForeignText::isHarmless);
  }

  @Test
  void aGreetingWithSuchAnAddressIsNone() {
    for (String each : HARMFUL) {
      byte[] greeting = new Hello(true, Hello.NONE, each, UUID.randomUUID(), 0).encode();
      assertThatThrownBy(() -> Hello.decode(greeting)).as(each).isInstanceOf(RefusedException.class);
    }
  }

  @Test
  void aRefusalIsSaidSoToBothSides() {
    for (String each : HARMFUL) {
      RefusedException refusal = new RefusedException(RefusedException.Reason.INVALID, each);
      assertThat(Frame.refused(refusal).refusal("127.0.0.1:1").getMessage().chars()).allMatch(ForeignText::isHarmless);
      byte[] body = each.getBytes(StandardCharsets.UTF_8);
      assertThat(new Frame(Frame.REFUSED, (byte) 0, 0, body).refusal("127.0.0.1:1").getMessage().chars()).allMatch(ForeignText::isHarmless);
    }
  }

  @Test
  void theLogOfANodeHasItSo() throws IOException {
    Logger logger = Logger.getLogger("dev.syncline.replicated");
    Lines lines = new Lines();
    logger.addHandler(lines);
    NetLimits limits = new NetLimits(1 << 20, 8, 4, 16, 4 << 20, 60_000, 60_000);
    try (NetServer server = NetServer.listen(new InetSocketAddress("127.0.0.1", 0), limits, Optional.empty(), null, null)) {
      server.note("x\ny", "z\r\u001b" + "a".repeat(1000));
      assertThat(lines.lines).isNotEmpty().allMatch(line -> line.length() < 1000 && line.chars().allMatch(ForeignText::isHarmless));
    } finally {
      logger.removeHandler(lines);
    }
  }
}
