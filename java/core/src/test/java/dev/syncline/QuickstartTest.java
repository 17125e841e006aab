package dev.syncline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's first piece of code, compiled and run as it stands there. */
class QuickstartTest {
  @TempDir Path temporary;

  @Test
  void theQuickstartOfTheReadmeCompilesRunsAndPrintsWhatItSays() throws Exception {
    String readme = Files.readString(Path.of("../../README.md"));
    String code = fenced(readme, "java");
    assertThat(code.lines().count()).as("lines of the quickstart").isLessThanOrEqualTo(20);
    Path source = Files.writeString(temporary.resolve("Quickstart.java"), code);
    compile(source);
    assertThat(run()).isEqualTo(fenced(readme.substring(readme.indexOf("```java")), "text"));
  }

  private static String fenced(String text, String language) {
    String open = "```" + language + "\n";
    int start = text.indexOf(open) + open.length();
    assertThat(text).contains(open);
    return text.substring(start, text.indexOf("```", start));
  }

  private void compile(Path source) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    ByteArrayOutputStream errors = new ByteArrayOutputStream();
    int exit = compiler.run(null, null, new PrintStream(errors, true, StandardCharsets.UTF_8),
        "-classpath", System.getProperty("java.class.path"), "-d", temporary.toString(), source.toString());
    assertThat(exit).as(errors.toString(StandardCharsets.UTF_8)).isZero();
  }

  private String run() throws Exception {
    Process process = new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "--enable-native-access=ALL-UNNAMED",
            "-cp", temporary + System.getProperty("path.separator") + System.getProperty("java.class.path"), "Quickstart")
        .directory(temporary.toFile())
        .redirectError(temporary.resolve("errors").toFile())
        .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(temporary.resolve("errors"))).isZero();
    return output;
  }
}
