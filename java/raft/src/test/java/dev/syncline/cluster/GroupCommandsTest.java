package dev.syncline.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.replicated.ReplicatedLog;
import dev.syncline.replicated.ReplicatedLogOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every command that asks a group, against one that runs. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GroupCommandsTest {
  private static final Logger JRAFT = Logger.getLogger("com.alipay");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  @TempDir Path temporary;
  private final Map<String, ReplicatedLog> running = new TreeMap<>();
  private List<String> addresses;
  private String nodes;
  private String err;

  @BeforeEach
  void start() throws IOException {
    JRAFT.setLevel(Level.OFF);
    addresses = DemoNodes.freeAddresses(5);
    List<String> three = addresses.subList(0, 3);
    nodes = String.join(",", three);
    for (String each : three) open(ReplicatedLogOptions.builder(directory(each), each, three));
    assertThat(run(0, "wait-ready", "--json").get(0)).contains("\"highestSequence\":0");
  }

  private void open(ReplicatedLogOptions.Builder options) throws IOException {
    ReplicatedLog node = ReplicatedLog.open(options.electionTimeout(Duration.ofMillis(500)).build());
    running.put(node.administration().orElseThrow().details().get("address"), node);
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  private Path directory(String address) {
    return temporary.resolve(address.replace(':', '-'));
  }

  @AfterEach
  void stop() throws IOException {
    for (ReplicatedLog each : running.values()) each.close();
  }

  /** Runs a command below "cluster" with --nodes; its output, line by line. */
  private List<String> run(int exitCode, String... arguments) {
    List<String> all = new ArrayList<>(List.of("cluster"));
    all.addAll(List.of(arguments));
    if (!all.contains("restore")) all.addAll(List.of("--nodes", nodes));
    return execute(exitCode, all);
  }

  private List<String> execute(int exitCode, List<String> arguments) {
    StringWriter out = new StringWriter();
    StringWriter complaints = new StringWriter();
    int code = SynclineCluster.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(complaints))
        .execute(arguments.toArray(String[]::new));
    err = complaints.toString();
    assertThat(code).as("exit code of %s, which said %s%s", arguments, out, err).isEqualTo(exitCode);
    return out.toString().lines().toList();
  }

  /** Of a group that has a leader: on a busy machine it may be choosing another one at any moment. */
  private List<String> status(String... how) {
    List<String> command = new ArrayList<>(List.of("status"));
    command.addAll(List.of(how));
    long deadlineNanos = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    while (true) {
      try {
        return run(0, command.toArray(String[]::new));
      } catch (AssertionError noLeader) {
        if (System.nanoTime() - deadlineNanos > 0) throw noLeader;
      }
    }
  }

  private static List<JsonNode> parsed(List<String> lines) throws IOException {
    List<JsonNode> all = new ArrayList<>();
    for (String line : lines) all.add(MAPPER.readTree(line));
    return all;
  }

  @Tag("laboratory")
  @Test
  void recordsAreAppendedReadFollowedAndForgotten() throws IOException {
    assertThat(run(0, "append", "one")).containsExactly("1");
    assertThat(run(0, "append", "--key", "k", "two")).containsExactly("2");
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream("three\nfour\n".getBytes(StandardCharsets.UTF_8)));
    try {
      assertThat(run(0, "append", "--json")).containsExactly("{\"sequence\":3}", "{\"sequence\":4}");
    } finally {
      System.setIn(before);
    }
    assertThat(run(0, "read")).containsExactly("1 ENTRY one", "2 PUT k = two", "3 ENTRY three", "4 ENTRY four");
    assertThat(run(0, "read", "--after", "1", "--count", "2")).containsExactly("2 PUT k = two", "3 ENTRY three");
    List<JsonNode> records = parsed(run(0, "tail", "--json"));
    assertThat(records).hasSize(4);
    assertThat(records.get(1).get("value").binaryValue()).isEqualTo("two".getBytes(StandardCharsets.UTF_8));
    run(0, "truncate", "--through", "2");
    assertThat(run(0, "read")).containsExactly("3 ENTRY three", "4 ENTRY four");
    run(2, "truncate", "--through", "99");
    assertThat(err).contains("the highest sequence is 4");
  }

  @Tag("laboratory")
  @Test
  void tailFollowsUntilItIsInterrupted() throws Exception {
    run(0, "append", "one");
    StringWriter out = new StringWriter();
    Thread tail = new Thread(() -> SynclineCluster.commandLine().setOut(new PrintWriter(out))
        .execute("cluster", "tail", "-f", "--nodes", nodes));
    tail.start();
    run(0, "append", "two");
    long deadlineNanos = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!out.toString().contains("2 ENTRY two")) {
      assertThat(System.nanoTime() - deadlineNanos).as("what was appended is printed").isNegative();
      Thread.sleep(20);
    }
    tail.interrupt();
    tail.join();
    assertThat(out.toString().lines()).containsExactly("1 ENTRY one", "2 ENTRY two");
  }

  @Tag("laboratory")
  @Test
  void statusShowsEveryNodeAndFailsIfOneIsSilent() throws IOException {
    run(0, "append", "one");
    List<JsonNode> all = parsed(status("--json"));
    assertThat(all).hasSize(3);
    assertThat(all).extracting(each -> each.get("role").asText()).containsExactlyInAnyOrder("leader", "follower", "follower");
    for (JsonNode each : all) {
      for (String field : List.of("term", "lastIndex", "committedIndex", "appliedIndex", "appliedSequence", "lag", "freeBytes"))
        assertThat(each.get(field).asLong()).as("%s of %s", field, each).isNotNegative();
      assertThat(each.get("voters").asText().split(",")).hasSize(3);
    }
    assertThat(status()).hasSize(4).anyMatch(line -> line.contains(" leader "));
    String follower = running.keySet().stream().filter(each -> !running.get(each).leads()).findFirst().orElseThrow();
    running.remove(follower).close();
    // One of the others is enough to know of it.
    nodes = running.keySet().iterator().next();
    assertThat(run(1, "status")).anyMatch(line -> line.startsWith(follower) && line.contains("does not answer"));
    for (ReplicatedLog each : running.values()) each.close();
    running.clear();
    run(3, "wait-ready", "--timeout", "1");
  }

  @Tag("laboratory")
  @Test
  void membersComeGoAndTakeEachOthersPlace() throws IOException {
    run(0, "append", "one");
    for (String each : addresses.subList(3, 5)) open(ReplicatedLogOptions.joining(directory(each), each));
    String learner = addresses.get(3);
    String fresh = addresses.get(4);
    assertThat(run(0, "members", "add", learner, "--learner")).containsExactly(learner + " is in the group as a learner");
    String old = addresses.get(0);
    assertThat(run(0, "members", "replace", old, fresh, "--json").get(0)).contains(fresh + " is in the group, and " + old);
    nodes = nodes.replace(old, fresh);
    assertThat(run(0, "transfer", fresh)).containsExactly(fresh + " leads");
    List<JsonNode> all = parsed(status("--json"));
    assertThat(all).extracting(each -> each.get("role").asText()).containsExactlyInAnyOrder("leader", "follower", "follower", "learner");
    assertThat(run(0, "members", "remove", learner)).containsExactly(learner + " is not in the group any more");
    assertThat(run(0, "members", "remove", learner)).containsExactly(learner + " is not in the group, and was not before");
    run(2, "members", "add", "nonsense");
    running.remove(old).close();
    // A node that was removed says so and ends with a code of its own.
    execute(4, List.of("node", "--address", old, "--join", "--directory", directory(old).toString()));
    assertThat(err).contains(old + " was removed from its group").contains("--join");
    assertThat(run(0, "read")).containsExactly("1 ENTRY one");
  }

  @Tag("laboratory")
  @Test
  void whatIsWrongIsSaidOfTheNodeThatItIsWrongWith() throws IOException {
    String absent = addresses.get(4);
    run(3, "members", "add", absent, "--timeout", "8");
    assertThat(err).contains(absent + " cannot be reached by").contains("Connection refused");
    run(2, "members", "add", "0.0.0.0:7001");
    run(2, "members", "add", "127.0.0.1:0");
    execute(2, List.of("cluster", "append", "x", "--nodes", "127.0.0.1"));
    assertThat(err).contains("expected an address like 10.0.0.1:7001, found \"127.0.0.1\"").hasLineCount(1);
    nodes = absent + "," + nodes;
    assertThat(status()).anyMatch(line -> line.matches(absent + " +does not answer: Connection refused.*"));
    for (ReplicatedLog each : running.values()) each.close();
    running.clear();
    run(3, "backup", "--to", temporary.resolve("none").toString(), "--timeout", "2");
    assertThat(err).contains(absent + " does not answer: Connection refused").contains("; " + addresses.get(0) + " does not answer");
    execute(3, List.of("node", "--address", "no.such.host.invalid:7001", "--join", "--insecure",
        "--directory", directory("elsewhere").toString()));
    assertThat(err).contains("cannot listen on no.such.host.invalid:7001: nobody knows a host of this name");
    // The next try with the right address finds nothing that it would have to be told to delete.
    open(ReplicatedLogOptions.joining(directory("elsewhere"), absent));
    assertThat(running.get(absent).administration().orElseThrow().details()).containsEntry("role", "waiting");
  }

  @Tag("laboratory")
  @Test
  void aBackupOfARunningGroupIsALogAndBecomesAnotherGroup() throws IOException {
    for (int i = 1; i <= 30; i++) run(0, "append", "" + i);
    run(0, "truncate", "--through", "10");
    run(0, "snapshot", "now");
    run(0, "append", "31");
    Path backup = temporary.resolve("backup");
    assertThat(run(0, "backup", "--to", backup.toString())).containsExactly(backup + " holds the log up to sequence 31");
    run(3, "backup", "--to", backup.toString());
    assertThat(err).contains("expected nothing there");
    run(0, "append", "behind the backup");
    List<String> copied = new ArrayList<>();
    try (WriteAheadLog log = WriteAheadLog.open(backup); var cursor = log.iterate()) {
      assertThat(log.firstSequence()).isEqualTo(11);
      while (cursor.hasNext()) copied.add(text(cursor.next()));
    }
    assertThat(copied).hasSize(21).startsWith("11 11").endsWith("31 31");
    for (ReplicatedLog each : running.values()) each.close();
    running.clear();
    assertThat(Files.exists(directory(addresses.get(0)).resolve("backup"))).as("the copy that was fetched").isFalse();

    String address = addresses.get(3);
    assertThat(run(0, "restore", "--from", backup.toString(), "--directory", directory(address).toString(), "--address", address).get(0))
        .contains("holds the log up to sequence 31");
    run(3, "restore", "--from", backup.toString(), "--directory", directory(address).toString(), "--address", address);
    // The directory above the backup, say: opening it would make a log of it.
    Path above = backup.getParent();
    List<String> before = names(above);
    Path none = temporary.resolve("of nothing");
    run(3, "restore", "--from", above.toString(), "--directory", none.toString(), "--address", address);
    assertThat(err).contains(above + ": expected the files of a log");
    assertThat(names(above)).isEqualTo(before);
    assertThat(none).doesNotExist();
    open(ReplicatedLogOptions.builder(directory(address), address, List.of(address)));
    String joining = addresses.get(4);
    open(ReplicatedLogOptions.joining(directory(joining), joining));
    nodes = address;
    run(0, "wait-ready");
    run(0, "members", "add", joining);
    assertThat(run(0, "append", "in the new group")).containsExactly("32");
    nodes = joining;
    assertThat(run(0, "read")).hasSize(22).startsWith("11 ENTRY 11").endsWith("32 ENTRY in the new group");
    // The old group's nodes are of another one.
    open(ReplicatedLogOptions.builder(directory(addresses.get(0)), addresses.get(0), addresses.subList(0, 3)));
    run(2, "members", "add", addresses.get(0));
    assertThat(err).contains("belongs to the group");
  }

  private static String text(WalRecord record) {
    return record.sequence() + " " + new String(record.value(), StandardCharsets.UTF_8);
  }
}
