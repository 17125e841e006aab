package dev.syncline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;

/** The examples for systemd and compose, and the commands on the pages: that they can be read, and that every option exists. */
class ExamplesTest {
  private static final long STOP_SECONDS = 30;
  private static final Path DEPLOY = Path.of("deploy");

  /** Understands a command without running it. */
  private static void understands(List<String> command) {
    assertThat(SynclineCluster.commandLine().parseArgs(command.toArray(String[]::new)).subcommands()).as("%s", command).isNotEmpty();
  }

  private static List<String> words(String text) {
    return Stream.of(text.strip().split("\\s+")).toList();
  }

  /** What is behind {@code -jar FILE}. */
  private static List<String> behindJar(List<String> command) {
    return command.subList(command.indexOf("-jar") + 2, command.size());
  }

  private static String option(List<String> command, String name) {
    return command.get(command.indexOf(name) + 1);
  }

  @Test
  @SuppressWarnings("unchecked")
  void theComposeFileIsWhole() throws IOException {
    Map<String, Object> file = new Yaml().load(Files.readString(DEPLOY.resolve("compose.yaml")));
    Map<String, Map<String, Object>> services = (Map<String, Map<String, Object>>) file.get("services");
    assertThat(services).hasSize(3);
    services.forEach((name, service) -> {
      List<String> command = (List<String>) service.get("command");
      understands(behindJar(command));
      assertThat(option(command, "--address")).isEqualTo(name + ":7001");
      assertThat(option(command, "--peers").split(",")).containsExactlyInAnyOrderElementsOf(
          services.keySet().stream().map(each -> each + ":7001").toList());
      assertThat(seconds((String) service.get("stop_grace_period"))).isGreaterThan(STOP_SECONDS);
      List<String> volumes = (List<String>) service.get("volumes");
      assertThat(volumes).anyMatch(each -> each.contains(":" + option(command, "-jar") + ":ro"));
      String data = volumes.stream().filter(each -> each.endsWith(":" + option(command, "--directory"))).findFirst().orElseThrow();
      assertThat((Map<String, Object>) file.get("volumes")).containsKey(data.substring(0, data.indexOf(':')));
    });
  }

  private static long seconds(String text) {
    return Long.parseLong(text.replaceFirst("s$", ""));
  }

  private static String unit() throws IOException {
    return Files.readString(DEPLOY.resolve("syncline-node.service"));
  }

  private static String setting(String name) throws IOException {
    return Pattern.compile("^" + name + "=(.*)$", Pattern.MULTILINE).matcher(unit().replace("\\\n", " ")).results()
        .map(found -> found.group(1)).reduce((first, second) -> second).orElseThrow();
  }

  @Test
  void theUnitStartsANodeAndLeavesARemovedOneAlone() throws IOException {
    List<MatchResult> memberships = Pattern.compile("MEMBERSHIP=(--.*?)\\s+\\(").matcher(unit()).results().toList();
    assertThat(memberships).hasSize(2);
    for (MatchResult each : memberships) {
      String command = setting("ExecStart").replace("${ADDRESS}", "10.0.0.1:7001").replace("$MEMBERSHIP", each.group(1));
      assertThat(command).doesNotContain("$");
      understands(behindJar(words(command)));
    }
    assertThat(setting("RestartPreventExitStatus")).isEqualTo("" + SynclineCluster.REMOVED);
    assertThat(seconds(setting("TimeoutStopSec"))).isGreaterThan(STOP_SECONDS);
  }

  @Test
  void systemdKnowsEverythingInTheUnit() throws IOException, InterruptedException {
    Path systemd = Path.of("/usr/bin/systemd-analyze");
    assumeTrue(Files.isExecutable(systemd), "systemd is not here");
    Process process = new ProcessBuilder(systemd.toString(), "verify", DEPLOY.resolve("syncline-node.service").toString())
        .redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    process.waitFor();
    // Whether the machine has the program is another matter.
    assertThat(said.lines().filter(line -> line.contains("syncline-node.service:"))
        .filter(line -> !line.contains("is not executable")).toList()).isEmpty();
  }

  @Test
  void everyCommandOfThePagesIsUnderstood() throws IOException {
    List<List<String>> commands = new ArrayList<>();
    for (String line : Files.readAllLines(Path.of("OPERATIONS.md"))) {
      if (!line.matches("\\| .* \\| (read|append|administer)? ?\\|")) continue;
      for (MatchResult each : Pattern.compile("`([^`]+)`").matcher(line.split("\\|")[2]).results().toList())
        if (!each.group(1).startsWith("-")) commands.add(onPage(each.group(1)));
    }
    assertThat(commands).hasSizeGreaterThan(12);
    String replication = Files.readString(Path.of("REPLICATION.md")).replace("\\\n", " ");
    for (String line : replication.lines().filter(line -> line.contains("java -jar") && line.contains(".jar ")).toList())
      commands.add(behindJar(words(line.replaceFirst("^.*java -jar", "java -jar"))));
    assertThat(commands).anyMatch(command -> command.contains("--peers"));
    commands.forEach(ExamplesTest::understands);
  }

  private static List<String> onPage(String command) {
    List<String> all = new ArrayList<>(List.of("cluster"));
    all.addAll(words(command.replaceAll("\\b[NK]\\b", "1")));
    if (!all.contains("restore")) all.addAll(List.of("--nodes", "10.0.0.1:7001"));
    return all;
  }
}
