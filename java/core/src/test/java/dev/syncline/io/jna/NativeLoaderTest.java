package dev.syncline.io.jna;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLoaderTest {
  @TempDir Path directory;

  @Test
  void theLibraryThatWasBuiltWithThisJarLoads() {
    NativeAvailable.orSkip();
    assertThat(NativeLoader.problem()).isEmpty();
  }

  @Test
  void anotherAbiIsRefusedWithExpectedFoundWhereAndRemedy() {
    assertThat(NativeLoader.abiProblem(LibSyncline.ABI_VERSION, "/lib/libsyncline.so")).isEmpty();
    assertThat(NativeLoader.abiProblem(99, "/lib/libsyncline.so").orElseThrow())
        .contains("/lib/libsyncline.so", "ABI 99", "ABI " + LibSyncline.ABI_VERSION, "unset -Dsyncline.native.path");
  }

  @Test
  void aRealLibraryOfAnotherAbiIsRefusedBeforeItsOtherFunctionsAreLookedUp() throws Exception {
    Path library = compile("int syncline_abi_version(void) { return 99; }\n");
    assertThat(load(library).orElseThrow()).contains(library.toString(), "ABI 99");
  }

  @Test
  void aLibraryOfSomethingElseIsRefused() throws Exception {
    assertThat(load(compile("int other(void) { return 1; }\n")).orElseThrow()).contains("syncline_abi_version");
  }

  @Test
  void anOverrideThatIsMissingOrNoLibraryIsSaidAndNothingElseIsTried() throws Exception {
    assertThat(load(directory.resolve("none.so")).orElseThrow()).contains("names no file", "none.so");
    Path text = Files.writeString(directory.resolve("text.so"), "not a library");
    assertThat(load(text)).isPresent();
  }

  @Test
  void whereJnaIsAModuleThatNobodyAskedForIsSaidHowToAsk() {
    assertThat(NativeLoader.missing(true)).contains("--add-modules com.sun.jna");
    assertThat(NativeLoader.missing(false)).contains("class path", "net.java.dev.jna:jna");
  }

  @Test
  void itCanBeSwitchedOff() {
    assertThat(NativeLoader.load(null, true).orElseThrow()).contains("-Dsyncline.native.disabled=true");
  }

  @Test
  void whatIsMissingIsNamedThroughEveryErrorThatTellsOfIt() {
    NoClassDefFoundError logging = new NoClassDefFoundError("java/util/logging/Logger");
    ExceptionInInitializerError told = new ExceptionInInitializerError(
        "Exception java.lang.NoClassDefFoundError: java/util/logging/Logger [in thread \"main\"]");
    NoClassDefFoundError second = new NoClassDefFoundError("Could not initialize class com.sun.jna.Native");
    second.initCause(told);
    assertThat(NativeLoader.explain(logging)).contains("module java.logging is missing");
    assertThat(NativeLoader.explain(second)).contains("module java.logging is missing");
    assertThat(NativeLoader.explain(new NoClassDefFoundError("com/sun/jna/Platform"))).contains("net.java.dev.jna:jna");
    assertThat(NativeLoader.explain(new NoClassDefFoundError("Could not initialize class com.sun.jna.Native")))
        .contains("could not be loaded", "com.sun.jna.Native")
        .doesNotContain("class path");
  }

  @Test
  void whatJnaDoesNotSayIsSaid() {
    assertThat(NativeLoader.explain(new UnsatisfiedLinkError("Failed to create temporary file for /com/sun/jna: No space left on device")))
        .contains("No space left on device", "-Djna.tmpdir", "has room");
    assertThat(NativeLoader.explain(new UnsatisfiedLinkError("Unable to load library '/x/s.so':\n\n/x/s.so: file too short\n(more)")))
        .contains("Unable to load library '/x/s.so': /x/s.so: file too short; use the library that was built with this jar")
        .contains("-Dsyncline.native.path").doesNotContain("more");
    assertThat(NativeLoader.explain(new UnsatisfiedLinkError("Unable to load library 's':\n"))).contains("library 's'; use the library");
    assertThat(NativeLoader.explain(new UnsatisfiedLinkError()))
        .contains("no reason was given", "-Djna.debug_load=true").doesNotContain("null");
    UnsatisfiedLinkError silent = new UnsatisfiedLinkError("");
    silent.initCause(new IllegalStateException("the reason"));
    assertThat(NativeLoader.explain(silent)).contains("UnsatisfiedLinkError: the reason");
  }

  private static Optional<String> load(Path override) {
    return NativeLoader.load(override.toString(), false);
  }

  private Path compile(String source) throws Exception {
    Path c = Files.writeString(directory.resolve("foreign.c"), source);
    Path library = directory.resolve("libsyncline.so");
    assumeTrue(succeeds("gcc", "-shared", "-fPIC", "-o", library.toString(), c.toString()), "no C compiler that makes a foreign library");
    return library;
  }

  private static boolean succeeds(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
