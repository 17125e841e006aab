package dev.syncline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The style that a machine can check, on all main sources of the repository. */
class TidyTest {
  private static final int COLUMNS_MAX = 140;
  private static final int LINES_MAX = 400;

  private static final Pattern PUBLIC_TYPE = Pattern.compile("^public .*\\b(class|interface|enum|record|@interface) (\\w+)");

  private static final Pattern LOCALE_DEPENDENT = Pattern.compile(
      "\\.formatted\\(|\\bto(Lower|Upper)Case\\(\\s*\\)|(String\\.format|printf|\\w\\.format)\\(\\s*\""
          + "|new (Formatter|DecimalFormat|SimpleDateFormat)\\(|ofPattern\\(\"[^\"]*\"\\)");

  private record Source(String name, List<String> lines, boolean isJava) {
    /** Lines that break a rule, each with its place. */
    List<String> where(java.util.function.Predicate<String> broken) {
      List<String> found = new ArrayList<>();
      for (int i = 0; i < lines.size(); i++) if (broken.test(lines.get(i))) found.add(name + ":" + (i + 1));
      return found;
    }
  }

  private static final Path ROOT = root();
  private static final List<Source> SOURCES = sources("/src/main/");

  /** With the tests, which may break lines and print, but are read like everything else. */
  private static final List<Source> ALL_SOURCES = sources("/src/");

  /** The nearest directory above this module that holds the reactor. */
  private static Path root() {
    for (Path at = Path.of("").toAbsolutePath(); at != null; at = at.getParent())
      if (Files.exists(at.resolve("java/core/pom.xml")) && Files.exists(at.resolve("pom.xml"))) return at;
    throw new AssertionError("no directory above " + Path.of("").toAbsolutePath() + " holds java/core/pom.xml: the sources are not found");
  }

  private static List<Source> sources(String part) {
    try (Stream<Path> java = Files.walk(ROOT.resolve("java")); Stream<Path> c = Files.walk(ROOT.resolve("native"))) {
      return Stream.concat(java, c)
          .filter(file -> file.toString().contains(part) && file.toString().matches(".*\\.(java|c|h)"))
          .filter(file -> !ROOT.relativize(file).toString().contains("target/"))
          .sorted()
          .map(TidyTest::read)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Source read(Path file) {
    try {
      String name = ROOT.relativize(file).toString().replace('\\', '/');
      return new Source(name, Files.readAllLines(file), name.endsWith(".java"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> broken(java.util.function.Predicate<Source> which, java.util.function.Predicate<String> broken) {
    return SOURCES.stream().filter(which).flatMap(source -> source.where(broken).stream()).toList();
  }

  @Test
  void everyModuleIsLookedAt() {
    for (String part : new String[] {"java/core/src/main/", "java/tck/src/main/", "native/src/main/"})
      assertThat(SOURCES).as(part).anyMatch(source -> source.name().startsWith(part));
  }

  @Test
  void javaIsIndentedWithSpaces() {
    assertThat(broken(Source::isJava, line -> line.indexOf('\t') >= 0)).isEmpty();
  }

  @Test
  void linesFitTheScreen() {
    assertThat(broken(source -> true, line -> line.replace("\t", "        ").length() > COLUMNS_MAX)).isEmpty();
  }

  @Test
  void linesEndWithTheirText() {
    assertThat(broken(source -> true, line -> line.endsWith(" ") || line.endsWith("\t"))).isEmpty();
  }

  @Test
  void filesStaySmall() {
    for (Source source : ALL_SOURCES)
      assertThat(source.lines().size()).as(source.name()).isLessThanOrEqualTo(LINES_MAX);
  }

  @Test
  void nothingIsLeftForLater() {
    assertThat(broken(source -> true, line -> line.matches(".*\\b(TODO|FIXME|XXX)\\b.*"))).isEmpty();
  }

  @Test
  void importsNameTheirTypes() {
    assertThat(broken(Source::isJava, line -> line.matches("import .*\\*;"))).isEmpty();
  }

  @Test
  void theLibraryPrintsNothing() {
    assertThat(broken(source -> source.name().startsWith("java/core/"), line -> line.matches(".*System\\.(out|err)\\b.*"))).isEmpty();
  }

  /** Names and numbers are the same in every locale: Egypt's digits are not ours, nor is Turkey's small I. */
  @Test
  void nothingIsFormattedInTheLocaleOfTheMachine() {
    List<String> found = new ArrayList<>();
    for (Source source : SOURCES) {
      Matcher call = LOCALE_DEPENDENT.matcher(String.join("\n", source.lines()));
      while (source.isJava() && call.find()) found.add(source.name() + ": " + call.group().strip());
    }
    assertThat(found).isEmpty();
  }

  /** But one: class loaders share no lock object before they have found each other, only the monitor of a string. */
  @Test
  void theLibraryHasNoSynchronizedBlocks() {
    assertThat(broken(source -> source.name().startsWith("java/core/"), line -> line.matches(".*\\bsynchronized\\s*\\(.*")))
        .singleElement().asString().startsWith("java/core/src/main/java/dev/syncline/io/JvmLocks.java:");
  }

  @Test
  void everyPublicTypeSaysWhatItIs() {
    List<String> silent = new ArrayList<>();
    for (Source source : SOURCES)
      for (int i = 0; source.isJava() && i < source.lines().size(); i++) {
        Matcher type = PUBLIC_TYPE.matcher(source.lines().get(i));
        if (type.find() && !isDocumented(source.lines(), i)) silent.add(source.name() + ": " + type.group(2));
      }
    assertThat(silent).isEmpty();
  }

  @Test
  void everyPackageOfTheLibrarySaysWhatItIs() {
    for (String name : new String[] {
        "", "log/", "log/events/", "log/flight/", "log/options/", "log/read/", "log/recovery/", "log/repair/", "log/segment/", "format/", "io/", "io/nio/", "io/jna/"})
      assertThat(SOURCES).as(name).anyMatch(s -> s.name().equals("java/core/src/main/java/dev/syncline/" + name + "package-info.java"));
  }

  private static boolean isDocumented(List<String> lines, int typeAt) {
    int at = typeAt - 1;
    // Annotations stand between the two, some over several indented lines.
    while (at >= 0 && (lines.get(at).startsWith("@") || lines.get(at).startsWith("  "))) at--;
    return at >= 0 && lines.get(at).trim().endsWith("*/");
  }
}
