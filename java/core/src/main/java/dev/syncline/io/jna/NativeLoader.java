package dev.syncline.io.jna;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  /** Loads and binds, or says what stands in the way. Whatever JNA or the linker throws, the log must go on without them. */
  static Optional<String> load(String overridePath, boolean disabled) {
    if (disabled) return Optional.of("it is switched off by -D" + DISABLED_PROPERTY + "=true");
    if (!Platform.isLinux()) return Optional.of("it needs Linux and this is " + System.getProperty("os.name"));
    try {
      return overridePath != null ? bind(override(overridePath), overridePath) : bindBundled();
    } catch (Throwable e) {
      return Optional.of(explain(e));
    }
  }

  /** Whether a library that speaks {@code found} can be used, and if not what to do about it. */
  static Optional<String> abiProblem(int found, String where) {
    if (found == LibSyncline.ABI_VERSION) return Optional.empty();
    return Optional.of(
        "%s speaks ABI %d and this jar needs ABI %d; use the library that was built with this jar, or unset -D%s"
            .formatted(where, found, LibSyncline.ABI_VERSION, PATH_PROPERTY));
  }

  private static File override(String path) throws IOException {
    File file = new File(path).getAbsoluteFile();
    // JNA goes on looking elsewhere for a file that is not there.
    if (!file.isFile()) throw new IOException("-D" + PATH_PROPERTY + "=" + path + " names no file");
    return file;
  }

  private static Optional<String> bindBundled() throws IOException {
    String resource = "/" + Platform.RESOURCE_PREFIX + "/libsyncline.so";
    if (NativeLoader.class.getResource(resource) == null)
      return Optional.of("this build of Syncline carries no library for " + Platform.RESOURCE_PREFIX);
    File file = Native.extractFromResourcePath(resource, NativeLoader.class.getClassLoader());
    try {
      return bind(file, "the library inside the jar (unpacked as " + file + ")");
    } finally {
      // Once mapped the file is not needed. One that was not unpacked, as in a build tree, keeps its own name and stays.
      if (file.getName().startsWith("jna")) Files.deleteIfExists(file.toPath());
    }
  }

  private static Optional<String> bind(File file, String where) throws IOException {
    NativeLibrary library = NativeLibrary.getInstance(file.getPath());
    Path loaded = library.getFile().toPath();
    if (!Files.isSameFile(loaded, file.toPath())) throw new IOException("JNA loaded " + loaded + " instead of " + file);
    // Before the functions are bound: a library of another version may lack some, and that message would help nobody.
    Optional<String> problem = abiProblem(library.getFunction("syncline_abi_version").invokeInt(new Object[0]), where);
    if (problem.isEmpty()) Native.register(LibSyncline.class, library);
    return problem;
  }

  private static String explain(Throwable failure) {
    for (Throwable e = failure; e != null; e = e.getCause()) {
      if (e instanceof IllegalCallerException)
        return "this JVM forbids JNA native access; start it with --enable-native-access=ALL-UNNAMED"
            + " (or =com.sun.jna where JNA is on the module path)";
    }
    String message = String.valueOf(failure.getMessage()).lines().findFirst().orElse("").strip();
    boolean noexec = message.contains("failed to map segment");
    String advice = noexec ? "; point -Djna.tmpdir at a directory that is not mounted noexec" : "";
    return "it could not be loaded: " + failure.getClass().getSimpleName() + ": " + message + advice;
  }
}
