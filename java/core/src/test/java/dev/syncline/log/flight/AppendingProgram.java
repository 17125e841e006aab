package dev.syncline.log.flight;

import dev.syncline.WriteAheadLog;
import java.nio.file.Path;

/** Appends a record to the log in the directory that it is given, and says which modules of the JDK's recorder there are. */
final class AppendingProgram {
  private AppendingProgram() {}

  public static void main(String[] arguments) throws Exception {
    try (WriteAheadLog log = WriteAheadLog.open(Path.of(arguments[0]))) {
      long sequence = log.append(new byte[] {1});
      System.out.println("recorder " + ModuleLayer.boot().findModule("jdk.jfr").isPresent() + ", appended " + sequence);
    }
  }
}
