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
    if (Files.notExists(parent)) spread(Files.createDirectories(parent));
    return Files.createTempDirectory(parent, "log-");
  }

  /**
   * ext4 passes over each file that was deleted a moment ago when it makes one in the same group of blocks, and the kit deletes thousands:
   * a tenth of its processor time. Logs in groups of their own are spared that. Where there is no such thing it goes without.
   */
  private static void spread(Path parent) {
    try {
      new ProcessBuilder("chattr", "+T", parent.toString())
          .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor();
    } catch (IOException thereIsNoChattr) {
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
