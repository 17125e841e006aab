package dev.syncline.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RefusalTest {
  @TempDir Path directory;

  @Test
  void whatTheSystemSaysInTwoWordsGetsWhatToDo() {
    FileSystemException full = new FileSystemException(directory + "/log", null, "No space left on device");
    IOException told = Refusal.explained(full, directory.resolve("log"), true);
    assertThat(told).isInstanceOf(FileSystemException.class).hasCause(full)
        .hasMessageContaining("No space left on device").hasMessageContaining("df -i").hasMessageContaining("No record was written");
    assertThat(Refusal.explained(told, directory.resolve("log"), true)).as("told once").isSameAs(told);
    assertThat(Refusal.explained(full, directory, false)).as("a reader needs no room").isSameAs(full);
  }

  @Test
  void whatHasAMessageOfItsOwnKeepsIt() {
    IOException there = new FileAlreadyExistsException("log");
    assertThat(Refusal.explained(there, directory, true)).isSameAs(there);
    IOException broken = new IOException("EIO");
    assertThat(Refusal.explained(broken, directory, true)).isSameAs(broken);
  }
}
