package dev.syncline.io;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Native;
import dev.syncline.StorageMode;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Java runtimes with less in them than ours, and in other locales: each in a process of its own. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OtherRuntimesTest {
  @TempDir private Path directory;

  private static Path placeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private List<String> run(boolean withJna, StorageMode mode, String... options) throws Exception {
    List<String> classPath = new ArrayList<>();
    for (Class<?> type : new Class<?>[] {Storages.class, ChildOpening.class}) classPath.add(placeOf(type).toString());
    if (withJna) classPath.add(placeOf(Native.class).toString());
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), ChildOpening.class.getName()));
    command.addAll(List.of(directory.resolve("log").toString(), mode.name()));
    Process child = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    assertThat(child.waitFor()).as("%s", lines).isZero();
    return lines;
  }

  private static void assertEachTime(List<String> lines, String... parts) {
    List<String> outcomes = lines.stream().filter(line -> line.matches("(opened|refused|died) .*")).toList();
    assertThat(outcomes).hasSize(2).allSatisfy(line -> assertThat(line).contains(parts));
  }

  @Test
  void withoutJnaAutoIsPortableAndSaysWhy() throws Exception {
    assertEachTime(run(false, StorageMode.AUTO), "opened portable storage", "JNA is not on the class path: add net.java.dev.jna:jna", "[]");
  }

  @Test
  void withoutJnaNativeIsRefusedWithTheReason() throws Exception {
    assertEachTime(run(false, StorageMode.NATIVE), "refused native storage was asked for", "JNA is not on the class path", "AUTO");
  }

  @Test
  void withoutJnaPortableDoesNotAskForIt() throws Exception {
    assertEachTime(run(false, StorageMode.PORTABLE), "opened portable storage", "was asked for");
  }

  @Test
  void withoutTheModuleThatJnaNeedsAutoIsPortableAndSaysWhy() throws Exception {
    assertEachTime(run(true, StorageMode.AUTO, "--limit-modules", "java.base"),
        "opened portable storage", "module java.logging is missing", "[]");
  }

  @Test
  void withoutTheModuleThatJnaNeedsNativeIsRefusedWithTheReason() throws Exception {
    assertEachTime(run(true, StorageMode.NATIVE, "--limit-modules", "java.base"),
        "refused native storage was asked for", "module java.logging is missing");
  }

  /** Egypt's digits are not ours, Turkey's small I is not ours. */
  @Tag("laboratory")
  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa-IR", "hi-IN-u-nu-deva", "tr-TR", "th-TH-u-nu-thai"})
  void namesAndNumbersAreTheSameInEveryLocale(String tag) throws Exception {
    for (StorageMode mode : new StorageMode[] {StorageMode.PORTABLE, StorageMode.AUTO}) {
      List<String> lines = run(true, mode, localeOptions(tag));
      assertThat(lines).as("%s", lines).anyMatch(line -> line.startsWith("locale " + tag.substring(0, 2)));
      assertThat(lines).filteredOn(line -> line.startsWith("probe ")).hasSize(2).allMatch(line -> line.matches("probe probe-[0-9a-f]{16}\\.tmp"));
      assertThat(lines).filteredOn(line -> line.startsWith("said ")).hasSize(2).allMatch(line -> line.contains("-4096"));
      assertThat(lines).allMatch(line -> StandardCharsets.US_ASCII.newEncoder().canEncode(line));
      assertEachTime(lines, "opened ", "[]");
    }
  }

  private static String[] localeOptions(String tag) {
    String[] parts = tag.split("-");
    List<String> options = new ArrayList<>(List.of("-Duser.language=" + parts[0], "-Duser.country=" + parts[1]));
    if (parts.length > 2) options.add("-Duser.extensions=u-nu-" + parts[4]);
    return options.toArray(String[]::new);
  }
}
