package dev.syncline.io.jna;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Loads the native library, once, and remembers why it could not.
 *
 * <p>The copy inside the jar is used whatever else is installed on the machine. Two system properties, read once, change that:
 * {@code -Dsyncline.native.path=FILE} names the one file to load, and {@code -Dsyncline.native.disabled=true} loads nothing.
 */
public final class NativeLoader {
  public static final String PATH_PROPERTY = "syncline.native.path";
  public static final String DISABLED_PROPERTY = "syncline.native.disabled";

  private NativeLoader() {}

  /** Why the native library cannot be used, as a clause that a user can read; empty if it is loaded. Never throws; any thread. */
  public static Optional<String> problem() {
    return Holder.PROBLEM;
  }

  private static final class Holder {
    static final Optional<String> PROBLEM = load(System.getProperty(PATH_PROPERTY), Boolean.getBoolean(DISABLED_PROPERTY));
  }

  /** Loads and binds, or says what stands in the way. Whatever is thrown, the log must go on without: JNA itself may be missing. */
  static Optional<String> load(String overridePath, boolean disabled) {
    if (disabled) return Optional.of("it is switched off by -D" + DISABLED_PROPERTY + "=true");
    try {
      return JnaBinding.bind(overridePath);
    } catch (Throwable e) {
      return Optional.of(explain(e));
    }
  }

  /** Whether a library that speaks {@code found} can be used, and if not what to do about it. */
  static Optional<String> abiProblem(int found, String where) {
    if (found == LibSyncline.ABI_VERSION) return Optional.empty();
    return Optional.of(where + " speaks ABI " + found + " and this jar needs ABI " + LibSyncline.ABI_VERSION
        + "; use the library that was built with this jar, or unset -D" + PATH_PROPERTY);
  }

  /** One clause on what stands in the way, and what to do about it. */
  static String explain(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      String message = String.valueOf(e.getMessage()).replace('/', '.');
      if (e instanceof IllegalCallerException)
        return "this JVM forbids JNA native access; start it with --enable-native-access=ALL-UNNAMED"
            + " (or =com.sun.jna where JNA is on the module path)";
      // A class that failed to initialize once is told of by another error the next time, which has this one's text.
      if (message.contains("java.util.logging."))
        return "module java.logging is missing in this Java runtime, and JNA needs it: add it to the run-time image";
      if (isMissing(e) && message.startsWith("com.sun.jna.")) return missing(NativeLoader.class.getModule().isNamed());
    }
    String message = words(failure);
    String advice = "";
    if (message.contains("failed to map segment")) advice = "; point -Djna.tmpdir at a directory that is not mounted noexec";
    if (message.contains("Failed to create temporary")) advice = "; point -Djna.tmpdir at a directory that can be written in and has room";
    if (message.startsWith("Unable to load library"))
      advice = "; use the library that was built with this jar for this machine, or unset -D" + PATH_PROPERTY;
    return "it could not be loaded: " + failure.getClass().getSimpleName() + ": " + message + advice;
  }

  /** What was said first, by the failure or by what lies behind it. JNA has a colon and an empty line before what the system said. */
  private static String words(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      List<String> lines =
          Objects.requireNonNullElse(e.getMessage(), "").lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
      if (lines.isEmpty()) continue;
      return lines.get(0).endsWith(":") && lines.size() > 1 ? lines.get(0) + " " + lines.get(1) : lines.get(0).replaceAll(":$", "");
    }
    return "no reason was given; -Djna.debug_load=true shows where JNA looks";
  }

  /** What to do where JNA is missing; a module path can have it and leave it out. */
  static String missing(boolean onModulePath) {
    return onModulePath
        ? "module com.sun.jna, which native storage needs, is not resolved: put net.java.dev.jna:jna on the module path (jna-jpms into a"
            + " run-time image) and start with --add-modules com.sun.jna"
        : "JNA is not on the class path: add net.java.dev.jna:jna, which native storage needs";
  }

  private static boolean isMissing(Throwable e) {
    return e instanceof NoClassDefFoundError || e instanceof ClassNotFoundException;
  }
}
