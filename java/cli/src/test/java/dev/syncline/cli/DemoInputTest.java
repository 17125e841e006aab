package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoInputTest {
  @TempDir Path directory;

  @Test
  void cutsAtLineFeedsAndKeepsEveryOtherByte() throws IOException {
    Path file = Files.writeString(directory.resolve("any"), "one\r\n\nthree\0\n\tlast", StandardCharsets.UTF_8);
    assertThat(text(DemoInput.read(file, 100))).containsExactly("one\r", "", "three\0", "\tlast");
    assertThat(text(DemoInput.read(file, 2))).containsExactly("one\r", "");
  }

  @Test
  void aVeryLongLineIsCut() throws IOException {
    Path file = Files.write(directory.resolve("long"), new byte[(1 << 20) + 5]);
    assertThat(DemoInput.read(file, 100)).extracting(line -> line.length).containsExactly(1 << 20, 5);
  }

  @Test
  void takesSourcesOfADirectoryInOrderAndNoBuildOutput() throws IOException {
    write("b/B.java", "b");
    write("a/readme.md", "a");
    write("a/image.png", "x");
    write("target/Made.java", "x");
    write(".git/config.xml", "x");
    assertThat(text(DemoInput.read(directory, 100))).containsExactly("a", "b");
  }

  @Test
  void savedLinesComeBack() throws IOException {
    Path file = directory.resolve("lines");
    DemoInput.save(List.of(new byte[0], new byte[] {10, 13, -1}), file);
    assertThat(DemoInput.load(file)).containsExactly(new byte[0], new byte[] {10, 13, -1});
  }

  private void write(String name, String content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static List<String> text(List<byte[]> lines) {
    return lines.stream().map(line -> new String(line, StandardCharsets.UTF_8)).toList();
  }
}
