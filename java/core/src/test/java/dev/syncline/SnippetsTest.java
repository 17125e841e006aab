package dev.syncline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each piece of Java in the pages for those who run a log, compiled as it stands there, and run on a log of a few records. */
class SnippetsTest {
  private static final Path PAGES = Path.of("../../docs");
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  /** What the pages take for given: a log, and what the program does with a record. */
  private static final String AROUND = """
      import dev.syncline.*;
      public class Snippet {
        public static int applied;
        static void apply(WalCursor record) { applied++; }
        public static void run(WriteAheadLog log) throws Exception {
      %s
        }
      }
      """;

  @TempDir Path temporary;

  @Test
  void eachPieceCompilesAndRuns() throws Exception {
    int found = 0;
    try (Stream<Path> pages = Files.list(PAGES)) {
      for (Path page : pages.filter(each -> each.toString().endsWith(".md")).sorted().toList()) {
        for (MatchResult code : CODE.matcher(Files.readString(page)).results().toList()) {
          run(page, code.group(1), temporary.resolve("piece-" + found));
          found++;
        }
      }
    }
    assertThat(found).isPositive();
  }

  private static void run(Path page, String code, Path directory) throws Exception {
    Files.createDirectories(directory);
    Path source = Files.writeString(directory.resolve("Snippet.java"), AROUND.replace("%s", code));
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int exit = ToolProvider.getSystemJavaCompiler().run(null, null, new PrintStream(errors, true, StandardCharsets.UTF_8),
        "-classpath", System.getProperty("java.class.path"), "-d", directory.toString(), source.toString());
    assertThat(exit).as("%s: %s", page, errors.toString(StandardCharsets.UTF_8)).isZero();
    for (StorageMode mode : List.of(StorageMode.AUTO, StorageMode.PORTABLE)) {
      WalOptions options = WalOptions.builder().storage(mode).build();
      try (WriteAheadLog log = WriteAheadLog.open(directory.resolve("log-" + mode), options);
          URLClassLoader loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
        for (int i = 0; i < 5; i++) log.append(new byte[10]);
        log.checkpoint(2);
        Class<?> snippet = loader.loadClass("Snippet");
        snippet.getMethod("run", WriteAheadLog.class).invoke(null, log);
        assertThat(snippet.getField("applied").getInt(null)).as("records behind what the checkpoint covers").isEqualTo(3);
      }
    }
  }
}
