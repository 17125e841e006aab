package dev.syncline.io.jna;

import dev.syncline.io.AlignedBuffers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One directory, held by a descriptor whatever becomes of the path that it was found under. Names are plain file names.
 *
 * <p>Safe for many threads, but for {@link #close}, after which nothing may be called.
 */
final class NativeDirectory {
  private static final int TRIES_MAX = 100;
  private static final int LISTING_BYTES = 32 << 10;
  private static final byte[] ITSELF = RawPath.ofName(".");
  private static final byte[] PARENT = RawPath.ofName("..");

  /** The path that it was found under, for messages; it may lead elsewhere by now. */
  final Path path;

  private final int fd;

  private NativeDirectory(Path path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /** Holds the directory that {@code path} leads to now. */
  static NativeDirectory open(Path path) throws IOException {
    return opened(LibSyncline.syncline_open_directory(RawPath.of(path)), path);
  }

  private static NativeDirectory opened(int fd, Path path) throws IOException {
    if (fd < 0) throw Errno.failure(fd, "opening the directory", path);
    return new NativeDirectory(path, fd);
  }

  NativeDirectory openChild(String name) throws IOException {
    return opened(LibSyncline.syncline_open_directory_at(fd, RawPath.ofName(name)), path.resolve(name));
  }

  /** Whether a directory of that name lies here. */
  boolean hasChild(String name) throws IOException {
    int child = LibSyncline.syncline_open_directory_at(fd, RawPath.ofName(name));
    if (Errno.ENOENT.is(child) || Errno.ENOTDIR.is(child)) return false;
    if (child < 0) throw Errno.failure(child, "opening the directory", path.resolve(name));
    LibSyncline.syncline_close(child);
    return true;
  }

  /** Makes a directory here, if the name is free. */
  void makeChild(String name) throws IOException {
    int result = LibSyncline.syncline_make_directory_at(fd, RawPath.ofName(name));
    if (!Errno.EEXIST.is(result)) check(result, "making the directory", name);
  }

  /**
   * The file key that Java has for this directory, which only Java can make, and only by a path: so the path is asked for one until it
   * leads here.
   *
   * @throws IOException if it leads elsewhere
   */
  Object key() throws IOException {
    for (int i = 0; i < TRIES_MAX; i++) {
      Map<String, Object> found = Files.readAttributes(path, "unix:dev,ino,fileKey");
      int here = LibSyncline.syncline_is_file(fd, (Long) found.get("dev"), (Long) found.get("ino"));
      if (here < 0) throw Errno.failure(here, "looking at the directory", path);
      if (here == 1) return found.get("fileKey");
    }
    throw new IOException(
        path + " does not lead to the directory that was opened any more: it was moved, or replaced; open it where it is now");
  }

  /** Names of the plain files, but those that begin with a dot: an NFS client keeps open, deleted files under such names. */
  List<String> plainFiles() throws IOException {
    int stream = LibSyncline.syncline_open_at(fd, ITSELF, 0);
    if (stream < 0) throw Errno.failure(stream, "opening the directory", path);
    try {
      return plainFiles(stream);
    } finally {
      LibSyncline.syncline_close(stream);
    }
  }

  private List<String> plainFiles(int stream) throws IOException {
    List<String> names = new ArrayList<>();
    ByteBuffer listed = AlignedBuffers.allocate(LISTING_BYTES);
    while (true) {
      long filledBytes = LibSyncline.syncline_list(stream, listed, LISTING_BYTES);
      if (filledBytes < 0) throw Errno.failure(filledBytes, "listing", path);
      if (filledBytes == 0) return names;
      byte[] bytes = new byte[(int) filledBytes];
      listed.get(0, bytes);
      for (String name : new String(bytes, StandardCharsets.UTF_8).split("\0")) if (!name.startsWith(".")) names.add(name);
    }
  }

  /** A descriptor of a file, or a negated errno. */
  int openFile(String name, int flags) {
    return LibSyncline.syncline_open_at(fd, RawPath.ofName(name), flags);
  }

  void rename(String from, String to) throws IOException {
    check(LibSyncline.syncline_rename_at(fd, RawPath.ofName(from), RawPath.ofName(to)), "renaming to " + to, from);
  }

  void delete(String name) throws IOException {
    check(LibSyncline.syncline_unlink_at(fd, RawPath.ofName(name)), "deletion", name);
  }

  /** Gives a file the same name in {@code target}; false where this file cannot have another name there. */
  boolean link(String name, NativeDirectory target) throws IOException {
    int result = LibSyncline.syncline_link_at(fd, RawPath.ofName(name), target.fd);
    boolean cannot =
        Errno.EXDEV.is(result)
            || Errno.EPERM.is(result)
            || Errno.EMLINK.is(result)
            || Errno.EOPNOTSUPP.is(result)
            || Errno.ENOSYS.is(result);
    if (cannot) return false;
    if (result < 0) throw Errno.failure(result, "link", (Errno.EEXIST.is(result) ? target : this).path.resolve(name));
    return true;
  }

  int linkCount(String name) throws IOException {
    return check(LibSyncline.syncline_link_count_at(fd, RawPath.ofName(name)), "counting the links", name);
  }

  /** Makes the names here durable. */
  void sync() throws IOException {
    int result = LibSyncline.syncline_sync_names(fd);
    if (result < 0) throw Errno.failure(result, "sync", path);
  }

  /** Makes the name of this directory durable, where the directory that it lies in may be read. */
  void syncParent() throws IOException {
    int above = LibSyncline.syncline_open_directory_at(fd, PARENT);
    if (Errno.EACCES.is(above)) return;
    Path parent = path.resolve("..");
    if (above < 0) throw Errno.failure(above, "opening the directory", parent);
    try {
      int result = LibSyncline.syncline_sync_names(above);
      if (result < 0) throw Errno.failure(result, "sync", parent);
    } finally {
      LibSyncline.syncline_close(above);
    }
  }

  void close() throws IOException {
    int result = LibSyncline.syncline_close(fd);
    if (result < 0) throw Errno.failure(result, "close", path);
  }

  private int check(int result, String operation, String name) throws IOException {
    if (result < 0) throw Errno.failure(result, operation, path.resolve(name));
    return result;
  }
}
