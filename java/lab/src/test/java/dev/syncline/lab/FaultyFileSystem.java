package dev.syncline.lab;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The default file system, with a {@link FaultyProvider}. */
final class FaultyFileSystem extends FileSystem {
  private final FileSystem beneath;
  private final FaultyProvider provider;

  FaultyFileSystem(FaultyFiles files, FileSystem beneath) {
    this.beneath = beneath;
    this.provider = new FaultyProvider(files, beneath.provider(), this);
  }

  @Override
  public FileSystemProvider provider() {
    return provider;
  }

  @Override
  public void close() {
    throw new UnsupportedOperationException("there is no end to it");
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public boolean isReadOnly() {
    return false;
  }

  @Override
  public String getSeparator() {
    return beneath.getSeparator();
  }

  @Override
  public Iterable<Path> getRootDirectories() {
    List<Path> roots = new ArrayList<>();
    for (Path root : beneath.getRootDirectories()) roots.add(new FaultyPath(this, root));
    return roots;
  }

  @Override
  public Iterable<FileStore> getFileStores() {
    return beneath.getFileStores();
  }

  @Override
  public Set<String> supportedFileAttributeViews() {
    return beneath.supportedFileAttributeViews();
  }

  @Override
  public Path getPath(String first, String... more) {
    return new FaultyPath(this, beneath.getPath(first, more));
  }

  @Override
  public PathMatcher getPathMatcher(String pattern) {
    PathMatcher matcher = beneath.getPathMatcher(pattern);
    return path -> matcher.matches(FaultyPath.bare(path));
  }

  @Override
  public UserPrincipalLookupService getUserPrincipalLookupService() {
    return beneath.getUserPrincipalLookupService();
  }

  @Override
  public WatchService newWatchService() {
    throw new UnsupportedOperationException("nothing here is watched");
  }
}
