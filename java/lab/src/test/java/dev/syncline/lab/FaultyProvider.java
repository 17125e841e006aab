package dev.syncline.lab;

import dev.syncline.lab.SystemFault.Effect;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** File operations by name, each of which {@link FaultyFiles} may spoil. */
final class FaultyProvider extends FileSystemProvider {
  private final FaultyFiles files;
  private final FileSystemProvider beneath;
  private final FaultyFileSystem system;

  FaultyProvider(FaultyFiles files, FileSystemProvider beneath, FaultyFileSystem system) {
    this.files = files;
    this.beneath = beneath;
    this.system = system;
  }

  interface Call<T> {
    T run() throws IOException;
  }

  /** Makes the call, or not, or makes it and fails all the same. */
  <T> T meeting(SystemCall call, Path path, Call<T> made) throws IOException {
    FaultyFiles.Meeting met = files.meet(call, path, false);
    if (met.is(Effect.FAIL)) throw met.fileError();
    T result = made.run();
    if (met.is(Effect.FAIL_AFTER)) throw met.fileError();
    return result;
  }

  @Override
  public String getScheme() {
    return "faulty";
  }

  @Override
  public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
    throw new UnsupportedOperationException("made by FaultyFiles only");
  }

  @Override
  public FileSystem getFileSystem(URI uri) {
    throw new UnsupportedOperationException("made by FaultyFiles only");
  }

  @Override
  public Path getPath(URI uri) {
    return new FaultyPath(system, beneath.getPath(uri));
  }

  @Override
  public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
    Path bare = FaultyPath.bare(path);
    return opened(path, options, () -> beneath.newFileChannel(bare, options, attributes));
  }

  FileChannel opened(Path path, Set<? extends OpenOption> options, Call<FileChannel> open) throws IOException {
    boolean direct = options.stream().anyMatch(option -> option.toString().equals("DIRECT"));
    FaultyFiles.Meeting met = files.meet(SystemCall.OPEN, path, direct);
    if (met.is(Effect.FAIL)) throw met.fileError();
    FileChannel channel = open.run();
    if (!met.is(Effect.NONE)) {
      // The call may have made the file before it failed.
      channel.close();
      throw met.fileError();
    }
    FaultyChannel faulty = new FaultyChannel(files, path, channel, options.contains(StandardOpenOption.DSYNC), direct);
    files.opened(faulty);
    return faulty;
  }

  /** What {@code Files.createFile} goes through. */
  @Override
  public SeekableByteChannel newByteChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return newFileChannel(path, options, attributes);
  }

  @Override
  public DirectoryStream<Path> newDirectoryStream(Path directory, DirectoryStream.Filter<? super Path> filter) throws IOException {
    DirectoryStream<Path> stream =
        meeting(SystemCall.LIST, directory, () -> beneath.newDirectoryStream(FaultyPath.bare(directory), entry -> true));
    if (files.holdsDirectories && stream instanceof SecureDirectoryStream<Path> secure)
      return new FaultyDirectory(this, directory, secure);
    return new DirectoryStream<>() {
      @Override
      public Iterator<Path> iterator() {
        return wrapped(stream.iterator());
      }

      @Override
      public void close() throws IOException {
        stream.close();
      }
    };
  }

  Iterator<Path> wrapped(Iterator<Path> entries) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return entries.hasNext();
      }

      @Override
      public Path next() {
        return new FaultyPath(system, entries.next());
      }
    };
  }

  @Override
  public void createDirectory(Path directory, FileAttribute<?>... attributes) throws IOException {
    beneath.createDirectory(FaultyPath.bare(directory), attributes);
  }

  @Override
  public void createLink(Path link, Path existing) throws IOException {
    meeting(SystemCall.LINK, existing, () -> {
      beneath.createLink(FaultyPath.bare(link), FaultyPath.bare(existing));
      return null;
    });
  }

  @Override
  public void delete(Path path) throws IOException {
    meeting(SystemCall.UNLINK, path, () -> {
      beneath.delete(FaultyPath.bare(path));
      return null;
    });
  }

  @Override
  public void copy(Path source, Path target, CopyOption... options) {
    throw new UnsupportedOperationException("a log copies through channels");
  }

  @Override
  public void move(Path source, Path target, CopyOption... options) throws IOException {
    meeting(SystemCall.RENAME, source, () -> {
      beneath.move(FaultyPath.bare(source), FaultyPath.bare(target), options);
      renamed(source, target);
      return null;
    });
  }

  void renamed(Path from, Path to) {
    files.renamed(from, to);
  }

  @Override
  public boolean isSameFile(Path path, Path other) throws IOException {
    return beneath.isSameFile(FaultyPath.bare(path), FaultyPath.bare(other));
  }

  @Override
  public boolean isHidden(Path path) throws IOException {
    return beneath.isHidden(FaultyPath.bare(path));
  }

  @Override
  public FileStore getFileStore(Path path) throws IOException {
    return beneath.getFileStore(FaultyPath.bare(path));
  }

  @Override
  public void checkAccess(Path path, AccessMode... modes) throws IOException {
    beneath.checkAccess(FaultyPath.bare(path), modes);
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
    return beneath.getFileAttributeView(FaultyPath.bare(path), type, options);
  }

  @Override
  public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options) throws IOException {
    return meeting(SystemCall.ATTRIBUTES, path, () -> beneath.readAttributes(FaultyPath.bare(path), type, options));
  }

  @Override
  public Map<String, Object> readAttributes(Path path, String names, LinkOption... options) throws IOException {
    return meeting(SystemCall.ATTRIBUTES, path, () -> beneath.readAttributes(FaultyPath.bare(path), names, options));
  }

  @Override
  public void setAttribute(Path path, String name, Object value, LinkOption... options) throws IOException {
    beneath.setAttribute(FaultyPath.bare(path), name, value, options);
  }
}
