package dev.syncline.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each piece of Java in the pages, compiled as it stands there: who copies it has no API of another version. */
class SnippetsTest {
  private static final Pattern CODE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  /** What the pages take for given. */
  private static final String AROUND = """
      import com.alipay.sofa.jraft.core.*;
      import com.alipay.sofa.jraft.option.*;
      import com.alipay.sofa.jraft.storage.LogStorage;
      import dev.syncline.*;
      import dev.syncline.raft.*;
      import dev.syncline.replicated.*;
      import java.io.IOException;
      import java.nio.file.Path;
      import java.time.Duration;
      import java.util.*;
      public class Snippet {
        static List<String> nodes;
        static byte[] key, value, payload;
        static Duration wait;
        static void apply(WalRecord record) {}
        static NodeOptions nodeOptions;
        static LogStorageOptions options;
        static void run() throws Exception {
      %s
        }
      }
      """;

  @TempDir Path temporary;

  @Test
  void eachPieceCompiles() throws IOException {
    int found = 0;
    for (String name : List.of("README.md", "REPLICATION.md", "OPERATIONS.md")) {
      Path page = Path.of(name);
      for (MatchResult code : CODE.matcher(Files.readString(page)).results().toList())
        compile(page, code.group(1), temporary.resolve("piece-" + found++));
    }
    assertThat(found).isEqualTo(4);
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
