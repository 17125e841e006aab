package dev.syncline.io;

import dev.syncline.ResourceShortageException;
import dev.syncline.StorageMode;
import dev.syncline.io.jna.NativeLoader;
import dev.syncline.io.jna.NativeStorage;
import dev.syncline.io.nio.NioStorage;
import dev.syncline.shortage.LogLines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Chooses the storage of a directory, and says why. The only place that names the implementations.
 *
 * <p>{@code -Dsyncline.portable.direct=false} keeps the portable storage to buffered I/O, on disks that do better so, or to
 * test it.
 */
public final class Storages {
  /** Set to {@code false}, the portable storage never uses direct I/O. */
  public static final String PORTABLE_DIRECT_PROPERTY = "syncline.portable.direct";

  /** Reasons that were logged already; grows with the number of different reasons, which are few. */
  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  private Storages() {}

  /**
   * A storage, together with why it is this one.
   *
   * @param reason one sentence without its full stop
   */
  public record Choice(Storage storage, String reason) {}

  /** How one kind of storage is opened in the directory in question. */
  interface Opener {
    Choice open() throws IOException;
  }

  /**
   * The storage that {@code mode} asks for. Only {@link StorageMode#AUTO} falls back to the portable one: where the native
   * library is missing or unusable, and where the directory's file system refuses it.
   *
   * @param blockSizeBytes what the log's writes are multiples of
   * @throws IOException if the mode is {@code NATIVE} and native storage does not work here, or if no storage can be opened
   */
  public static Choice open(Path directory, StorageMode mode, int blockSizeBytes) throws IOException {
    return select(
        mode,
        NativeLoader::problem,
        () -> openNative(directory, blockSizeBytes),
        () -> openPortable(directory, blockSizeBytes, !"false".equals(System.getProperty(PORTABLE_DIRECT_PROPERTY))),
        Storages::logOnce);
  }

  /**
   * Creates a directory with its missing parents, durably, without choosing a storage yet: its lock must be held before anything
   * is tried in it, and what works there can only be tried once it exists.
   */
  public static void createDirectory(Path directory) throws IOException {
    try (Storage storage = NioStorage.open(directory, AlignedBuffers.ALIGNMENT_BYTES, false)) {
      storage.createDirectory();
    }
  }

  /**
   * Keeps other processes out of a directory as the storage that {@code mode} asks for would, before that storage tries anything in it.
   * For {@link DirectoryLock} alone.
   */
  public static Optional<ProcessLock> tryLock(Path directory, StorageMode mode) throws IOException {
    boolean portable = mode == StorageMode.PORTABLE || asked(NativeLoader::problem).isPresent();
    ProcessLock.Source ofJava = () -> PortableLock.tryTake(directory);
    return portable ? ofJava.tryLock() : NativeStorage.tryLock(directory, ofJava);
  }

  /** A storage for looking only: it writes nothing in the directory, not even to find out what works there. */
  public static Choice openToRead(Path directory, int blockSizeBytes) throws IOException {
    try {
      return new Choice(openPortable(directory, blockSizeBytes, false).storage(), "portable storage, because reading needs no other");
    } catch (IOException e) {
      throw Refusal.explained(e, directory, false);
    }
  }

  /**
   * Why native storage does not work in {@code directory}, which must exist; empty if it does. For people who look into a machine:
   * {@link #open} finds out for itself.
   */
  public static Optional<String> nativeProblem(Path directory, int blockSizeBytes) {
    Optional<String> problem = asked(NativeLoader::problem);
    if (problem.isPresent()) return problem;
    try {
      openNative(directory, blockSizeBytes).storage().close();
      return Optional.empty();
    } catch (IOException | LinkageError e) {
      return Optional.of(refused(e));
    }
  }

  private static Optional<String> asked(Supplier<Optional<String>> nativeProblem) {
    try {
      return nativeProblem.get();
    } catch (LinkageError e) {
      return Optional.of(refused(e));
    }
  }

  private static String refused(Throwable refusal) {
    return refusal instanceof LinkageError ? "it could not be linked: " + refusal : "the directory refuses it: " + refusal.getMessage();
  }

  /** The whole decision; what it depends on comes in as arguments. {@code onFallback} hears the reason of one. */
  static Choice select(
      StorageMode mode,
      Supplier<Optional<String>> nativeProblem,
      Opener nativeStorage,
      Opener portableStorage,
      Consumer<String> onFallback)
      throws IOException {
    if (mode == StorageMode.PORTABLE) return because("portable storage was asked for", portableStorage.open());
    Optional<String> problem = asked(nativeProblem);
    Throwable refusal = null;
    if (problem.isEmpty()) {
      try {
        String reason = mode == StorageMode.NATIVE ? "native storage was asked for" : "native storage works here";
        return because(reason, nativeStorage.open());
      } catch (ResourceShortageException e) {
        // Of the process, and nothing that the directory refuses: the next try may find what this one lacked.
        throw e;
      } catch (IOException | LinkageError e) {
        refusal = e;
        problem = Optional.of(refused(e));
      }
    }
    if (mode == StorageMode.NATIVE)
      throw new IOException("native storage was asked for, but " + problem.get() + "; AUTO would fall back", refusal);
    String reason = "portable storage instead of native, because " + problem.get();
    Choice portable = because(reason, portableStorage.open());
    onFallback.accept(reason);
    return portable;
  }

  private static Choice because(String reason, Choice opened) {
    return new Choice(opened.storage(), reason + "; " + opened.reason());
  }

  private static Choice openPortable(Path directory, int blockSizeBytes, boolean allowDirect) throws IOException {
    NioStorage storage = NioStorage.open(directory, blockSizeBytes, allowDirect);
    return new Choice(storage, storage.explanation());
  }

  private static Choice openNative(Path directory, int blockSizeBytes) throws IOException {
    NativeStorage storage = NativeStorage.open(directory, blockSizeBytes);
    return new Choice(storage, storage.explanation());
  }

  static void logOnce(String reason) {
    // A file that was made to try a directory has another name each time.
    String known = reason.replaceAll("probe-[0-9a-f]+\\.tmp", "a new file");
    if (!LOGGED.add(known)) return;
    // If not, the next opening says it; storage() tells the same.
    if (!LogLines.said(LogLines.STORAGE, System.Logger.Level.INFO, "Syncline uses " + reason)) LOGGED.remove(known);
  }
}
