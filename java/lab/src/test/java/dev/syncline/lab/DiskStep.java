package dev.syncline.lab;

/** One change that a {@link SimulatedDisk} was asked for, with the moments at which it began and returned. */
final class DiskStep {
  enum Kind {
    CREATE,
    RENAME,
    LINK,
    DELETE,
    SYNC_DIRECTORY,
    MAKE_DIRECTORY,
    WRITE,
    WRITE_DURABLY,
    RESIZE,
    SYNC
  }

  final Kind kind;
  final String directory;
  final String name;

  /** The new name of a rename, or the name as the file was opened under. */
  final String to;

  /** The file's number; 0 where a directory is meant. */
  final int file;

  final long offsetBytes;

  /** What is written, copied when the call came. */
  final byte[] bytes;

  /** Moment at which the call came. Guarded by the disk. */
  int began;

  /** Moment at which it returned. Guarded by the disk. */
  private int ended = Integer.MAX_VALUE;

  private DiskStep(Kind kind, String directory, String name, String to, int file, long offsetBytes, byte[] bytes) {
    this.kind = kind;
    this.directory = directory;
    this.name = name;
    this.to = to;
    this.file = file;
    this.offsetBytes = offsetBytes;
    this.bytes = bytes;
  }

  static DiskStep onName(Kind kind, String directory, String name, String to, int file) {
    return new DiskStep(kind, directory, name, to, file, 0, null);
  }

  static DiskStep onDirectory(Kind kind, String directory) {
    return new DiskStep(kind, directory, "", null, 0, 0, null);
  }

  static DiskStep onFile(Kind kind, String name, int file, long offsetBytes, byte[] bytes) {
    return new DiskStep(kind, "", name, null, file, offsetBytes, bytes);
  }

  void end(int moment) {
    ended = moment;
  }

  boolean endedBefore(int moment) {
    return ended < moment;
  }

  /** Whether it changes which names there are. */
  boolean changesNames() {
    return kind == Kind.CREATE || kind == Kind.RENAME || kind == Kind.LINK || kind == Kind.DELETE;
  }

  @Override
  public String toString() {
    String what = began + ".." + (ended == Integer.MAX_VALUE ? "" : ended) + " " + kind + " " + directory + "/" + name;
    if (to != null) what += " -> " + to;
    if (kind == Kind.RESIZE) return what + " to " + offsetBytes;
    return bytes == null ? what : what + " " + bytes.length + " at " + offsetBytes;
  }
}
