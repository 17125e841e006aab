package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Operation;
import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.KitDirectory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log in a Java runtime of another locale: the same files, and the same log, as anywhere else. */
@Tag("laboratory")
class LocalesTest {
  @TempDir(factory = KitDirectory.class)
  private Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {
    "-Duser.language=ar -Duser.country=EG", "-Duser.language=fa -Duser.country=IR",
    "-Duser.language=th -Duser.country=TH -Duser.extensions=u-nu-thai-ca-buddhist",
    "-Duser.language=tr -Duser.country=TR", "-Duser.language.format=ar -Duser.country.format=EG", "-Duser.language=hi -Duser.extensions=u-nu-deva"
  })
  void aLogIsTheSameInEveryLocale(String locale) throws Exception {
    for (StorageMode mode : new StorageMode[] {StorageMode.PORTABLE, StorageMode.AUTO}) {
      Path there = temporary.resolve("there-" + mode);
      Path here = temporary.resolve("here-" + mode);
      run(there, mode, locale.split(" "));
      use(here, mode);
      assertThat(names(there)).as("%s, %s", locale, mode).isEqualTo(names(here)).contains("00000000000000000003.wal");
      // What was written there is read here, and the other way round.
      use(there, mode);
      run(here, mode, locale.split(" "));
    }
  }

  private static void run(Path directory, StorageMode mode, String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), LocalesTest.class.getName(), directory.toString(), mode.name()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().put("LC_ALL", "ar_EG.UTF-8");
    Process child = builder.start();
    String said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(said).isZero();
    assertThat(said).contains("done");
  }

  /** In the child. */
  public static void main(String[] arguments) throws IOException {
    Locale locale = Locale.getDefault(Locale.Category.FORMAT);
    if (locale.getLanguage().equals("en")) throw new AssertionError("this runtime's locale is " + locale);
    use(Path.of(arguments[0]), StorageMode.valueOf(arguments[1]));
    System.out.println("done");
  }

  /** Goes through what gives files names: rotation, use again, cuts, copies, recovery, quarantine. */
  private static void use(Path directory, StorageMode mode) throws IOException {
    WalOptions options = WalOptions.builder().storage(mode).maxSegmentSize(64 << 10).build();
    long before;
    try (WriteAheadLog log = WriteAheadLog.open(directory, options)) {
      before = log.currentSequence();
      for (int i = 0; i < 60; i++) log.put(new byte[] {1}, new byte[100]);
      log.appendBatch(List.of(Operation.entry(new byte[5]), Operation.entry(new byte[6])));
      log.truncate(log.currentSequence() - 30);
      log.truncateAfter(log.currentSequence() - 5);
      log.checkpoint();
      log.snapshot(directory.resolveSibling(directory.getFileName() + "-copy-" + before));
    }
    // The one before it is abandoned, and fenced.
    WriteAheadLog.open(directory, options).append(new byte[7]);
    try (WriteAheadLog log = WriteAheadLog.open(directory, options)) {
      if (log.currentSequence() != before + 60) throw new AssertionError("expected " + (before + 60) + ", found " + log.currentSequence());
      if (!log.verify().ok() || !log.recovery().damage().isEmpty()) throw new AssertionError(log.verify() + ", " + log.recovery());
    }
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }
}
