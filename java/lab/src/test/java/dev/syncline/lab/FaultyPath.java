package dev.syncline.lab;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;

/** A path of the default file system, whose files are reached through {@link FaultyProvider}. */
final class FaultyPath implements Path {
  private final FaultyFileSystem system;
  private final Path path;

  FaultyPath(FaultyFileSystem system, Path path) {
    this.system = system;
    this.path = path;
  }

  /** The path beneath. */
  static Path bare(Path path) {
    return path instanceof FaultyPath faulty ? faulty.path : path;
  }

  private Path wrapped(Path beneath) {
    return beneath == null ? null : new FaultyPath(system, beneath);
  }

  @Override
  public FileSystem getFileSystem() {
    return system;
  }

  @Override
  public boolean isAbsolute() {
    return path.isAbsolute();
  }

  @Override
  public Path getRoot() {
    return wrapped(path.getRoot());
  }

  @Override
  public Path getFileName() {
    return wrapped(path.getFileName());
  }

  @Override
  public Path getParent() {
    return wrapped(path.getParent());
  }

  @Override
  public int getNameCount() {
    return path.getNameCount();
  }

  @Override
  public Path getName(int index) {
    return wrapped(path.getName(index));
  }

  @Override
  public Path subpath(int begin, int end) {
    return wrapped(path.subpath(begin, end));
  }

  @Override
  public boolean startsWith(Path other) {
    return path.startsWith(bare(other));
  }

  @Override
  public boolean endsWith(Path other) {
    return path.endsWith(bare(other));
  }

  @Override
  public Path normalize() {
    return wrapped(path.normalize());
  }

  @Override
  public Path resolve(Path other) {
    return wrapped(path.resolve(bare(other)));
  }

  @Override
  public Path resolve(String other) {
    return wrapped(path.resolve(other));
  }

  @Override
  public Path relativize(Path other) {
    return wrapped(path.relativize(bare(other)));
  }

  @Override
  public URI toUri() {
    return path.toUri();
  }

  @Override
  public Path toAbsolutePath() {
    return wrapped(path.toAbsolutePath());
  }

  @Override
  public Path toRealPath(LinkOption... options) throws IOException {
    return wrapped(path.toRealPath(options));
  }

  /** So that the lock's process id, which is written as a plain file, finds its place. */
  @Override
  public File toFile() {
    return path.toFile();
  }

  @Override
  public WatchKey register(WatchService watcher, WatchEvent.Kind<?>[] events, WatchEvent.Modifier... modifiers) throws IOException {
    return path.register(watcher, events, modifiers);
  }

  @Override
  public int compareTo(Path other) {
    return path.compareTo(bare(other));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FaultyPath faulty && path.equals(faulty.path);
  }

  @Override
  public int hashCode() {
    return path.hashCode();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
