package dev.syncline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The drawings of docs/internals.md are made of text. {@code -Dsyncline.drawings.update=true} makes them anew. */
class DrawingsTest {
  private static final Path DRAWINGS = Path.of("../../docs/drawings");

  @ParameterizedTest
  @ValueSource(strings = {"put", "crash"})
  void aDrawingIsWhatItsTextSays(String name) throws IOException {
    String drawn = SequenceDrawing.svg(Files.readString(DRAWINGS.resolve(name + ".txt")));
    Path file = DRAWINGS.resolve(name + ".svg");
    if (Boolean.getBoolean("syncline.drawings.update")) Files.writeString(file, drawn);
    assertThat(Files.readString(file)).as("if the change is meant, run with -Dsyncline.drawings.update=true").isEqualTo(drawn);
    assertThat(Files.readString(Path.of("../../docs/internals.md"))).contains("(drawings/" + name + ".svg)");
  }
}
