package dev.syncline.log.flight;

import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;

/** Appends to the log in the directory that it is given, and records that once the log is open, where there is a recorder. */
final class AppendingProgram {
  private AppendingProgram() {}

  public static void main(String[] arguments) throws Exception {
    boolean present = ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    try (WriteAheadLog log = WriteAheadLog.open(Path.of(arguments[0]))) {
      long sequence = log.append(new byte[] {1});
      String recorder = present ? "set up " + FlightRecorder.isInitialized() + ", recorded " + recorded(log) : "none";
      System.out.println("appended " + sequence + ", recorder: " + recorder);
    }
  }

  private static long recorded(WriteAheadLog log) throws IOException {
    Path file = Files.createTempFile("appending", ".jfr");
    try (Recording recording = new Recording()) {
      recording.enable("dev.syncline.Commit").withThreshold(Duration.ZERO);
      recording.start();
      log.append(new byte[] {2});
      recording.stop();
      recording.dump(file);
      return RecordingFile.readAllEvents(file).stream().filter(event -> event.getEventType().getName().equals("dev.syncline.Commit")).count();
    } finally {
      Files.delete(file);
    }
  }
}
