package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import org.junit.jupiter.api.Test;

/** Files of which a line has no end, or none that memory could hold. */
class ExportReaderTest {
  /** As many zeros as are asked for, and how many were. */
  private static final class Endless extends InputStream {
    private long bytes;

    @Override
    public int read() {
      bytes++;
      return 0;
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      bytes += length;
      return length;
    }
  }

  @Test
  void whatIsNoExportIsRefusedByItsFirstBytesHoweverLongItIs() throws IOException {
    Endless zeros = new Endless();
    try (ExportReader reader = new ExportReader(zeros, "a device")) {
      assertThatThrownBy(reader::next).isInstanceOf(CliException.class)
          .hasMessageContaining("a device, line 1: expected the header of an exported log").hasMessageContaining("Nothing was imported");
    }
    assertThat(zeros.bytes).as("bytes that were read").isLessThan(1 << 20);
  }

  @Test
  void memoryThatIsTooShortForALineIsToldInOneLine() throws IOException {
    byte[] header = Cli.bytes("{\"format\":\"syncline-export\",\"crc\":\"b31b33d4\"}\n");
    InputStream scarce = new InputStream() {
      @Override
      public int read() {
        throw new OutOfMemoryError("Java heap space");
      }
    };
    try (ExportReader reader = new ExportReader(new SequenceInputStream(new ByteArrayInputStream(header), scarce), "a file")) {
      assertThatThrownBy(() -> {
        reader.next();
        reader.next();
      }).isInstanceOf(CliException.class).hasMessageContaining("a file, line 2: ").hasMessageContaining("-Xmx");
    }
  }
}
