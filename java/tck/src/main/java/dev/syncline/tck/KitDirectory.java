package dev.syncline.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Puts the kit's logs on a real disk: below the system property {@code syncline.tck.directory}, else below {@code target},
 * since a system's temporary directory is often memory.
 */
public final class KitDirectory implements TempDirFactory {

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
    Path parent = Path.of(System.getProperty("syncline.tck.directory", "target/tck")).toAbsolutePath();
    return Files.createTempDirectory(Files.createDirectories(parent), "log-");
  }
}
