package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTest {

  @Test
  void printableTextIsQuotedAndEscaped() {
    assertThat(Text.preview(Cli.bytes("a \"b\"\tµ"))).isEqualTo("\"a \\\"b\\\"\\tµ\"");
    assertThat(Text.preview(new byte[0])).isEqualTo("\"\"");
  }

  @Test
  void anythingElseIsHexadecimal() {
    assertThat(Text.preview(new byte[] {0, 'a', (byte) 0xff})).isEqualTo("0x0061ff");
    assertThat(Text.preview(Cli.bytes("bell \u0007"))).startsWith("0x");
  }

  @Test
  void longTextIsCutBetweenCharacters() {
    String text = "x" + "€".repeat(40);
    assertThat(Text.preview(Cli.bytes(text))).isEqualTo("\"x" + "€".repeat(15) + "\"…");
  }

  @Test
  void sizesHaveAUnitThatKeepsThemShort() {
    assertThat(Text.size(0)).isEqualTo("0 B");
    assertThat(Text.size(1023)).isEqualTo("1023 B");
    assertThat(Text.size(4096)).isEqualTo("4.0 KiB");
    assertThat(Text.size(64L << 20)).isEqualTo("64.0 MiB");
    assertThat(Text.size(Long.MAX_VALUE)).endsWith(" TiB");
  }

  @Test
  void columnsAreAligned() {
    String table = Text.table(List.of("name", ">µs"), List.of(List.of("a", "1"), List.of("longer", "1000")));
    assertThat(table.lines()).containsExactly("name      µs", "a          1", "longer  1000");
  }
}
