package dev.syncline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the log throws and says, and the page that explains it to whoever is woken. */
class MessagesPageTest {
  private static final Path PAGE = Path.of("../../docs/operations.md");
  private static final Path SOURCES = Path.of("src/main/java/dev/syncline");

  /** Of a caller's mistake the program hears while it is written, and not at night. */
  private static final Pattern SAID = Pattern.compile(
      "new (?!IllegalArgument|IllegalState|UnsupportedOperation|NoSuchElement)\\w+Exception\\(|LogLines\\.said?y?\\(|warnOnce\\("
          + "|EngineThread\\.warn\\(");

  private static final int LETTERS_MIN = 8;

  /** What stands behind damage that is told by its own words, and what nobody is told. */
  private static final List<String> NO_MESSAGE = List.of("Nothing was changed", "nonenone");

  private static List<String> phrases() throws IOException {
    String page = Files.readString(PAGE);
    List<String> phrases = new ArrayList<>();
    Matcher row = Pattern.compile("(?m)^\\| `([^`]+)` \\|").matcher(page.substring(page.indexOf("\n## Messages")));
    while (row.find()) phrases.add(row.group(1));
    return phrases;
  }

  /** Where each message stands, and its words without what is put in between them. */
  private static Map<String, String> messages() throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).sorted().toList()) {
        String source = Files.readString(file);
        Matcher said = SAID.matcher(source);
        while (said.find()) {
          String words = literals(source, said.end());
          if (words.chars().filter(Character::isLetter).count() >= LETTERS_MIN && !NO_MESSAGE.contains(words))
            found.put(file.getFileName() + ":" + source.substring(0, said.start()).lines().count(), words);
        }
      }
    }
    return found;
  }

  /** The string literals among the arguments that begin there. */
  private static String literals(String source, int from) {
    StringBuilder words = new StringBuilder();
    int depth = 1;
    boolean inside = false;
    for (int i = from; depth > 0; i++) {
      char c = source.charAt(i);
      if (c == '"' && source.charAt(i - 1) != '\\') inside = !inside;
      else if (inside) words.append(c);
      else if (c == '(') depth++;
      else if (c == ')') depth--;
    }
    return words.toString();
  }

  @Test
  void everyMessageHasAnEntry() throws IOException {
    List<String> phrases = phrases();
    Map<String, String> messages = messages();
    assertThat(messages.size()).as("messages that were found").isGreaterThan(80);
    Map<String, String> unexplained = new TreeMap<>(messages);
    unexplained.values().removeIf(words -> phrases.stream().anyMatch(words::contains));
    assertThat(unexplained).as("messages without an entry in %s", PAGE).isEmpty();
  }

  @Test
  void everyEntryIsOfAMessage() throws IOException {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      for (Path file : files.filter(each -> each.toString().endsWith(".java")).toList())
        all.append(Files.readString(file).replaceAll("\"\\s*\\+\\s*\"", ""));
    }
    assertThat(phrases().stream().filter(phrase -> all.indexOf(phrase) < 0)).as("entries of messages that there are not").isEmpty();
  }

  @Test
  void everyEntrySaysWhatIsLostAndWhatToDo() throws IOException {
    String page = Files.readString(PAGE);
    page.substring(page.indexOf("\n## Messages")).lines().filter(line -> line.startsWith("| `")).forEach(line ->
        assertThat(Stream.of(line.split("\\|")).skip(1).map(String::strip)).as(line).hasSize(4).doesNotContain(""));
  }
}
