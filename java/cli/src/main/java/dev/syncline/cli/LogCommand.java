package dev.syncline.cli;

import dev.syncline.Verification;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Refusal;
import dev.syncline.io.ShellWord;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Parameters;

/** A command that looks into one log without changing it: it writes nothing and locks nobody out, a live writer included. */
abstract class LogCommand extends BaseCommand {
  @Parameters(index = "0", paramLabel = "DIR", description = "The log's directory.")
  Path directory;

  @Override
  public final Integer call() throws IOException {
    requireLog(directory);
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(directory, showProgress().options().verifyOnOpen(verification()).build())) {
      return run(log);
    } finally {
      progress().end();
    }
  }

  /** How much opening reads. */
  Verification verification() {
    return Verification.TAIL;
  }

  /** Prints, and returns the exit code. */
  abstract int run(WriteAheadLog log) throws IOException;

  /** Says what opening found damaged, beside what is printed; returns the exit code. */
  final int noteDamage(WriteAheadLog log) {
    List<DamageView> damage = DamageView.of(log.recovery().damage());
    damage.forEach(each -> note("damage: " + each.describe()));
    if (!damage.isEmpty()) note("to repair: 'syncline repair " + ShellWord.of(directory) + "' shows what can be kept, and changes nothing");
    return damage.isEmpty() ? ExitCode.OK : ExitCode.PROBLEM;
  }

  /** What lies in the directory beside the log, and nobody needs. */
  final List<String> leftOvers() throws IOException {
    return LeftOvers.in(directory, null).stream().map(Path::getFileName).map(name -> name
        + ": left of an import or a snapshot into this directory that was killed. If records are missing it was killed while it put files"
        + " in place: remove " + directory + " and do it again. Else remove " + name).toList();
  }

  /** The segment files, oldest first. */
  final List<Path> segmentFiles() throws IOException {
    return segmentFiles(directory);
  }

  static List<Path> segmentFiles(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> SegmentName.isSegment(file.getFileName().toString())).sorted().toList();
    }
  }

  static void requireLog(Path directory) throws IOException {
    requireDirectory(directory);
    try {
      requireFiles(directory);
    } catch (IOException e) {
      throw explained(e, directory);
    }
  }

  /** What has no type of its own Java tells in two words of the system's. */
  private static IOException explained(IOException failed, Path directory) {
    if (failed.getClass() != FileSystemException.class) return Refusal.explained(failed, directory, false);
    String reason = ((FileSystemException) failed).getReason();
    throw new CliException(
        ExitCode.NOT_RUN,
        directory + " cannot be looked into: " + reason + ". Look at its name, at the limits of this process (ulimit -n), and if it is an"
            + " error of the disk at dmesg. Nothing was changed", failed);
  }

  static boolean hasFiles(Path directory) throws IOException {
    return Files.exists(directory.resolve(SegmentName.MARK)) || !segmentFiles(directory).isEmpty();
  }

  private static void requireFiles(Path directory) throws IOException {
    if (hasFiles(directory)) return;
    // In the middle of a repair everything may lie elsewhere.
    if (Files.exists(directory.resolve(SegmentName.REPAIR).resolve(SegmentName.COMPLETE))) return;
    throw new CliException(
        ExitCode.NOT_RUN,
        directory + " is not a log: it holds neither " + SegmentName.MARK + " nor a *" + SegmentName.SEGMENT_SUFFIX
            + " file; name the directory that was given to WriteAheadLog.open" + LeftOvers.only(directory));
  }

  static void requireDirectory(Path directory) throws IOException {
    try {
      // What this user may not look at is there all the same.
      if (!Files.exists(directory)) Files.readAttributes(directory, BasicFileAttributes.class);
    } catch (NoSuchFileException e) {
      String found = Files.isSymbolicLink(directory) ? " is a symbolic link to what does not exist" : " does not exist";
      throw new CliException(ExitCode.NOT_RUN, directory + found + "; name the directory of a log");
    } catch (IOException e) {
      throw explained(e, directory);
    }
    if (!Files.isDirectory(directory))
      throw new CliException(ExitCode.NOT_RUN, directory + " is a file; name the directory that it is in");
  }
}
