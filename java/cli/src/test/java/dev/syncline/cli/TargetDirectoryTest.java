package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TargetDirectoryTest {
  @TempDir Path temporary;
  private Path target;

  @BeforeEach
  void name() {
    target = temporary.resolve("target");
  }

  /** As a process leaves it that is killed: nothing there is named like a log's. */
  @Test
  void untilItIsInstalledTheDirectoryIsNoLog() throws IOException {
    try (TargetDirectory made = TargetDirectory.prepare(target)) {
      Cli.sampleLog(made.log());
      assertThat(Cli.run("info", target).exits(ExitCode.NOT_RUN).err()).contains("is not a log");
      made.install();
    }
    assertThat(Cli.run("dump", target).exits(ExitCode.OK).lines()).hasSize(7);
  }

  @Test
  void whatIsNotInstalledIsGone() throws IOException {
    for (boolean existed : new boolean[] {false, true}) {
      if (existed) Files.createDirectory(target);
      try (TargetDirectory made = TargetDirectory.prepare(target)) {
        Cli.sampleLog(made.log());
      }
      assertThat(Files.exists(target)).isEqualTo(existed);
      if (existed) assertThat(target).isEmptyDirectory();
    }
  }

  @Test
  void whatSomebodyElsePutsThereMeanwhileStays() throws IOException {
    Path other = target.resolve("other");
    try (TargetDirectory made = TargetDirectory.prepare(target)) {
      Cli.sampleLog(made.log());
      Files.writeString(other, "not ours");
      assertThatThrownBy(made::install).isInstanceOf(CliException.class).hasMessageContaining("found other in it");
      Files.delete(other);
      made.install();
    }
    Cli.run("verify", target).exits(ExitCode.OK);
  }

  // What a process leaves that is killed.

  private Path givenKilled(Path in) throws IOException {
    Path left = Files.createDirectories(in.resolve(".syncline-8123"));
    Cli.sampleLog(left.resolve("log"));
    Files.createFile(left.resolve("lock"));
    Files.createFile(left.resolve("log").resolve("00000000000000000002.ready"));
    return left;
  }

  @Test
  void whatAKilledOneHasLeftTheNextOneRemoves() throws IOException {
    givenKilled(target);
    Files.createDirectory(target.resolve(".syncline-77"));
    assertThat(Cli.run("info", target).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains("is not a log", "was killed: do it again");
    try (TargetDirectory made = TargetDirectory.prepare(target)) {
      Cli.sampleLog(made.log());
      made.install();
    }
    assertThat(Cli.run("verify", target).exits(ExitCode.OK).out()).contains("7 records").doesNotContain("note");
    assertThat(Cli.files(target, "")).noneMatch(file -> file.getFileName().toString().startsWith("."));
  }

  @Test
  void whatIsNotOnlyLeftOfAKilledOneIsNamedAndStays() throws IOException {
    Path notes = Files.writeString(givenKilled(target).resolve("log").resolve("notes"), "mine");
    assertThatThrownBy(() -> TargetDirectory.prepare(target)).isInstanceOf(CliException.class)
        .hasMessageContaining(".syncline-8123").hasMessageContaining("notes");
    assertThat(notes).hasContent("mine");
    assertThat(target.resolve(".syncline-8123/log/log.mark")).exists();
  }

  @Test
  void ofTwoAtOnceTheSecondIsRefused() throws IOException {
    try (TargetDirectory made = TargetDirectory.prepare(target)) {
      assertThatThrownBy(() -> TargetDirectory.prepare(target)).isInstanceOf(CliException.class).hasMessageContaining("under way");
      Cli.sampleLog(made.log());
      made.install();
    }
    Cli.run("verify", target).exits(ExitCode.OK);
  }

  /** Killed while files are put in place, or just behind that. */
  @Test
  void besideALogItIsNamed() throws IOException {
    Cli.sampleLog(target);
    givenKilled(target);
    assertThat(Cli.run("verify", target).exits(ExitCode.OK).out()).contains("note: .syncline-8123: left of an import");
    assertThat(Cli.run("info", target).exits(ExitCode.OK).out()).contains("note        .syncline-8123: left of an import");
    assertThatThrownBy(() -> TargetDirectory.prepare(target)).isInstanceOf(CliException.class)
        .hasMessageContaining("is not empty").hasMessageContaining("was killed").hasMessageContaining("remove the directory");
  }

  /** A log without its mark is damaged; one of which only the mark is there is, too. */
  @Test
  void ifAFileCannotBePutInPlaceNoneIs() throws IOException {
    Files.createDirectory(target);
    try (TargetDirectory made = TargetDirectory.prepare(target)) {
      Cli.sampleLog(made.log());
      Files.delete(made.log().resolve("log.mark"));
      assertThatThrownBy(made::install).isInstanceOf(IOException.class);
    }
    assertThat(target).isEmptyDirectory();
  }

  /** As a process leaves it that is killed between two files: a part of a log is not a shorter one. */
  @Test
  void betweenTwoFilesItSaysWhichRecordsAreNotThere() throws IOException {
    int[] files = new int[1];
    try (TargetDirectory made = TargetDirectory.prepare(target)) {
      try (WriteAheadLog log = WriteAheadLog.open(made.log(), WalOptions.builder().maxSegmentSize(64 << 10).build())) {
        while (log.stats().segments() < 4) log.append(new byte[8000]);
      }
      made.install(() -> requireToldFrom(++files[0]));
    }
    assertThat(files[0]).isEqualTo(5);
    Cli.run("verify", target).exits(ExitCode.OK);
  }

  private void requireToldFrom(int files) {
    if (files == 5) return;
    assertThat(Cli.run("verify", target).exits(ExitCode.PROBLEM).out()).as("%s files", files).contains("are lost");
  }
}
