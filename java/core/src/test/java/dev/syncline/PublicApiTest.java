package dev.syncline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** A change of the public API is a visible change of a file. {@code -Dsyncline.api.update=true} writes it anew. */
class PublicApiTest {
  private static final Path DUMP = Path.of("api/syncline.api");

  @Test
  void thePublicApiIsExactlyWhatWePublished() throws IOException, URISyntaxException {
    Path classes = Path.of(WriteAheadLog.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String now = ApiDump.of(classes, "dev.syncline", "dev.syncline.io", "dev.syncline.log");
    if (Boolean.getBoolean("syncline.api.update")) Files.writeString(DUMP, now);
    assertThat(now).as("the public API; if the change is meant, run with -Dsyncline.api.update=true").isEqualTo(Files.readString(DUMP));
  }
}
