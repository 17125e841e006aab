package dev.syncline.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each piece of Java in the page, compiled as it stands there: who copies it has no API of another version. */
class SnippetsTest {
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  /** What the page takes for given. */
  private static final String AROUND = """
      import dev.syncline.*;
      import dev.syncline.micrometer.*;
      import io.micrometer.core.instrument.MeterRegistry;
      import java.nio.file.Path;
      public class Snippet {
        public static void run(Path directory, MeterRegistry registry) throws Exception {
      %s
          log.close();
        }
      }
      """;

  @TempDir Path temporary;

  @Test
  void eachPieceCompiles() throws IOException {
    int found = 0;
    Path page = Path.of("README.md");
    for (MatchResult code : CODE.matcher(Files.readString(page)).results().toList())
      compile(page, code.group(1), temporary.resolve("piece-" + found++));
    assertThat(found).isEqualTo(1);
  }

  private void compile(Path page, String code, Path directory) throws IOException {
    Files.createDirectories(directory);
    Path source = Files.writeString(directory.resolve("Snippet.java"), AROUND.replace("%s", code));
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int exit = ToolProvider.getSystemJavaCompiler().run(null, null, new PrintStream(errors, true, StandardCharsets.UTF_8),
        "-proc:none", "-classpath", System.getProperty("java.class.path"), "-d", directory.toString(), source.toString());
    assertThat(exit).as("%s: %s", page, errors.toString(StandardCharsets.UTF_8)).isZero();
  }
}
