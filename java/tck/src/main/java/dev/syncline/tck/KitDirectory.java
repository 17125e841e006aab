package dev.syncline.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDirFactory;

/**
 * Puts the kit's logs on a real disk: below the system property {@code syncline.tck.directory}, else below {@code target}, since a system's
 * temporary directory is often memory. Or in memory, if that is asked for with {@code -Dsyncline.tck.memory=true} and takes direct I/O.
 */
public final class KitDirectory implements TempDirFactory {

  /**
   * Parents that stay. ext4 passes over each file that was deleted a moment ago when it makes one in the same group of blocks, and the kit
   * deletes thousands: a sixth of its processor time. A directory that stays counts in its group, so that the next gets another; one that
   * is deleted after its test leaves the group that it had as the best choice for the next.
   */
  private static final int PARENTS = 128;

  private static final AtomicInteger MADE = new AtomicInteger(ThreadLocalRandom.current().nextInt(PARENTS));

  @Override
  public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
    if (System.getProperty("syncline.tck.directory") == null && MemoryDisk.DIRECTORY != null)
      return Files.createTempDirectory(MemoryDisk.DIRECTORY, "log-");
    // One of its own, since who else keeps things there may have made the one above.
    Path all = Path.of(System.getProperty("syncline.tck.directory", "target/tck"), "logs").toAbsolutePath();
    if (Files.notExists(all)) spread(Files.createDirectories(all));
    Path parent = all.resolve(Integer.toString(Math.floorMod(MADE.getAndIncrement(), PARENTS)));
    return Files.createTempDirectory(Files.createDirectories(parent), "log-");
  }

  /** What is made here gets a group of blocks of its own. Where there is no such thing it goes without. */
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
