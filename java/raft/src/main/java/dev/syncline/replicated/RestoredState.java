package dev.syncline.replicated;

import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What {@link ReplicatedState#save} would have written, from a backup: its log, and nobody's sessions.
 *
 * @param files as {@code save} returns them
 */
public record RestoredState(long highest, List<String> files) {

  /** Writes it into a directory that exists. The backup is opened and closed, and stays as it is but for what that does to a log. */
  public static RestoredState write(Path backup, Path target) throws IOException {
    requireLog(backup);
    Path log = target.resolve("log");
    long highest;
    try (WriteAheadLog source = WriteAheadLog.open(backup)) {
      highest = source.currentSequence();
      source.snapshot(log);
    }
    StateDirectory.writeDurably(target.resolve("sessions"), new SessionTable().encode());
    StateDirectory.sync(target);
    List<String> files = new ArrayList<>(List.of("sessions"));
    for (Path file : StateDirectory.files(log)) files.add("log/" + file.getFileName());
    return new RestoredState(highest, files);
  }

  /** Refuses a directory that holds no log, before anything is written: opening it would make one there. */
  public static void requireLog(Path backup) throws IOException {
    if (!Files.isDirectory(backup)) throw new IOException(backup + ": expected the directory of a backup");
    try (Stream<Path> files = Files.list(backup)) {
      if (files.map(file -> file.getFileName().toString()).anyMatch(name -> name.equals("log.mark") || name.endsWith(".wal"))) return;
    }
    throw new IOException(backup + ": expected the files of a log (log.mark, *.wal), found none: is the backup in a directory below it?");
  }
}
