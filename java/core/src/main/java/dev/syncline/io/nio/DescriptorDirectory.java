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
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A directory held by a descriptor: openat, renameat, unlinkat and fstatat through {@link SecureDirectoryStream}.
 *
 * <p>What that lacks (links, link counts, making a directory) is done by the path, if the path still leads here; what came of it is
 * looked at through the descriptor.
 */
final class DescriptorDirectory extends HeldDirectory {
  private final SecureDirectoryStream<Path> stream;
  private final Object key;

  private DescriptorDirectory(Path path, SecureDirectoryStream<Path> stream, Object key) {
    super(path);
    this.stream = stream;
    this.key = key;
  }

  static HeldDirectory of(Path path, SecureDirectoryStream<Path> stream) throws IOException {
    try {
      Object key = stream.getFileAttributeView(BasicFileAttributeView.class).readAttributes().fileKey();
      return new DescriptorDirectory(path, stream, key != null ? key : path.toRealPath());
    } catch (IOException | RuntimeException e) {
      stream.close();
      throw e;
    }
  }

  @Override
  Object key() {
    return key;
  }

  private Path named(String name) {
    return path.getFileSystem().getPath(name);
  }

  private BasicFileAttributes attributes(Path name, LinkOption... options) throws IOException {
    try {
      return stream.getFileAttributeView(name, BasicFileAttributeView.class, options).readAttributes();
    } catch (FileSystemException e) {
      throw FullNames.of(e, path);
    }
  }

  private boolean pathLeadsHere() {
    try {
      return key.equals(keyAt(path));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  boolean hasChild(String name) throws IOException {
    try {
      return attributes(named(name)).isDirectory();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  void makeChild(String name) throws IOException {
    if (hasChild(name)) return;
    if (!pathLeadsHere()) throw CheckedDirectory.elsewhere(path);
    try {
      Files.createDirectory(path.resolve(name));
    } catch (FileAlreadyExistsException e) {
      if (!hasChild(name)) throw e;
    }
  }

  @Override
  HeldDirectory doOpenChild(String name) throws IOException {
    try {
      return of(path.resolve(name), stream.newDirectoryStream(named(name)));
    } catch (FileSystemException e) {
      throw FullNames.of(e, path);
    }
  }

  @Override
  List<String> doPlainFiles() throws IOException {
    List<String> names = new ArrayList<>();
    // A stream of its own for each listing, opened through the descriptor: a stream is read once.
    try (DirectoryStream<Path> entries = stream.newDirectoryStream(named(ITSELF))) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (!name.startsWith(".") && isPlainFile(entry.getFileName())) names.add(name);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause() instanceof FileSystemException failure ? FullNames.of(failure, path) : e.getCause();
    } catch (FileSystemException e) {
      throw FullNames.of(e, path);
    }
    return names;
  }

  /** A file that cannot be looked at fails the listing: left out, a segment would count as missing. One that is gone by now is none. */
  private boolean isPlainFile(Path name) throws IOException {
    try {
      return attributes(name, LinkOption.NOFOLLOW_LINKS).isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  FileChannel doOpenChannel(String name, Set<? extends OpenOption> options) throws IOException {
    try {
      return (FileChannel) stream.newByteChannel(named(name), options);
    } catch (FileSystemException e) {
      throw FullNames.of(e, path);
    }
  }

  @Override
  Object keyOf(String name) throws IOException {
    return attributes(named(name)).fileKey();
  }

  @Override
  void move(String from, String to) throws IOException {
    try {
      stream.move(named(from), stream, named(to));
    } catch (FileSystemException e) {
      throw FullNames.of(e, path);
    }
  }

  @Override
  void delete(String name) throws IOException {
    try {
      stream.deleteFile(named(name));
    } catch (FileSystemException e) {
      throw FullNames.of(e, path);
    }
  }

  @Override
  boolean link(String name, HeldDirectory target) throws IOException {
    if (!(target instanceof DescriptorDirectory there)) return false;
    Object file = attributes(named(name), LinkOption.NOFOLLOW_LINKS).fileKey();
    if (!pathLeadsHere() || !there.pathLeadsHere()) return false;
    Path to = there.path.resolve(name);
    try {
      Files.createLink(to, path.resolve(name));
    } catch (NoSuchFileException | FileAlreadyExistsException | AccessDeniedException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Another device, no permission, too many links: texts that follow the locale. The caller copies instead, and if the
      // disk is at fault the copy meets the same fault.
      return false;
    }
    if (there.holds(name, file)) return true;
    // A path turned between the look and the link. What was made by it, and only that, goes again.
    try {
      if (file.equals(keyAt(to))) Files.delete(to);
    } catch (NoSuchFileException e) {
      // Nothing of ours lies there.
    }
    return false;
  }

  private boolean holds(String name, Object file) throws IOException {
    try {
      return file.equals(attributes(named(name), LinkOption.NOFOLLOW_LINKS).fileKey());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  @Override
  int linkCount(String name) throws IOException {
    Object file = attributes(named(name), LinkOption.NOFOLLOW_LINKS).fileKey();
    try {
      // Both of one look: the count is that of our file, or of none.
      Map<String, Object> found = Files.readAttributes(path.resolve(name), "unix:nlink,fileKey", LinkOption.NOFOLLOW_LINKS);
      return file.equals(found.get("fileKey")) ? (Integer) found.get("nlink") : 0;
    } catch (UnsupportedOperationException | IllegalArgumentException | FileSystemException e) {
      return 0;
    }
  }

  @Override
  FileChannel doOpenToSync(String which) throws IOException {
    return doOpenChannel(which, Set.of(StandardOpenOption.READ));
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
