package dev.syncline.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The page shows the programs as they are compiled and tested here; with {@code -Dsyncline.patterns.update=true} it is written anew. */
class PatternsPageTest {
  private static final Path PAGE = Path.of("PATTERNS.md");
  private static final Path SOURCES = Path.of("src/test/java/dev/syncline/patterns");
  private static final List<String> PROGRAMS = List.of("DurableMap", "WorkQueue", "Outbox", "Accounts");

  /** A program's name, and what the page quotes of it. */
  private static final Pattern QUOTE = Pattern.compile("<!-- quoted: (\\w+) -->\n```java\n(.*?)```\n", Pattern.DOTALL);

  @Test
  void thePageQuotesEveryProgramAsItIs() throws IOException {
    String page = Files.readString(PAGE);
    if (Boolean.getBoolean("syncline.patterns.update")) {
      page = QUOTE.matcher(page).replaceAll(quote ->
          Matcher.quoteReplacement("<!-- quoted: " + quote.group(1) + " -->\n```java\n" + program(quote.group(1)) + "```\n"));
      Files.writeString(PAGE, page);
    }
    List<String> quoted = new ArrayList<>();
    Matcher quotes = QUOTE.matcher(page);
    while (quotes.find()) {
      quoted.add(quotes.group(1));
      assertThat(quotes.group(2)).as("PATTERNS.md, %s", quotes.group(1)).isEqualTo(program(quotes.group(1)));
    }
    assertThat(quoted).isEqualTo(PROGRAMS);
  }

  /** A program without its package and its imports, of which all but the log's own are the JDK's. */
  private static String program(String name) {
    try {
      String source = Files.readString(SOURCES.resolve(name + ".java"));
      return source.substring(source.indexOf("\n/**") + 1);
    } catch (IOException e) {
      throw new AssertionError("PATTERNS.md quotes " + name, e);
    }
  }

  @Test
  void theProgramsNeedNothingButTheJdkAndTheLog() throws IOException {
    for (String name : PROGRAMS)
      assertThat(Files.readAllLines(SOURCES.resolve(name + ".java")))
          .filteredOn(line -> line.startsWith("import "))
          .allMatch(line -> line.matches("import (static )?(java|dev\\.syncline)\\..*;"));
  }
}
