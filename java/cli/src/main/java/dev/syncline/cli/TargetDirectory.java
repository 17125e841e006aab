package dev.syncline.cli;

import dev.syncline.format.SegmentName;
import dev.syncline.io.Refusal;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The directory that a command makes a log in. The log is made in a hidden directory inside it, on the same file system, and its files get
 * their names there when all of it is durable: the mark first, which names every segment that is still to come, so that no part of the
 * log is ever taken for all of it. Whatever fails before leaves the directory as it was. What is left of a command that was killed the next
 * one removes, if nothing else is there.
 */
final class TargetDirectory implements Closeable {
  private static final int BLOCK_BYTES = 4096;

  private final Path path;
  private final boolean made;
  private final ScratchDirectory scratch;
  private final InUse inUse;
  private boolean installed;

  private TargetDirectory(Path path, boolean made, ScratchDirectory scratch, InUse inUse) {
    this.path = path;
    this.made = made;
    this.scratch = scratch;
    this.inUse = inUse;
  }

  /** Makes the directory if need be. It is refused if there is anything in it, or if it is to be inside of another one that is missing. */
  static TargetDirectory prepare(Path path) throws IOException {
    if (path.toString().equals("-")) throw refused("- is no directory, and a log is one: './-' would name a directory of that name");
    boolean exists = Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    if (exists && !Files.isDirectory(path)) throw refused(path + " is not a directory: expected none, or an empty one");
    Path parent = path.toAbsolutePath().normalize().getParent();
    if (!exists && !Files.isDirectory(parent))
      throw refused(path + " cannot be made: there is no directory " + parent + "; make it first, or mount what belongs there");
    try {
      if (exists) LeftOvers.remove(path);
      if (exists) requireNothingBeside(path, null);
      else Storages.createDirectory(path);
      ScratchDirectory scratch =
          exists ? ScratchDirectory.create(path, LeftOvers.PREFIX) : ScratchDirectory.createInOwn(path, LeftOvers.PREFIX);
      return new TargetDirectory(path, !exists, scratch, InUse.take(scratch.path()));
    } catch (IOException e) {
      if (!exists) Files.deleteIfExists(path);
      throw Refusal.explained(e, path, true);
    }
  }

  /** Where the log is to be made; there is nothing yet. */
  Path log() {
    return scratch.path().resolve("log");
  }

  /** Gives the files of the log that was made, and closed, their place, durably. */
  void install() throws IOException {
    install(() -> { });
  }

  /** @param moved is run after each file */
  void install(Runnable moved) throws IOException {
    requireNothingBeside(path, scratch.path());
    List<Path> done = new ArrayList<>();
    try {
      List<Path> segments = LogCommand.segmentFiles(log());
      done.add(move(log().resolve(SegmentName.MARK)));
      sync(path);
      moved.run();
      for (Path segment : segments) {
        done.add(move(segment));
        moved.run();
      }
      sync(path);
      installed = true;
    } finally {
      // The mark at last, as long as it is there what is missing is told.
      if (!installed) for (int i = done.size() - 1; i >= 0; i--) Files.deleteIfExists(done.get(i));
    }
  }

  /** Makes the names in a directory durable. */
  static void sync(Path directory) throws IOException {
    try (Storage storage = Storages.openToRead(directory, BLOCK_BYTES).storage()) {
      storage.syncDirectory();
    }
  }

  private Path move(Path file) throws IOException {
    return Files.move(file, path.resolve(file.getFileName()));
  }

  private static void requireNothingBeside(Path directory, Path own) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      Optional<Path> found = files.filter(file -> !file.equals(own)).min(Path::compareTo);
      if (found.isEmpty()) return;
      throw refused(directory + " is not empty: expected no directory, or an empty one, found " + found.get().getFileName() + " in it"
          + LeftOvers.hint(directory, own));
    }
  }

  static CliException refused(String problem) {
    return new CliException(ExitCode.NOT_RUN, problem + ". Nothing was changed; name another directory");
  }

  @Override
  public void close() throws IOException {
    inUse.close();
    scratch.close();
    if (made && !installed) Files.deleteIfExists(path);
  }
}
