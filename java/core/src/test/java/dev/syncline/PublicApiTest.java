package dev.syncline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** A change of the public API is a visible change of a file. {@code -Dsyncline.api.update=true} writes it anew. */
class PublicApiTest {
  private static final Path DUMP = Path.of("api/syncline.api");

  @Test
  void thePublicApiIsExactlyWhatWePublished() throws IOException, URISyntaxException {
    Path classes = Path.of(WriteAheadLog.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    String now = ApiDump.of(classes, "dev.syncline", "dev.syncline.io", "dev.syncline.log", "dev.syncline.log.options",
        "dev.syncline.log.read.LogCursor", "dev.syncline.log.read.RecordView", "dev.syncline.log.read.RecordVisitor");
    if (Boolean.getBoolean("syncline.api.update")) Files.writeString(DUMP, now);
    String published = Files.readString(DUMP);
    String remedy = "if the change is meant, run with -Dsyncline.api.update=true";
    assertThat(linesOnlyIn(now, published)).as("new in the public API; " + remedy).isEmpty();
    assertThat(linesOnlyIn(published, now)).as("gone from the public API; " + remedy).isEmpty();
    assertThat(now).as("the public API; " + remedy).isEqualTo(published);
  }

  private static List<String> linesOnlyIn(String one, String other) {
    Set<String> known = other.lines().collect(Collectors.toSet());
    return one.lines().filter(line -> !known.contains(line)).toList();
  }
}
