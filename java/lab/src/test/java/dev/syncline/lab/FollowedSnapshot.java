package dev.syncline.lab;

import static dev.syncline.lab.FollowedLog.require;

import dev.syncline.VerifyReport;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.lab.WrittenRecord.Shown;
import dev.syncline.tck.LogTestBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A copy that a reader has made. It may share files with the log, and stays what it is whatever the writer does. */
final class FollowedSnapshot {
  /** How it is opened to be looked at. */
  interface Opening {
    WriteAheadLog open(Path directory) throws IOException;
  }

  private final Path directory;
  private final long front;
  private final List<WrittenRecord> records = new ArrayList<>();

  /** A copy of the present history up to {@code end}. */
  FollowedSnapshot(Path directory, WrittenHistory history, long end) {
    this.directory = directory;
    this.front = history.front();
    for (long sequence = front + 1; sequence <= end; sequence++) records.add(history.at(sequence));
  }

  void check(Opening opening) throws IOException {
    try (WriteAheadLog copy = opening.open(directory)) {
      VerifyReport report = copy.verify();
      require(report.ok(), this + " is damaged: " + report);
      require(copy.firstSequence() == front + 1, this + " begins at " + copy.firstSequence());
      require(copy.currentSequence() == front + records.size(), this + " ends at " + copy.currentSequence());
      List<WalRecord> shown = LogTestBase.records(copy.iterate());
      require(shown.size() == records.size(), this + " shows " + shown.size() + " records");
      for (int i = 0; i < records.size(); i++) FollowedLog.requireIs(records.get(i), Shown.of(shown.get(i)));
    }
  }

  void delete() throws IOException {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  @Override
  public String toString() {
    return "a snapshot of " + (front + 1) + " to " + (front + records.size());
  }
}
