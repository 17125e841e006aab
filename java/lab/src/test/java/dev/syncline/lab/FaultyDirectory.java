package dev.syncline.lab;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.attribute.FileTime;
import java.util.Iterator;
import java.util.Set;

/** A directory held by a descriptor, each operation in which {@link FaultyFiles} may spoil. */
final class FaultyDirectory implements SecureDirectoryStream<Path> {
  private final FaultyProvider provider;
  private final Path directory;
  private final SecureDirectoryStream<Path> beneath;

  FaultyDirectory(FaultyProvider provider, Path directory, SecureDirectoryStream<Path> beneath) {
    this.provider = provider;
    this.directory = directory;
    this.beneath = beneath;
  }

  /** Where a name in this directory is said to be. */
  private Path placeOf(Path name) {
    return name.toString().equals(".") ? directory : directory.resolve(name);
  }

  @Override
  public Iterator<Path> iterator() {
    return provider.wrapped(beneath.iterator());
  }

  @Override
  public SecureDirectoryStream<Path> newDirectoryStream(Path name, LinkOption... options) throws IOException {
    Path place = placeOf(name);
    return provider.meeting(SystemCall.LIST, place,
        () -> new FaultyDirectory(provider, place, beneath.newDirectoryStream(FaultyPath.bare(name), options)));
  }

  @Override
  public SeekableByteChannel newByteChannel(Path name, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
      throws IOException {
    return provider.opened(placeOf(name), options,
        () -> (FileChannel) beneath.newByteChannel(FaultyPath.bare(name), options, attributes));
  }

  @Override
  public void deleteFile(Path name) throws IOException {
    provider.meeting(SystemCall.UNLINK, placeOf(name), () -> {
      beneath.deleteFile(FaultyPath.bare(name));
      return null;
    });
  }

  @Override
  public void deleteDirectory(Path name) throws IOException {
    beneath.deleteDirectory(FaultyPath.bare(name));
  }

  @Override
  public void move(Path from, SecureDirectoryStream<Path> target, Path to) throws IOException {
    provider.meeting(SystemCall.RENAME, placeOf(from), () -> {
      FaultyDirectory there = (FaultyDirectory) target;
      beneath.move(FaultyPath.bare(from), there.beneath, FaultyPath.bare(to));
      provider.renamed(placeOf(from), there.placeOf(to));
      return null;
    });
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(Class<V> type) {
    return type.cast(new View(directory, beneath.getFileAttributeView(BasicFileAttributeView.class)));
  }

  @Override
  public <V extends FileAttributeView> V getFileAttributeView(Path name, Class<V> type, LinkOption... options) {
    return type.cast(
        new View(placeOf(name), beneath.getFileAttributeView(FaultyPath.bare(name), BasicFileAttributeView.class, options)));
  }

  private final class View implements BasicFileAttributeView {
    private final Path place;
    private final BasicFileAttributeView view;

    View(Path place, BasicFileAttributeView view) {
      this.place = place;
      this.view = view;
    }

    @Override
    public String name() {
      return view.name();
    }

    @Override
    public BasicFileAttributes readAttributes() throws IOException {
      return provider.meeting(SystemCall.ATTRIBUTES, place, view::readAttributes);
    }

    @Override
    public void setTimes(FileTime modified, FileTime accessed, FileTime created) {
      throw new UnsupportedOperationException("a log sets no times");
    }
  }

  @Override
  public void close() throws IOException {
    beneath.close();
  }
}
