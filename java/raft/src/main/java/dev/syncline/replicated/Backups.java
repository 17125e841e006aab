package dev.syncline.replicated;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Copies of a node's log that clients fetch in parts. A copy costs a few directory entries: it shares the files of the log. It is deleted
 * when its client says so, when nobody has asked for a part of it for a while, and when the node starts. Safe for many threads.
 */
final class Backups implements Closeable {
  /** Bytes of a part at most. */
  static final int PART_BYTES_MAX = 1 << 20;

  private static final int OPEN_MAX = 4;
  private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(10);
  private final Path directory;
  private final LogState state;

  /** By number; guarded by this. */
  private final Map<Long, Backup> open = new TreeMap<>();

  private long last;

  private static final class Backup {
    final Path path;
    long usedNanos = System.nanoTime();

    Backup(Path path) {
      this.path = path;
    }
  }

  /** Forgets what an earlier process left in {@code directory}. */
  Backups(Path directory, LogState state) throws IOException {
    this.directory = directory;
    this.state = state;
    StateDirectory.delete(directory);
  }

  /** A new copy of what is applied now: its number in the first line, then a line for each file: its size, a tab, its name. */
  synchronized String begin() throws IOException {
    forgetIdle();
    if (open.size() >= OPEN_MAX) throw new UnavailableException(OPEN_MAX + " backups are being fetched from this node: try later");
    long number = ++last;
    Path target = directory.resolve(Long.toString(number));
    Files.createDirectories(directory);
    state.read(log -> {
      log.snapshot(target);
      return null;
    });
    open.put(number, new Backup(target));
    List<String> lines = new ArrayList<>(List.of(Long.toString(number)));
    for (Path file : StateDirectory.files(target)) lines.add(Files.size(file) + "\t" + file.getFileName());
    return String.join("\n", lines);
  }

  /** Bytes of a file from {@code offset} on; none at its end. */
  byte[] part(long number, String name, long offset) throws IOException {
    Path file = file(number, name);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long left = Math.max(0, channel.size() - offset);
      ByteBuffer part = ByteBuffer.allocate((int) Math.min(PART_BYTES_MAX, left));
      while (part.hasRemaining() && channel.read(part, offset + part.position()) > 0) Thread.onSpinWait();
      return part.array();
    }
  }

  private synchronized Path file(long number, String name) throws IOException {
    Backup backup = open.get(number);
    if (backup == null) throw new UnavailableException("backup " + number + " is not there (any more): begin again");
    backup.usedNanos = System.nanoTime();
    return StateDirectory.files(backup.path).stream().filter(file -> file.getFileName().toString().equals(name)).findFirst()
        .orElseThrow(() -> new IllegalArgumentException("backup " + number + " has no file \"" + name + "\""));
  }

  synchronized void end(long number) throws IOException {
    Backup backup = open.remove(number);
    if (backup != null) StateDirectory.delete(backup.path);
  }

  private void forgetIdle() throws IOException {
    for (Iterator<Backup> each = open.values().iterator(); each.hasNext();) {
      Backup backup = each.next();
      if (System.nanoTime() - backup.usedNanos < IDLE_NANOS) continue;
      StateDirectory.delete(backup.path);
      each.remove();
    }
  }

  synchronized int count() {
    return open.size();
  }

  @Override
  public synchronized void close() throws IOException {
    open.clear();
    StateDirectory.delete(directory);
  }

  /** For a client: the lines of {@link #begin} behind the first. */
  static Map<String, Long> files(List<String> lines) {
    try {
      return lines.stream().skip(1).map(line -> line.split("\t", 2))
          .collect(Collectors.toMap(words -> words[1], words -> Long.parseLong(words[0]), (a, b) -> b, TreeMap::new));
    } catch (RuntimeException e) {
      throw new UncheckedIOException(new IOException("expected the files of a backup, found " + lines, e));
    }
  }
}
