package dev.syncline.io.nio;

import dev.syncline.ResourceShortageException;
import dev.syncline.shortage.Descriptors;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Set;

/**
 * One directory, whatever becomes of the path that it was found under. Names are plain file names.
 *
 * <p>Safe for many threads, but for {@link #close}, after which nothing may be called.
 */
abstract class HeldDirectory implements Closeable {
  /** The directory itself, for {@link #openToSync}. */
  static final String ITSELF = ".";

  /** The directory that it lies in, for {@link #openToSync}. */
  static final String PARENT = "..";

  /** The path that it was found under; it may lead elsewhere by now. */
  final Path path;

  HeldDirectory(Path path) {
    this.path = path;
  }

  /** Holds the directory that {@code path} leads to now. */
  static HeldDirectory open(Path path) throws IOException {
    DirectoryStream<Path> stream;
    try {
      stream = Files.newDirectoryStream(path);
    } catch (IOException e) {
      throw explained(e, path);
    }
    if (stream instanceof SecureDirectoryStream<Path> secure) return DescriptorDirectory.of(path, secure);
    stream.close();
    return CheckedDirectory.of(path);
  }

  /** What a file or directory is known by in the file system; null where it has no such thing. */
  static Object keyAt(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** See {@link dev.syncline.io.Storage#directoryKey}. */
  abstract Object key();

  /** Whether a directory of that name lies here. */
  abstract boolean hasChild(String name) throws IOException;

  /** Makes a directory here, if there is none of that name. */
  abstract void makeChild(String name) throws IOException;

  final HeldDirectory openChild(String name) throws IOException {
    return opened(name, () -> doOpenChild(name));
  }

  /** Names of the plain files, but those that begin with a dot. */
  final List<String> plainFiles() throws IOException {
    return opened(ITSELF, this::doPlainFiles);
  }

  final FileChannel openChannel(String name, Set<? extends OpenOption> options) throws IOException {
    return opened(name, () -> doOpenChannel(name, options));
  }

  private interface Opening<T> {
    T run() throws IOException;
  }

  /** @throws dev.syncline.ResourceShortageException if the process has no descriptor left */
  private <T> T opened(String name, Opening<T> opening) throws IOException {
    try {
      return opening.run();
    } catch (IOException e) {
      throw explained(e, path.resolve(name).normalize());
    }
  }

  abstract HeldDirectory doOpenChild(String name) throws IOException;

  abstract List<String> doPlainFiles() throws IOException;

  abstract FileChannel doOpenChannel(String name, Set<? extends OpenOption> options) throws IOException;

  /** What a file is known by, links followed; null where there is no such thing. */
  abstract Object keyOf(String name) throws IOException;

  /** Renames in one step. */
  abstract void move(String from, String to) throws IOException;

  abstract void delete(String name) throws IOException;

  /** Gives a file the same name in {@code target}; false where that cannot be, or where a path leads elsewhere by now. */
  abstract boolean link(String name, HeldDirectory target) throws IOException;

  /** How many names a file has; 0 where nobody can say. */
  abstract int linkCount(String name) throws IOException;

  /** A channel that makes names durable: of {@link #ITSELF} or of {@link #PARENT}. */
  final FileChannel openToSync(String which) throws IOException {
    return opened(which, () -> doOpenToSync(which));
  }

  abstract FileChannel doOpenToSync(String which) throws IOException;

  @Override
  public abstract void close() throws IOException;

  private static IOException explained(IOException failure, Path file) {
    String shortage = Descriptors.areShort(failure, file);
    return shortage == null ? failure : new ResourceShortageException(shortage, failure);
  }
}
