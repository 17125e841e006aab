package dev.syncline.cli;

import dev.syncline.format.SegmentName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What is left in a directory of an import or a snapshot into it that was killed: the hidden directory in which it made the log. */
final class LeftOvers {
  static final String PREFIX = ".syncline-";
  private static final Pattern NAME = Pattern.compile(Pattern.quote(PREFIX) + "[0-9]+");

  private LeftOvers() {}

  /** Those whose process has ended, {@code own} aside, which may be null. */
  static List<Path> in(Path directory, Path own) throws IOException {
    List<Path> found = new ArrayList<>();
    for (Path each : named(directory)) if (!each.equals(own) && !InUse.is(each)) found.add(each);
    return found;
  }

  /** Removes them if there is nothing else in the directory, and nothing but a log in them. */
  static void remove(Path directory) throws IOException {
    List<Path> found = named(directory);
    if (found.isEmpty() || !names(directory).stream().allMatch(found::contains)) return;
    for (Path each : found) {
      if (InUse.is(each))
        throw TargetDirectory.refused("another import or snapshot into " + directory + " is under way, in " + each.getFileName());
      Optional<Path> foreign = foreign(each);
      if (foreign.isPresent())
        throw TargetDirectory.refused(
            each + " is what an import or a snapshot leaves that was killed, but for " + each.relativize(foreign.get()) + ", which is not"
                + " its own");
    }
    for (Path each : found) ScratchDirectory.delete(each);
  }

  /** For who finds something in the way: what to do if it is only part of a log. */
  static String hint(Path directory, Path own) throws IOException {
    List<Path> found = in(directory, own);
    if (found.isEmpty()) return "";
    return "; " + found.get(0).getFileName() + " is of an import or a snapshot that was killed, maybe while it put files in place: see"
        + " 'syncline verify', and if records are missing remove the directory and do it again";
  }

  /** For who finds no log. */
  static String only(Path directory) throws IOException {
    List<Path> found = in(directory, null);
    return found.isEmpty() ? "" : "; " + found.get(0).getFileName() + " in it is of an import or a snapshot that was killed: do it again";
  }

  private static List<Path> named(Path directory) throws IOException {
    return names(directory).stream()
        .filter(path -> NAME.matcher(path.getFileName().toString()).matches() && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS))
        .toList();
  }

  private static List<Path> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.sorted().toList();
    }
  }

  private static Optional<Path> foreign(Path leftOver) throws IOException {
    Path log = leftOver.resolve("log");
    for (Path each : names(leftOver)) {
      boolean own = each.equals(log) ? Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS) : isFile(each, InUse.FILE::equals);
      if (!own) return Optional.of(each);
    }
    if (!Files.exists(log)) return Optional.empty();
    for (Path each : names(log)) if (!isFile(each, SegmentName::isOwn)) return Optional.of(each);
    return Optional.empty();
  }

  private static boolean isFile(Path path, Predicate<String> named) {
    return named.test(path.getFileName().toString()) && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }
}
