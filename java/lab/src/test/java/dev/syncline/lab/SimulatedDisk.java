package dev.syncline.lab;

import dev.syncline.lab.DiskStep.Kind;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A disk in memory that remembers everything that was asked of it, and so can tell what a power cut at any moment would have left.
 *
 * <p>It keeps what was synced. Of the rest a cut keeps, drops, tears into sectors of 512 bytes, garbles or reorders whatever it likes, by a
 * {@link Survival}. A sync of a file covers its bytes and size, not its name; a sync of a directory covers names, not bytes.
 * Programs that run see every change at once, as through a page cache.
 *
 * <p>Moments are numbers: each call takes one when it comes and one when it returns, and {@link #moment} takes one for whatever else is to
 * be ordered among them. Safe for many threads.
 */
public final class SimulatedDisk {

  /** What a disk says it has done without doing it: to show that a crash contract would notice. */
  public enum Lie {
    /** Directories are never synced. */
    DIRECTORY_SYNC,
    /** Files are never synced. */
    SYNC,
    /** A durable write is like any other. */
    DURABLE_WRITE
  }

  /** One file as running programs see it. Guarded by the disk. */
  static final class Inode {
    final int number;
    byte[] bytes;
    int links = 1;

    Inode(int number, byte[] bytes) {
      this.number = number;
      this.bytes = bytes;
    }
  }

  private final DiskImage before;
  private final Set<Lie> lies;

  // Guarded by this.
  private final Map<String, Map<String, Inode>> directories = new TreeMap<>();
  private final List<DiskStep> steps = new ArrayList<>();
  private int moment;
  private int lastFile;
  private int powerLeft = Integer.MAX_VALUE;

  public SimulatedDisk(DiskImage image, Lie... lies) {
    before = image;
    this.lies = lies.length == 0 ? EnumSet.noneOf(Lie.class) : EnumSet.copyOf(Arrays.asList(lies));
    Map<Integer, Inode> inodes = new HashMap<>();
    image.files().forEach((number, bytes) -> inodes.put(number, new Inode(number, bytes.clone())));
    image.directories().forEach((directory, names) -> {
      Map<String, Inode> live = new TreeMap<>();
      names.forEach((name, number) -> live.put(name, inodes.get(number)));
      directories.put(directory, live);
    });
    lastFile = image.files().keySet().stream().mapToInt(Integer::intValue).max().orElse(0);
  }

  /** A moment of its own: after everything that has returned, before everything that is still to come. */
  public synchronized int moment() {
    return moment++;
  }

  /** Cuts the power: every later call fails. What is on the disk then is what {@link #cut} says. */
  public synchronized void powerOff() {
    powerLeft = 0;
  }

  /** Cuts the power after so many more changes. */
  public synchronized void powerOffAfter(int changes) {
    powerLeft = changes;
  }

  /** What a power cut just before {@code atMoment} leaves. */
  DiskImage cut(int atMoment, Survival survival) {
    List<DiskStep> all = steps();
    return new CrashReplay(before, atMoment, survival).run(all);
  }

  /** What was done so far, in order of beginning. */
  synchronized List<DiskStep> steps() {
    return List.copyOf(steps);
  }

  // Changes. Each is taken down before it is done and when it has returned.

  interface Change {
    void apply() throws IOException;
  }

  private void take(DiskStep step, Change change) throws IOException {
    begin(step);
    overlap();
    synchronized (this) {
      change.apply();
      step.end(moment++);
    }
  }

  private synchronized void begin(DiskStep step) throws IOException {
    if (powerLeft == 0) throw new IOException("the power is off");
    powerLeft--;
    step.began = moment++;
    steps.add(step);
  }

  /** Lets calls of other threads begin before this one returns. */
  private static void overlap() {
    Thread.yield();
  }

  void makeDirectory(String directory) throws IOException {
    synchronized (this) {
      if (directories.containsKey(directory)) return;
    }
    take(DiskStep.onDirectory(Kind.MAKE_DIRECTORY, directory), () -> directories.putIfAbsent(directory, new TreeMap<>()));
  }

  void syncDirectory(String directory) throws IOException {
    synchronized (this) {
      names(directory);
    }
    if (!lies.contains(Lie.DIRECTORY_SYNC)) take(DiskStep.onDirectory(Kind.SYNC_DIRECTORY, directory), () -> { });
  }

  Inode create(String directory, String name) throws IOException {
    Inode inode;
    synchronized (this) {
      if (names(directory).containsKey(name)) throw new FileAlreadyExistsException(name);
      inode = new Inode(++lastFile, new byte[0]);
    }
    take(DiskStep.onName(Kind.CREATE, directory, name, null, inode.number), () -> names(directory).put(name, inode));
    return inode;
  }

  void rename(String directory, String from, String to) throws IOException {
    Inode inode = open(directory, from);
    take(DiskStep.onName(Kind.RENAME, directory, from, to, inode.number), () -> {
      names(directory).remove(from);
      Inode replaced = names(directory).put(to, inode);
      if (replaced != null) replaced.links--;
    });
  }

  void link(String directory, String name, String targetDirectory) throws IOException {
    Inode inode = open(directory, name);
    synchronized (this) {
      if (names(targetDirectory).containsKey(name)) throw new FileAlreadyExistsException(name);
    }
    take(DiskStep.onName(Kind.LINK, targetDirectory, name, null, inode.number), () -> {
      names(targetDirectory).put(name, inode);
      inode.links++;
    });
  }

  void delete(String directory, String name) throws IOException {
    Inode inode = open(directory, name);
    take(DiskStep.onName(Kind.DELETE, directory, name, null, inode.number), () -> {
      names(directory).remove(name);
      inode.links--;
    });
  }

  void write(Inode inode, String name, byte[] bytes, long offsetBytes, boolean durably) throws IOException {
    Kind kind = durably && !lies.contains(Lie.DURABLE_WRITE) ? Kind.WRITE_DURABLY : Kind.WRITE;
    if (bytes.length == 0) return;
    take(DiskStep.onFile(kind, name, inode.number, offsetBytes, bytes), () -> {
      int end = Math.toIntExact(offsetBytes + bytes.length);
      if (end > inode.bytes.length) inode.bytes = Arrays.copyOf(inode.bytes, end);
      System.arraycopy(bytes, 0, inode.bytes, (int) offsetBytes, bytes.length);
    });
  }

  void resize(Inode inode, String name, long sizeBytes) throws IOException {
    take(DiskStep.onFile(Kind.RESIZE, name, inode.number, sizeBytes, null),
        () -> inode.bytes = Arrays.copyOf(inode.bytes, Math.toIntExact(sizeBytes)));
  }

  void sync(Inode inode, String name) throws IOException {
    if (!lies.contains(Lie.SYNC)) take(DiskStep.onFile(Kind.SYNC, name, inode.number, 0, null), () -> { });
  }

  // Looking.

  synchronized List<String> list(String directory) throws IOException {
    return List.copyOf(names(directory).keySet());
  }

  synchronized Inode open(String directory, String name) throws IOException {
    Inode inode = names(directory).get(name);
    if (inode == null) throw new NoSuchFileException(directory + "/" + name);
    return inode;
  }

  synchronized int links(String directory, String name) throws IOException {
    return open(directory, name).links;
  }

  synchronized long size(Inode inode) throws IOException {
    requirePower();
    return inode.bytes.length;
  }

  /** A copy of up to {@code lengthBytes} from {@code offsetBytes} on. */
  synchronized byte[] read(Inode inode, long offsetBytes, int lengthBytes) throws IOException {
    requirePower();
    if (offsetBytes >= inode.bytes.length) return new byte[0];
    int from = (int) offsetBytes;
    return Arrays.copyOfRange(inode.bytes, from, Math.min(inode.bytes.length, from + lengthBytes));
  }

  private Map<String, Inode> names(String directory) throws IOException {
    requirePower();
    Map<String, Inode> names = directories.get(directory);
    if (names == null) throw new NoSuchFileException(directory);
    return names;
  }

  private void requirePower() throws IOException {
    if (powerLeft == 0) throw new IOException("the power is off");
  }
}
