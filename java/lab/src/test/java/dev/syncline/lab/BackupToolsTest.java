package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.tck.ChildProcess;
import dev.syncline.tck.BackupHistory.Shown;
import dev.syncline.tck.LogTestBase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The tools that an operator has, on the log of a process that goes on to write: the commands are those of {@code BACKUP.md}. */
@Tag("laboratory")
class BackupToolsTest {
  private static final int ROUNDS = 4;
  private static final int RECORDS_BEFORE = 60;

  @Nested
  class Native extends Tools {
    @BeforeAll
    static void needNative() throws IOException {
      StoragesUnderTest.needNative();
    }

    @Override
    Class<? extends LogTestBase> child() {
      return OnNative.class;
    }
  }

  @Nested
  class Portable extends Tools {
    @Override
    Class<? extends LogTestBase> child() {
      return OnPortable.class;
    }
  }

  static class OnNative extends LogTestBase {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.nativeStorage(directory);
    }
  }

  static class OnPortable extends LogTestBase {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableDirect(directory);
    }
  }

  abstract static class Tools extends LogTestBase {
    abstract Class<? extends LogTestBase> child();

    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableBuffered(directory);
    }

    @Test
    void cpOfALiveLog() throws Exception {
      need("cp");
      copyBesideAWriter("cp -a LOG COPY");
    }

    @Test
    void cpOfALiveLogWithTheMarkFirst() throws Exception {
      need("cp");
      copyBesideAWriter("mkdir COPY && cp -a LOG/log.mark COPY/ && cp -a LOG/*.wal COPY/");
    }

    @Test
    void rsyncOfALiveLog() throws Exception {
      need("rsync");
      copyBesideAWriter("rsync -a --exclude='log.lock' --exclude='log.pid' LOG/ COPY/");
    }

    @Test
    void rsyncOfALiveLogTwice() throws Exception {
      need("rsync");
      String rsync = "rsync -a --delete --exclude='log.lock' --exclude='log.pid' LOG/ COPY/";
      copyBesideAWriter(rsync + "; " + rsync);
    }

    private void copyBesideAWriter(String command) throws Exception {
      try (ChildProcess writer = ChildProcess.start(child(), directory(), "append")) {
        for (int i = 0; i < RECORDS_BEFORE; i++) writer.awaitLine("acknowledged");
        for (int round = 0; round < ROUNDS; round++) {
          long acknowledged = Long.parseLong(writer.awaitLine("acknowledged").substring("acknowledged ".length()));
          Path copy = newCopyName();
          run(command.replace("LOG", directory().toString()).replace("COPY", copy.toString()));
          requireWhole(copy, acknowledged, command + ", round " + round);
        }
        writer.kill();
      }
    }

    /** All that was acknowledged before the command began is there; the writer lives, and does not keep the copy from being opened. */
    private void requireWhole(Path copy, long acknowledged, String which) throws IOException {
      try (WriteAheadLog log = open(copy, LogTestBase::smallSegments)) {
        Shown shown = Shown.of(log);
        NavigableMap<Long, String> records = shown.records();
        assertThat(records.headMap(acknowledged, true)).as("%s: %s", which, shown.damage()).hasSize((int) acknowledged);
        records.forEach((sequence, text) -> assertThat(text).as(which).isEqualTo(text(entryPayload(sequence))));
        // What is damaged was being written while it was copied.
        assertThat(shown.damage()).as(which).allSatisfy(damage -> assertThat(damage.firstLost()).isGreaterThan(acknowledged));
        if (shown.isSound()) assertThat(log.append(bytes("goes on"))).isEqualTo(records.lastKey() + 1);
      }
    }

    private static void run(String command) throws IOException, InterruptedException {
      ProcessBuilder builder = new ProcessBuilder(List.of("sh", "-c", command)).redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      Process shell = builder.start();
      String said = text(shell.getInputStream().readAllBytes());
      assertThat(shell.waitFor(120, TimeUnit.SECONDS)).isTrue();
      // A file that got another name since it was listed: cp fails at the end, and rsync returns 24. The rest was copied.
      boolean onlyVanished = shell.exitValue() == 24 || said.lines().allMatch(line -> line.contains("No such file or directory"));
      assertThat(shell.exitValue() == 0 || onlyVanished).as("%s: %s %s", command, shell.exitValue(), said).isTrue();
    }

    private static void need(String tool) throws IOException {
      for (String directory : System.getenv("PATH").split(":")) if (Files.isExecutable(Path.of(directory, tool))) return;
      Assumptions.abort(tool + " is not installed here: nothing in the PATH has that name");
    }
  }
}
