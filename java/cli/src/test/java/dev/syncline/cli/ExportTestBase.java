package dev.syncline.cli;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A log, what is exported of it, and the log that is made of that. */
abstract class ExportTestBase {
  @TempDir Path temporary;
  Path log;
  Path file;
  Path imported;

  @BeforeEach
  void names() {
    log = temporary.resolve("log");
    file = temporary.resolve("log.jsonl");
    imported = temporary.resolve("imported");
  }
}
