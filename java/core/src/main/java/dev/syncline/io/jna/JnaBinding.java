package dev.syncline.io.jna;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds the library's file and binds {@link LibSyncline} to it; apart from {@link NativeLoader}, which must load where JNA is missing. */
final class JnaBinding {
  private JnaBinding() {}

  /** Why the library cannot be used; empty if it is bound. Throws whatever JNA or the linker does. */
  static Optional<String> bind(String overridePath) throws IOException {
    if (!Platform.isLinux()) return Optional.of("it needs Linux and this is " + System.getProperty("os.name"));
    Thread thread = Thread.currentThread();
    ClassLoader callers = thread.getContextClassLoader();
    try {
      // JNA starts a process here, for which the JDK has a thread, and then a thread of its own. They are there for some time after the
      // last log, and keep their context class loader: for the first none, for the second that of this class, by which it can be told.
      thread.setContextClassLoader(null);
      Class.forName(NativeLibrary.class.getName());
      thread.setContextClassLoader(JnaBinding.class.getClassLoader());
      return overridePath != null ? bind(override(overridePath), overridePath) : bindBundled();
    } catch (ClassNotFoundException e) {
      throw new NoClassDefFoundError(e.getMessage());
    } finally {
      thread.setContextClassLoader(callers);
    }
  }

  private static File override(String path) throws IOException {
    File file = new File(path).getAbsoluteFile();
    // JNA goes on looking elsewhere for a file that is not there.
    if (!file.isFile()) throw new IOException("-D" + NativeLoader.PATH_PROPERTY + "=" + path + " names no file");
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
    Optional<String> problem =
        NativeLoader.abiProblem(library.getFunction("syncline_abi_version").invokeInt(new Object[0]), where);
    if (problem.isPresent()) return problem;
    Native.register(LibSyncline.class, library);
    // JNA never closes what it has opened if its class loader is dropped; the JVM does.
    if (heldByTheJvm(file)) library.close();
    return problem;
  }

  /** Whether the JVM has the library open too, until this class is gone. */
  private static boolean heldByTheJvm(File file) {
    // A module would need native access of its own. And the JVM loads no file for two class loaders, as one in a build tree may be.
    if (JnaBinding.class.getModule().isNamed()) return false;
    try {
      System.load(file.getAbsolutePath());
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false;
    }
  }
}
