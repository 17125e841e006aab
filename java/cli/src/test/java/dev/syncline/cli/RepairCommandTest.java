package dev.syncline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepairCommandTest {
  @TempDir Path temporary;
  private Path directory;

  @BeforeEach
  void makeDirectory() {
    directory = temporary.resolve("orders");
  }

  @Test
  void aSoundLogIsLeftAsItIs() throws IOException {
    Cli.sampleLog(directory);
    Map<String, String> before = Cli.contents(directory);
    assertThat(Cli.run("repair", directory).exits(ExitCode.OK).out()).startsWith("ok: nothing is damaged").contains("7 records");
    assertThat(Cli.run("repair", "--json", directory).exits(ExitCode.OK).json().get("needed").asBoolean()).isFalse();
    assertThat(Cli.contents(directory)).isEqualTo(before);
    assertThat(Cli.run("repair", directory, "--apply").exits(ExitCode.OK).out()).startsWith("ok: nothing is damaged");
    assertThat(Cli.run("verify", directory).exits(ExitCode.OK).out()).contains("7 records");
  }

  @Test
  void thePlanSaysWhatIsLostAndWhatIsDoneAndChangesNothing() throws IOException {
    Cli.damage(Cli.sampleLog(directory), "dark green");
    Map<String, String> before = Cli.contents(directory);
    for (Object[] arguments : new Object[][] {{"repair", directory}, {"repair", directory, "--plan"}}) {
      String plan = Cli.run(arguments).exits(ExitCode.PROBLEM).out();
      assertThat(plan).contains("damage      " + directory).contains("lost        sequences 1..1").contains("6 records: 2..7")
          .contains("behind it   6 records of them; CorruptionPolicy.TRUNCATE would give up sequences 1..7")
          .contains(directory.resolve("quarantine").toString()).contains("1. build a new log").endsWith("--apply' does it\n");
    }
    JsonNode json = Cli.run("repair", "--json", directory).exits(ExitCode.PROBLEM).json();
    assertThat(json.at("/lost/0").asText()).isEqualTo("1..1");
    assertThat(json.at("/kept/0").asText()).isEqualTo("2..7");
    assertThat(json.get("keptRecords").asLong()).isEqualTo(6);
    assertThat(json.get("nextSequence").asLong()).isEqualTo(8);
    assertThat(json.get("hasRoom").asBoolean()).isTrue();
    assertThat(json.at("/damage/0/firstLost").asLong()).isEqualTo(1);
    assertThat(Cli.contents(directory)).isEqualTo(before);
  }

  @Test
  void itIsDoneWhenThatIsSaid() throws IOException {
    Cli.damage(Cli.sampleLog(directory), "dark green");
    String done = Cli.run("repair", directory, "--apply").exits(ExitCode.OK).out();
    assertThat(done).contains("lost        sequences 1..1").contains("kept        6 records").contains("next        sequence 8")
        .contains("quarantine  " + directory.resolve("quarantine"));
    assertThat(Cli.run("verify", directory).exits(ExitCode.OK).out()).startsWith("ok: 6 records (2..7)");
    assertThat(Cli.run("info", directory).exits(ExitCode.OK).out()).contains("given up    sequences 1..1");
    assertThat(Cli.files(directory.resolve("quarantine"), "-at-0")).isNotEmpty();
    try (WriteAheadLog log = WriteAheadLog.open(directory)) {
      assertThat(log.append(new byte[1])).isEqualTo(8);
    }
  }

  @Test
  void whatWasDoneIsToldAsJsonToo() throws IOException {
    Cli.damage(Cli.sampleLog(directory), "dark green");
    JsonNode json = Cli.run("repair", "--apply", "--json", directory).exits(ExitCode.OK).json();
    assertThat(json.get("changed").asBoolean()).isTrue();
    assertThat(json.get("resumed").asBoolean()).isFalse();
    assertThat(json.at("/lost/0").asText()).isEqualTo("1..1");
    assertThat(json.get("quarantined").size()).isEqualTo(2);
  }

  @Test
  void aForeignThingInTheWayIsNamedAndLeftAlone() throws IOException {
    Cli.damage(Cli.sampleLog(directory), "dark green");
    Files.writeString(directory.resolve("repair"), "my notes");
    for (String mode : new String[] {"--plan", "--apply"})
      assertThat(Cli.run("repair", directory, mode).exits(ExitCode.NOT_RUN).failsInOneLine().err())
          .contains(directory.resolve("repair").toString()).contains("Move it elsewhere");
    assertThat(Files.readString(directory.resolve("repair"))).isEqualTo("my notes");
  }

  @Test
  void whatIsNoLogIsSaidInOneLine() {
    Path missing = temporary.resolve("missing");
    assertThat(Cli.run("repair", missing).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains(missing + " does not exist");
    assertThat(Cli.run("repair", temporary).exits(ExitCode.NOT_RUN).failsInOneLine().err()).contains(temporary + " is not a log");
    Cli.run("repair", "--plan", "--apply", temporary).exits(ExitCode.USAGE);
  }

  @Test
  void otherCommandsSayWhatIsToBeDoneAboutDamage() throws IOException {
    Cli.damage(Cli.sampleLog(directory), "dark green");
    assertThat(Cli.run("verify", directory).exits(ExitCode.PROBLEM).out()).contains("syncline repair " + directory);
    assertThat(Cli.run("info", directory).exits(ExitCode.PROBLEM).out()).contains("syncline repair " + directory);
  }

  /** No record is lost with it, and every command says so. */
  @Test
  void aSealThatIsDamagedIsWrittenAnewAndUntilThenInNobodysWay() throws IOException {
    Path sealed = Cli.files(Cli.longLog(directory, 60), ".wal").get(0);
    byte[] content = Files.readAllBytes(sealed);
    content[content.length - 4000] ^= 1;
    Files.write(sealed, content);
    String name = sealed.getFileName().toString();
    assertThat(Cli.run("verify", directory).exits(ExitCode.PROBLEM).out())
        .contains(name).contains("no record is lost").contains("1 damaged place: 60 records (1..60)")
        .contains("syncline repair " + directory);
    assertThat(Cli.run("info", directory).exits(ExitCode.OK).out()).contains(name);
    Cli.run("snapshot", directory, temporary.resolve("copy")).exits(ExitCode.OK);
    assertThat(Cli.run("verify", temporary.resolve("copy")).exits(ExitCode.OK).out()).startsWith("ok: 60 records");
    assertThat(Cli.run("repair", directory).exits(ExitCode.PROBLEM).out())
        .contains("no record is lost").contains("lost        no record").contains("kept        60 records").doesNotContain("quarantine")
        .contains("1. write a copy of " + name + " with a seal of its own");
    assertThat(Cli.run("repair", directory, "--apply").exits(ExitCode.OK).out())
        .contains("lost        no record").contains("kept        60 records").doesNotContain("quarantine");
    assertThat(Cli.run("verify", directory).exits(ExitCode.OK).out()).startsWith("ok: 60 records (1..60)");
  }

  @Test
  void whereThereIsNothingToDoTheRecordsAreCountedAllTheSame() throws IOException {
    Cli.sampleLog(directory);
    JsonNode json = Cli.run("repair", "--apply", "--json", directory).exits(ExitCode.OK).json();
    assertThat(json.get("changed").asBoolean()).isFalse();
    assertThat(json.get("keptRecords").asLong()).isEqualTo(7);
  }
}
