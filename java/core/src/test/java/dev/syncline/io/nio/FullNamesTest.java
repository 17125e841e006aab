package dev.syncline.io.nio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullNamesTest {
  @TempDir Path directory;

  @Test
  void whatFailsInADirectoryIsNamedWithIt() throws IOException {
    Files.createDirectories(directory.resolve("full/file"));
    try (HeldDirectory held = HeldDirectory.open(directory)) {
      assertNamed("none", () -> held.openChannel("none", Set.of(StandardOpenOption.READ)));
      assertNamed("none", () -> held.openChild("none"));
      assertNamed("none", () -> held.keyOf("none"));
      assertNamed("none", () -> held.delete("none"));
      assertNamed("none", () -> held.move("none", "other"));
      assertNamed("full", () -> held.delete("full"));
    }
  }

  private interface Failing {
    void run() throws IOException;
  }

  private void assertNamed(String name, Failing failing) {
    assertThatThrownBy(failing::run).asInstanceOf(throwable(FileSystemException.class))
        .extracting(FileSystemException::getFile).isEqualTo(directory.resolve(name).toString());
  }

  @Test
  void theTypeAndWhatWasSaidStay() {
    assertThat(FullNames.of(new AccessDeniedException("a", null, "why"), directory))
        .isExactlyInstanceOf(AccessDeniedException.class).hasMessage(directory.resolve("a") + ": why");
    assertThat(FullNames.of(new NoSuchFileException("."), directory))
        .isExactlyInstanceOf(NoSuchFileException.class).hasMessage(directory.toString());
    FileSystemException whole = new FileSystemException(directory.resolve("a").toString(), null, "why");
    assertThat(FullNames.of(whole, directory)).isSameAs(whole);
    FileSystemException unknown = new FileSystemException("a") {
      private static final long serialVersionUID = 1;
    };
    assertThat(FullNames.of(unknown, directory)).isSameAs(unknown);
  }
}
