package dev.syncline.io.jna;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the jar carries beside its classes. Numbers are those of the ELF format, {@code elf(5)}. */
class BundledLibrariesTest {
  private static final int MACHINE_AT = 18;
  private static final int SECTIONS_AT = 40;
  private static final int SECTION_BYTES_AT = 58;
  private static final int SECTION_COUNT_AT = 60;
  private static final int SYMBOL_TABLE = 2;

  private static final String HOST = "linux-" + System.getProperty("os.arch").replace("amd64", "x86-64");

  /** A library or null; which of them a build has depends on the compilers that it found. */
  private static ByteBuffer library(String layout) throws IOException {
    try (InputStream in = NativeLoader.class.getResourceAsStream("/" + layout + "/libsyncline.so")) {
      return in == null ? null : ByteBuffer.wrap(in.readAllBytes()).order(ByteOrder.LITTLE_ENDIAN);
    }
  }

  @Test
  void theLibraryForThisProcessorIsThere() throws IOException {
    NativeAvailable.orSkip();
    assumeTrue(System.getProperty(NativeLoader.PATH_PROPERTY) == null, "a library from elsewhere is used");
    assertThat(library(HOST)).isNotNull();
  }

  @ParameterizedTest
  @CsvSource({"linux-x86-64, 62", "linux-aarch64, 183"})
  void eachLibraryIsForTheProcessorThatItsFolderNamesAndStripped(String layout, int machine) throws IOException {
    ByteBuffer elf = library(layout);
    assumeTrue(elf != null, "this build has no library for " + layout);
    assertThat((int) elf.getShort(MACHINE_AT)).isEqualTo(machine);
    int table = (int) elf.getLong(SECTIONS_AT);
    for (int i = 0; i < elf.getShort(SECTION_COUNT_AT); i++)
      assertThat(elf.getInt(table + i * elf.getShort(SECTION_BYTES_AT) + 4)).as("type of section " + i).isNotEqualTo(SYMBOL_TABLE);
  }
}
