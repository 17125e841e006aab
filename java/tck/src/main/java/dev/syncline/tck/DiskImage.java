package dev.syncline.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;

/**
 * What a disk holds while the power is off: directories with their names, and the bytes behind the names. Never changed.
 *
 * <p>Directories are named relative to the log's own, which is the empty string. Two names with the same file number are hard links.
 */
public final class DiskImage {
  /** The directory of the log itself. */
  public static final String ROOT = "";

  private final Map<String, Map<String, Integer>> directories;
  private final Map<Integer, byte[]> files;

  public DiskImage(Map<String, Map<String, Integer>> directories, Map<Integer, byte[]> files) {
    this.directories = directories;
    this.files = files;
  }

  /** A disk on which the log's directory exists and is empty. */
  public static DiskImage empty() {
    return new DiskImage(Map.of(ROOT, Map.of()), Map.of());
  }

  /** Names and file numbers by directory. */
  public Map<String, Map<String, Integer>> directories() {
    return directories;
  }

  /** Bytes by file number; not to be changed. */
  public Map<Integer, byte[]> files() {
    return files;
  }

  /** Names in the log's directory, sorted. */
  public Iterable<String> names() {
    return Collections.unmodifiableSet(new TreeMap<>(directories.get(ROOT)).keySet());
  }

  /** A copy of one file of the log's directory. */
  public byte[] bytes(String name) {
    Integer file = directories.get(ROOT).get(name);
    if (file == null) throw new NoSuchElementException(name + " is not among " + names());
    return files.get(file).clone();
  }

  /** The same disk, but for the bytes of one file of the log's directory; null takes the file away. */
  public DiskImage with(String name, byte[] bytes) {
    Map<String, Map<String, Integer>> changedDirectories = new TreeMap<>(directories);
    Map<String, Integer> names = new TreeMap<>(directories.get(ROOT));
    Map<Integer, byte[]> changedFiles = new TreeMap<>(files);
    names.remove(name);
    if (bytes != null) {
      int number = files.keySet().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
      names.put(name, number);
      changedFiles.put(number, bytes.clone());
    }
    changedDirectories.put(ROOT, names);
    return new DiskImage(changedDirectories, changedFiles);
  }

  /** Writes the image as real files, to look at. */
  public void dump(Path target) throws IOException {
    for (Map.Entry<String, Map<String, Integer>> directory : directories.entrySet()) {
      Path path = Files.createDirectories(target.resolve(directory.getKey()));
      for (Map.Entry<String, Integer> name : directory.getValue().entrySet())
        Files.write(path.resolve(name.getKey()), files.get(name.getValue()));
    }
  }

  /** Whether both hold the same names with the same bytes, whatever the numbers. */
  public boolean sameAs(DiskImage other) {
    if (!directories.keySet().equals(other.directories.keySet())) return false;
    for (String directory : directories.keySet()) {
      Map<String, Integer> mine = directories.get(directory);
      Map<String, Integer> theirs = other.directories.get(directory);
      if (!mine.keySet().equals(theirs.keySet())) return false;
      for (String name : mine.keySet())
        if (!Arrays.equals(files.get(mine.get(name)), other.files.get(theirs.get(name)))) return false;
    }
    return true;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    directories.forEach((directory, names) -> new TreeMap<>(names).forEach((name, file) ->
        text.append(directory.isEmpty() ? "" : directory + "/").append(name).append(' ').append(files.get(file).length).append("; ")));
    return text.toString();
  }
}
