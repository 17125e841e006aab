package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The readers under a coverage-guided fuzzer, Jazzer. An ordinary build goes through what it has kept, one input a line in {@code
 * src/test/resources/fuzz}; {@code -Dsyncline.fuzz.seconds=600} looks for more, and so does {@code -Pnightly}. What it finds new it leaves
 * in {@code target/fuzz}: an input that fails belongs into the resources, with what it was.
 */
@Tag("laboratory")
class FuzzTest {
  private static final long SECONDS = Long.getLong("syncline.fuzz.seconds", Nightly.fuzzSeconds());
  private static final long GRACE_SECONDS = 120;
  private static final Path WORK = Path.of("target", "fuzz");

  interface Fuzzed {
    void accept(byte[] input) throws IOException;
  }

  /** What is fuzzed, and its part of the time. */
  enum Target {
    DIRECTORY(DirectoryFuzzer.class, DirectoryFuzzer::fuzzerTestOneInput, 0.4),
    STRUCTURE(StructureFuzzer.class, StructureFuzzer::fuzzerTestOneInput, 0.4),
    CODEC(CodecFuzzer.class, CodecFuzzer::fuzzerTestOneInput, 0.2);

    final Class<?> type;
    final Fuzzed fuzzed;
    final double share;

    Target(Class<?> type, Fuzzed fuzzed, double share) {
      this.type = type;
      this.fuzzed = fuzzed;
      this.share = share;
    }

    String key() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }

    List<byte[]> corpus() throws IOException {
      List<byte[]> inputs = new ArrayList<>();
      try (var in = FuzzTest.class.getResourceAsStream("/fuzz/" + key() + ".hex")) {
        String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
        text.lines().filter(line -> !line.startsWith("#") && !line.isBlank()).forEach(line -> inputs.add(HexFormat.of().parseHex(line.strip())));
      }
      return inputs;
    }
  }

  @ParameterizedTest
  @EnumSource
  @Timeout(600)
  void everyInputThatWasKeptIsReadAsItMustBe(Target target) throws IOException {
    List<byte[]> corpus = target.corpus();
    assertThat(corpus).hasSizeGreaterThan(20);
    for (byte[] input : corpus) {
      try {
        target.fuzzed.accept(input);
      } catch (IOException | RuntimeException | AssertionError e) {
        throw new AssertionError("input " + HexFormat.of().formatHex(input) + ": " + e, e);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void noInputThatTheFuzzerThinksOfBreaksAReader(Target target) throws Exception {
    Assumptions.assumeTrue(SECONDS > 0, "only with -Dsyncline.fuzz.seconds or -Pnightly");
    Path corpus = Files.createDirectories(WORK.resolve(target.key()));
    int number = 0;
    for (byte[] input : target.corpus()) Files.write(corpus.resolve("kept-" + number++), input);
    Path said = WORK.resolve(target.key() + ".log");
    long seconds = Math.max(1, Math.round(SECONDS * target.share));
    long seed = Nightly.seed("fuzzing " + target, 1) & Integer.MAX_VALUE;
    Process jazzer = new ProcessBuilder(command(target, corpus, seconds, seed)).redirectErrorStream(true).redirectOutput(said.toFile()).start();
    try {
      assertThat(jazzer.waitFor(seconds + GRACE_SECONDS, TimeUnit.SECONDS)).as("it ends in time").isTrue();
    } finally {
      jazzer.destroyForcibly();
    }
    List<String> lines = Files.readAllLines(said, StandardCharsets.ISO_8859_1);
    lines.stream().filter(line -> line.startsWith("stat::") || line.startsWith("Done")).forEach(line -> System.out.println(target + ": " + line));
    lines.stream().filter(line -> line.contains(" cov: ")).reduce((first, last) -> last).ifPresent(line -> System.out.println(target + ": " + line));
    assertThat(jazzer.exitValue()).as("what it said:%n%s", String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()))).isZero();
  }

  /** A small heap: an allocation that a bad length drives ends it. */
  private static List<String> command(Target target, Path corpus, long seconds, long seed) {
    return List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx700m", "-XX:MaxDirectMemorySize=600m",
        "--enable-native-access=ALL-UNNAMED", "-cp", System.getProperty("java.class.path"), "com.code_intelligence.jazzer.Jazzer",
        "--target_class=" + target.type.getName(), "--instrumentation_includes=dev.syncline.**", "--reproducer_path=" + WORK,
        "-artifact_prefix=" + WORK + "/" + target.key() + "-", "-max_total_time=" + seconds, "-seed=" + seed, "-max_len=4096", "-timeout=20",
        "-rss_limit_mb=3000", "-print_final_stats=1", corpus.toString());
  }
}
