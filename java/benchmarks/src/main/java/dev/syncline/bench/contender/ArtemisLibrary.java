package dev.syncline.bench.contender;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Artemis' own C library, which the broker's distribution has beside its jars: its jar has it too, and does not look there. */
final class ArtemisLibrary {
  private static final String RESOURCE = "/lib/linux-x86_64/libartemis-native-64.so";

  private ArtemisLibrary() {}

  /** The argument that makes a JVM find it, after it was laid into a directory; empty where the jar has none for this machine. */
  static String argument(Path directory) throws IOException {
    try (InputStream library = ArtemisLibrary.class.getResourceAsStream(RESOURCE)) {
      if (library == null || !System.getProperty("os.arch").equals("amd64")) return "-Dbench.artemis.library=none";
      Files.createDirectories(directory);
      Files.copy(library, directory.resolve(Path.of(RESOURCE).getFileName().toString()), StandardCopyOption.REPLACE_EXISTING);
      return "-Djava.library.path=" + directory.toAbsolutePath();
    }
  }
}
