package dev.syncline.io.nio;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A directory where Java offers no descriptor of it: its real path, with links resolved once, and a look before and after each
 * operation whether that path still leads to it. What was done while it turned fails, and counts as not done.
 */
final class CheckedDirectory extends HeldDirectory {
  private final Object key;

  private CheckedDirectory(Path realPath, Object key) {
    super(realPath);
    this.key = key;
  }

  static CheckedDirectory of(Path path) throws IOException {
    Path real = path.toRealPath();
    if (!Files.readAttributes(real, BasicFileAttributes.class).isDirectory()) throw new NotDirectoryException(path.toString());
    return new CheckedDirectory(real, keyOrPath(real));
  }

  static IOException elsewhere(Path path) {
    return new IOException(
        path + " does not lead to the directory that was opened any more: it was moved, replaced, or is gone; close the log and open it"
            + " where it is now");
  }

  private static Object keyOrPath(Path path) throws IOException {
    Object key = keyAt(path);
    return key != null ? key : path.toRealPath();
  }

  private void requireHere() throws IOException {
    Object now;
    try {
      now = keyOrPath(path);
    } catch (NoSuchFileException e) {
      throw elsewhere(path);
    }
    if (!key.equals(now)) throw elsewhere(path);
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  private <T> T here(Action<T> action) throws IOException {
    requireHere();
    T result = action.run();
    requireHere();
    return result;
  }

  private FileChannel opened(Action<FileChannel> open) throws IOException {
    requireHere();
    FileChannel channel = open.run();
    try {
      requireHere();
      return channel;
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  @Override
  Object key() {
    return key;
  }

  @Override
  boolean hasChild(String name) throws IOException {
    return here(() -> Files.isDirectory(path.resolve(name)));
  }

  @Override
  void makeChild(String name) throws IOException {
    Path child = path.resolve(name);
    here(() -> {
      try {
        return Files.createDirectory(child);
      } catch (FileAlreadyExistsException e) {
        if (!Files.isDirectory(child)) throw e;
        return child;
      }
    });
  }

  @Override
  HeldDirectory doOpenChild(String name) throws IOException {
    return here(() -> of(path.resolve(name)));
  }

  @Override
  List<String> doPlainFiles() throws IOException {
    return here(() -> {
      List<String> names = new ArrayList<>();
      try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
        for (Path entry : entries) {
          String name = entry.getFileName().toString();
          if (!name.startsWith(".") && isPlainFile(entry)) names.add(name);
        }
      } catch (DirectoryIteratorException e) {
        throw e.getCause();
      }
      return names;
    });
  }

  /** A file that cannot be looked at fails the listing: left out, a segment would count as missing. One that is gone by now is none. */
  private static boolean isPlainFile(Path entry) throws IOException {
    try {
      return Files.readAttributes(entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  FileChannel doOpenChannel(String name, Set<? extends OpenOption> options) throws IOException {
    return opened(() -> FileChannel.open(path.resolve(name), options));
  }

  @Override
  Object keyOf(String name) throws IOException {
    return keyAt(path.resolve(name));
  }

  @Override
  void move(String from, String to) throws IOException {
    here(() -> Files.move(path.resolve(from), path.resolve(to), StandardCopyOption.ATOMIC_MOVE));
  }

  @Override
  void delete(String name) throws IOException {
    here(() -> {
      Files.delete(path.resolve(name));
      return null;
    });
  }

  @Override
  boolean link(String name, HeldDirectory target) throws IOException {
    if (!(target instanceof CheckedDirectory there)) return false;
    // The looks stand apart: what goes wrong with them must not count as "cannot be linked" when the link is there.
    return here(() -> there.here(() -> linked(path.resolve(name), there.path.resolve(name))));
  }

  private static boolean linked(Path from, Path to) throws IOException {
    try {
      Files.createLink(to, from);
      return true;
    } catch (NoSuchFileException | FileAlreadyExistsException | AccessDeniedException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Another device, no permission, too many links: texts that follow the locale. The caller copies instead, and if the
      // disk is at fault the copy meets the same fault.
      return false;
    }
  }

  @Override
  int linkCount(String name) throws IOException {
    try {
      return here(() -> (Integer) Files.getAttribute(path.resolve(name), "unix:nlink", LinkOption.NOFOLLOW_LINKS));
    } catch (UnsupportedOperationException | IllegalArgumentException e) {
      return 0;
    }
  }

  @Override
  FileChannel doOpenToSync(String which) throws IOException {
    Path directory = which.equals(ITSELF) ? path : path.getParent();
    return opened(() -> FileChannel.open(directory, StandardOpenOption.READ));
  }

  @Override
  public void close() {}
}
