package dev.syncline.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.syncline.Operation;
import dev.syncline.RecordType;
import dev.syncline.replicated.ClientRecord;
import dev.syncline.replicated.History;
import dev.syncline.replicated.NodeClient;
import dev.syncline.replicated.NodeStatus;
import dev.syncline.replicated.OutcomeUnknownException;
import dev.syncline.replicated.ReplicatedLogClient;
import dev.syncline.replicated.UnavailableException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes, any of which is killed, stopped or robbed of its disk at any moment while clients append and read: nothing that was acknowledged is
 * lost, and what the clients saw is explained by one log. {@code -Dsyncline.kills=N} kills more often, {@code -Dsyncline.seed=N} at
 * other moments.
 */
@Tag("laboratory")
@Timeout(value = 2, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RandomKillsTest {
  private static final int USERS = 4;
  private static final List<String> OPTIONS = List.of("--election-timeout", "400", "--snapshot-every", "1");
  private static final Logger JRAFT = Logger.getLogger("com.alipay");
  private final int kills = Integer.getInteger("syncline.kills", 3);
  private final long seed = Long.getLong("syncline.seed", Long.getLong("nightly.seed", 9));
  private final Random random = new Random(seed);
  private final History history = new History();
  private final AtomicBoolean over = new AtomicBoolean();

  @TempDir Path temporary;

  private interface Work {
    void run() throws Exception;
  }

  @Test
  void killingAnyProcessAtAnyTimeLosesNothingAcknowledged() throws Exception {
    try (DemoNodes nodes = new DemoNodes(temporary, 3, OPTIONS)) {
      besideUsers(nodes, () -> {
        for (int kill = 0; kill < kills; kill++) trouble(nodes);
      });
      judge(nodes, kills + " kills, stops and lost disks");
    }
  }

  /** An hour forwards, an hour back, and right again: the leader first, then the others one by one; and then any at any time. */
  @Test
  void wallClocksThatJumpLoseNothingAndStopNobody() throws Exception {
    WallClocks clocks = WallClocks.make(temporary).orElse(null);
    assumeTrue(clocks != null, "needs a C compiler, and a system that loads a library before all others");
    List<Duration> jumps = List.of(Duration.ofHours(1), Duration.ofHours(-1), Duration.ZERO);
    try (DemoNodes nodes = new DemoNodes(temporary, 3, OPTIONS, clocks::environmentOf)) {
      besideUsers(nodes, () -> {
        for (Duration ahead : jumps) {
          DemoNode leader = nodes.awaitLeader();
          clocks.set(leader.name(), ahead);
          awaitMore(nodes);
          for (DemoNode each : nodes.all()) {
            clocks.set(each.name(), ahead);
            awaitMore(nodes);
          }
        }
        // Whoever subtracts two readings has one of each side at some time, however near they are.
        for (int i = 0; i < 1000; i++) {
          clocks.set(nodes.all().get(random.nextInt(3)).name(), jumps.get(random.nextInt(jumps.size())));
          pause(random.nextInt(4));
        }
        awaitMore(nodes);
        for (DemoNode each : nodes.all()) assertThat(each.runs()).as("%s runs", each.name()).isTrue();
      });
      judge(nodes, "clocks that jumped");
    }
  }

  private void besideUsers(DemoNodes nodes, Work work) throws Exception {
    JRAFT.setLevel(Level.OFF);
    nodes.startAll();
    ExecutorService pool = Executors.newFixedThreadPool(USERS);
    try {
      List<Future<?>> users = new ArrayList<>();
      for (int user = 0; user < USERS; user++) {
        int number = user;
        users.add(pool.submit(() -> use(nodes, number)));
      }
      nodes.awaitLeader();
      work.run();
      over.set(true);
      for (Future<?> user : users) user.get();
    } finally {
      over.set(true);
      pool.shutdownNow();
    }
  }

  /** Until some more appends were acknowledged, and a record that is appended now is applied by every node. */
  private void awaitMore(DemoNodes nodes) throws IOException, InterruptedException {
    long enough = history.acknowledged() + 20;
    while (history.acknowledged() < enough) pause(20);
    for (DemoNode each : nodes.all()) nodes.awaitCaughtUp(each);
  }

  // Trouble.

  private void trouble(DemoNodes nodes) throws IOException, InterruptedException {
    pause(random.nextInt(800));
    DemoNode victim = random.nextBoolean() ? nodes.awaitLeader() : nodes.all().get(random.nextInt(3));
    if (random.nextInt(4) == 0) {
      // A stopped leader comes back to life believing that it leads.
      victim.pause();
      pause(300 + random.nextInt(1500));
      victim.resume();
      nodes.awaitCaughtUp(victim);
      return;
    }
    // Now and then its disk is lost with it, whoever else may be behind.
    if (random.nextInt(4) == 0) victim.wipe();
    else victim.kill();
    pause(random.nextInt(1000));
    victim.start();
    // Killed once more while it recovers or catches up, now and then.
    if (random.nextInt(3) == 0) {
      pause(random.nextInt(300));
      victim.kill();
      victim.start();
    }
    nodes.awaitCaughtUp(victim);
    nodes.awaitVoter(victim);
  }

  private static void pause(int millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }

  // Users.

  private Void use(DemoNodes nodes, int user) throws IOException {
    Random choice = new Random(seed * 31 + user);
    try (ReplicatedLogClient client = ReplicatedLogClient.connect(nodes.addresses(), Duration.ofSeconds(5))) {
      for (int number = 1; !over.get(); number++) {
        if (choice.nextInt(3) > 0) append(client, user + ":" + number + ":" + "x".repeat(choice.nextInt(2000)));
        else read(nodes.clientOf(nodes.all().get(choice.nextInt(3))), choice);
      }
    }
    return null;
  }

  private void append(ReplicatedLogClient client, String payload) throws IOException {
    long startNanos = System.nanoTime();
    try {
      long sequence = client.append(Operation.entry(payload.getBytes(StandardCharsets.UTF_8)));
      history.appended(payload, startNanos, System.nanoTime(), sequence);
    } catch (OutcomeUnknownException e) {
      history.lost(payload, startNanos);
    } catch (UnavailableException e) {
      // Certainly not appended: the judge would find it to be a record that nobody appended.
    }
  }

  private void read(NodeClient node, Random choice) throws IOException {
    try {
      long startNanos = System.nanoTime();
      NodeStatus status = node.status();
      history.sawHighest(startNanos, System.nanoTime(), status.currentSequence());
      long sequence = Math.max(1, status.currentSequence() - 1 + choice.nextInt(4));
      long againNanos = System.nanoTime();
      Optional<ClientRecord> record = node.read(sequence);
      if (record.isPresent()) history.sawRecord(againNanos, System.nanoTime(), sequence, text(record.get()));
      else history.sawNone(againNanos, System.nanoTime(), sequence);
    } catch (UnavailableException e) {
      // A node that was killed, or has nobody to ask.
    }
  }

  private static String text(ClientRecord record) {
    return new String(record.value(), StandardCharsets.UTF_8);
  }

  // The verdict.

  private void judge(DemoNodes nodes, String after) throws IOException {
    Map<Long, String> first = null;
    for (DemoNode node : nodes.all()) {
      nodes.awaitCaughtUp(node);
      Map<Long, String> records = records(nodes.clientOf(node));
      if (first != null) assertThat(records).as("records of %s, seed %d", node.name(), seed).isEqualTo(first);
      first = records;
    }
    history.check(first);
    assertThat(history.acknowledged()).as("acknowledged of %d operations, seed %d", history.size(), seed).isGreaterThan(100);
    System.out.println(after + ", " + history.size() + " operations, " + history.acknowledged()
        + " appends acknowledged, seed " + seed);
  }

  private static Map<Long, String> records(NodeClient node) throws IOException {
    Map<Long, String> records = new HashMap<>();
    long last = 0;
    for (List<ClientRecord> part = node.scan(0); !part.isEmpty(); part = node.scan(last)) {
      for (ClientRecord record : part) {
        assertThat(record.sequence()).as("no gap").isEqualTo(++last);
        if (record.type() == RecordType.ENTRY) records.put(record.sequence(), text(record));
      }
    }
    return records;
  }
}
