package dev.syncline.raft;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Refuses a directory in which another library keeps a log. An empty Syncline log beside it would look like a node that has never
 * voted for or acknowledged anything.
 */
final class ForeignLog {
  private static final String OWN_MARK = "log.mark";

  private ForeignLog() {}

  static void refuse(Path directory) throws IOException {
    if (Files.exists(directory) && !Files.isDirectory(directory))
      throw new NotDirectoryException(directory + ": expected a directory for the log, found a file. Nothing was changed");
    if (!Files.exists(directory) || Files.exists(directory.resolve(OWN_MARK))) return;
    List<String> names;
    try (Stream<Path> files = Files.list(directory)) {
      names = files.map(file -> file.getFileName().toString()).sorted().filter(ForeignLog::isForeign).toList();
    }
    if (!names.isEmpty())
      throw new FileAlreadyExistsException(directory.toString(), null,
          "expected an empty directory or a Syncline log, found the log of RocksDB or of BDB (" + names.get(0) + "). Nothing was changed. "
              + "To move the node: remove it from its group, delete its log, snapshot and meta directories, start it, add it again");
  }

  private static boolean isForeign(String name) {
    return name.equals("CURRENT") || name.startsWith("MANIFEST-") || name.endsWith(".sst") || name.endsWith(".jdb");
  }
}
