package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchDirectoryTest {
  @TempDir Path parent;

  @Test
  void disappearsWithWhatIsInItButNotWhatLinksLeadTo() throws IOException {
    Path outside = Files.writeString(Files.createDirectory(parent.resolve("outside")).resolve("file"), "kept");
    try (ScratchDirectory scratch = ScratchDirectory.create(parent, ".scratch-")) {
      Files.writeString(Files.createDirectory(scratch.path().resolve("inner")).resolve("file"), "gone");
      Files.createSymbolicLink(scratch.path().resolve("link"), outside.getParent());
    }
    assertThat(parent.toFile().list()).containsExactly("outside");
    assertThat(outside).hasContent("kept");
  }

  @Test
  void staysIfKept() throws IOException {
    ScratchDirectory scratch = ScratchDirectory.create(parent, ".scratch-");
    scratch.keep();
    scratch.close();
    assertThat(scratch.path()).isDirectory();
  }
}
