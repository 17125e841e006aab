package dev.syncline.io.jna;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/** Makes temporary directories below the build directory, which lies on the disk that the checkout lies on. */
final class BuildDirectory implements TempDirFactory {
  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
    Path parent = Files.createDirectories(Path.of("target", "tmp").toAbsolutePath());
    return Files.createTempDirectory(parent, "native");
  }
}
