package dev.syncline.lab;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import dev.syncline.io.jna.NativeLoader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The native library with a saboteur inside: the C layer's sources and {@code faulty_syscalls.c}, compiled when a test first asks.
 *
 * <p>A JVM loads one native library for Syncline, so these tests run in a JVM of their own (the execution {@code faults} in this
 * module's pom), where this one is named to the loader before it has looked.
 */
final class FaultyLibrary implements FaultySystem {
  private static final Path SOURCES = Path.of("..", "..", "native", "src");
  private static final List<String> FLAGS = List.of("-shared", "-fPIC", "-std=c11", "-D_GNU_SOURCE", "-O1", "-g", "-Wall", "-Wextra",
      "-Wconversion", "-Werror", "-fvisibility=hidden", "-pthread", "-Wl,-Bsymbolic", "-Wl,-z,defs");

  /** The functions that the saboteur exports. */
  private static final class Saboteur {
    static native void syncline_fault_watch(byte[] part);

    static native void syncline_fault_arm(int call, int effect, int number, long nth, long times, byte[] suffix);

    static native void syncline_fault_disarm();

    static native long syncline_fault_count(int call);

    static native long syncline_fault_struck();

    static native long syncline_fault_held();

    static native long syncline_fault_touched_after_failure();

    static native long syncline_fault_tried_again();
  }

  private FaultyLibrary() {}

  /** Compiled, loaded and in use; skips the test where that cannot be, unless native storage is required. */
  static FaultyLibrary loaded() {
    if (Holder.PROBLEM != null) StoragesUnderTest.skipOrFail(Holder.PROBLEM);
    return new FaultyLibrary();
  }

  private static final class Holder {
    /** Why it cannot be used, or null. */
    static final String PROBLEM = load();

    private static String load() {
      if (System.getProperty("native.skip") != null && !Boolean.getBoolean("native.required"))
        return "faults beneath the native storage need a C compiler, and -Dnative.skip says that there is none";
      try {
        Path library = compiled();
        System.setProperty(NativeLoader.PATH_PROPERTY, library.toString());
        if (NativeLoader.problem().isPresent()) return NativeLoader.problem().get();
        Native.register(Saboteur.class, NativeLibrary.getInstance(library.toString()));
        return isInUse() ? null : "this JVM has loaded the ordinary native library already: run these tests in a JVM of their own";
      } catch (IOException | InterruptedException e) {
        return "the library with faults could not be compiled: " + e.getMessage();
      }
    }
  }

  private static Path compiled() throws IOException, InterruptedException {
    Path library = Files.createDirectories(Path.of("target", "faults")).toAbsolutePath().resolve("libsyncline-faulty.so");
    List<String> command = new ArrayList<>(List.of("gcc"));
    command.addAll(FLAGS);
    for (String part : List.of("main/include", "main/c")) Collections.addAll(command, "-I", SOURCES.resolve(part).toString());
    try (Stream<Path> sources = Files.list(SOURCES.resolve("main/c"))) {
      sources.map(Path::toString).filter(name -> name.endsWith(".c")).sorted().forEach(command::add);
    }
    Collections.addAll(command, SOURCES.resolve("test-faults/faulty_syscalls.c").toString(), "-o", library.toString());
    Process compiler = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (compiler.waitFor() != 0) throw new AssertionError("the library with faults does not compile:\n" + said);
    return library;
  }

  /** A test that is run beside others may find that the loader was faster. */
  private static boolean isInUse() throws IOException {
    Path directory = Files.createTempDirectory(Files.createDirectories(Path.of("target", "tck")).toAbsolutePath(), "faults-");
    Saboteur.syncline_fault_watch(bytes(directory.toString()));
    StoragesUnderTest.nativeStorage(directory).close();
    return Saboteur.syncline_fault_count(SystemCall.OPEN.ordinal()) > 0;
  }

  @Override
  public Set<SystemCall> calls() {
    return EnumSet.allOf(SystemCall.class);
  }

  @Override
  public Set<SystemError> errors() {
    return EnumSet.allOf(SystemError.class);
  }

  @Override
  public void watch(Path directory) {
    Saboteur.syncline_fault_watch(bytes(directory.toString()));
  }

  @Override
  public void arm(SystemFault fault) {
    Saboteur.syncline_fault_arm(fault.call().ordinal(), fault.effect().ordinal(), fault.error().number(), fault.nth(), fault.times(),
        bytes(fault.fileSuffix()));
  }

  @Override
  public void disarm() {
    Saboteur.syncline_fault_disarm();
  }

  @Override
  public long count(SystemCall call) {
    return Saboteur.syncline_fault_count(call.ordinal());
  }

  @Override
  public long struck() {
    return Saboteur.syncline_fault_struck();
  }

  @Override
  public long held() {
    return Saboteur.syncline_fault_held();
  }

  @Override
  public long touchedAfterFailure() {
    return Saboteur.syncline_fault_touched_after_failure();
  }

  @Override
  public long triedAgain() {
    return Saboteur.syncline_fault_tried_again();
  }

  private static byte[] bytes(String text) {
    return (text + "\0").getBytes(StandardCharsets.UTF_8);
  }
}
