package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Networks, disks and processes fail while an operator puts nodes in, takes them out, replaces them and lets others lead, and users append
 * and read: what the users saw is explained by one log, every node has it, and the group goes on. {@code -Dsyncline.breaker.seconds=N}
 * breaks for longer, a night for an hour, in groups of a minute each; {@code -Dsyncline.seed=N} in another way.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class BreakerTest {
  private static final long BRIEFLY_SECONDS = 10;
  private static final long EPISODE_SECONDS = 60;
  private final long seconds = Long.getLong("syncline.breaker.seconds", Math.max(20, 60 * Long.getLong("nightly.minutes", 0)));
  private final long seed = Long.getLong("syncline.seed", Long.getLong("nightly.seed", 17));

  @TempDir Path temporary;

  @Tag("laboratory")
  @Test
  void whateverFailsNothingIsLostAndTheGroupGoesOn() throws Exception {
    episode(seed, BRIEFLY_SECONDS);
  }

  @Tag("laboratory")
  @Test
  void howeverLongItFails() throws Exception {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    for (long number = 1; System.nanoTime() - endNanos < 0; number++) {
      long leftSeconds = TimeUnit.NANOSECONDS.toSeconds(endNanos - System.nanoTime()) + 1;
      episode(seed + number, Math.min(EPISODE_SECONDS, leftSeconds));
    }
  }

  private void episode(long its, long lastsSeconds) throws Exception {
    Path directory = temporary.resolve(Long.toString(its));
    Map<String, Disk> disks = new ConcurrentHashMap<>();
    History history = new History();
    AtomicBoolean over = new AtomicBoolean();
    try (Cluster cluster = Cluster.start(directory, 3, BreakerTest::options, options ->
        disks.computeIfAbsent(options.address(), address -> new Disk()).open(options))) {
      Weather weather = new Weather(cluster, disks, its);
      Operator operator = new Operator(cluster, weather, its);
      long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(lastsSeconds);
      try (LogUsers users = LogUsers.begin(cluster, history, its, over::get)) {
        CompletableFuture<Void> raging =
            CompletableFuture.runAsync(() -> repeat(weather::trouble, endNanos, over), task -> new Thread(task, "weather").start());
        repeat(operator::change, endNanos, over);
        raging.join();
        Cluster.await("an append after everything is well again", () -> appends(cluster, weather, history, its));
        over.set(true);
        users.await();
      } finally {
        over.set(true);
      }
      assertThat(cluster.running()).as("nodes that run").hasSize(weather.exposed().size());
      for (String each : weather.exposed()) Cluster.await(each + " to catch up", () -> caughtUp(cluster, weather, each));
      cluster.linesOfAll();
      history.check(cluster.records());
      System.out.println("seed " + its + ": " + history.size() + " operations, " + history.acknowledged() + " appends acknowledged, "
          + cluster.running().size() + " nodes at last; " + weather.counts() + " " + operator.counts() + " " + weather.startedAgain()
          + " noticed later that their disks had failed");
    } catch (Exception | AssertionError e) {
      throw new AssertionError("seed " + its + ": " + e.getMessage(), e);
    }
    StateDirectory.delete(directory);
  }

  private static void options(ReplicatedLogOptions.Builder options) {
    options.requestTimeout(Duration.ofSeconds(2)).snapshotEveryBytes(4 << 10).maxSegmentSize(64 << 10);
  }

  private interface Step {
    void run() throws IOException;
  }

  private static void repeat(Step step, long endNanos, AtomicBoolean over) {
    try {
      while (System.nanoTime() - endNanos < 0 && !over.get()) step.run();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean appends(Cluster cluster, Weather weather, History history, long its) {
    try {
      weather.supervise();
      long before = history.acknowledged();
      LogUsers.append(history, cluster.leader(), its + "/last " + System.nanoTime());
      return history.acknowledged() > before;
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean caughtUp(Cluster cluster, Weather weather, String address) {
    try {
      weather.supervise();
      cluster.node(address).barrier();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Who changes the group while things happen to it. */
  private static final class Operator {
    private enum Order { TRANSFER, ADD, ADD_LEARNER, REMOVE, REPLACE }

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final int NODES_MAX = 5;
    private static final Order[] ORDERS = Order.values();
    private final Cluster cluster;
    private final Weather weather;
    private final Random random;
    private final Map<Order, Integer> counts = new EnumMap<>(Order.class);

    /** One at most. */
    private Optional<String> learner = Optional.empty();

    Operator(Cluster cluster, Weather weather, long seed) {
      this.cluster = cluster;
      this.weather = weather;
      this.random = new Random(~seed);
    }

    Map<Order, Integer> counts() {
      return counts;
    }

    void change() throws IOException {
      try {
        changeSomething();
      } catch (IOException e) {
        throw new IOException(e.getMessage() + "\n" + cluster.describe(), e);
      }
    }

    private void changeSomething() throws IOException {
      List<String> members = weather.exposed();
      String some = members.get(random.nextInt(members.size()));
      Order order = possible(ORDERS[random.nextInt(ORDERS.length)], members.size(), learner.filter(some::equals).isPresent());
      counts.merge(order, 1, Integer::sum);
      try (GroupClient operator = GroupClient.connect(members, PATIENCE, Optional.empty())) {
        switch (order) {
          case TRANSFER -> transfer(operator, some);
          case ADD -> add(operator, false);
          case ADD_LEARNER -> add(operator, true);
          case REMOVE -> remove(operator, some);
          case REPLACE -> {
            add(operator, false);
            remove(operator, some);
          }
          default -> throw new AssertionError(order);
        }
      }
    }

    /** Three voters there are always: with less, a lost disk is a lost group. */
    private Order possible(Order order, int nodes, boolean ofLearner) {
      boolean grows = order == Order.ADD || order == Order.ADD_LEARNER || order == Order.REPLACE;
      boolean refused = grows && nodes >= NODES_MAX
          || order == Order.ADD_LEARNER && learner.isPresent()
          || order == Order.REMOVE && !ofLearner && nodes - (learner.isPresent() ? 1 : 0) <= 3;
      return refused ? Order.TRANSFER : order;
    }

    /** A learner cannot lead, and who is cut off or behind may not get to. */
    private static void transfer(GroupClient operator, String address) throws IOException {
      try {
        operator.transfer(address);
      } catch (IllegalArgumentException | ReplicationException e) {
        // Whoever leads goes on leading.
      }
    }

    private void add(GroupClient operator, boolean asLearner) throws IOException {
      String address = cluster.startJoining();
      operator.add(address, asLearner);
      if (asLearner) learner = Optional.of(address);
      weather.expose(address);
    }

    private void remove(GroupClient operator, String address) throws IOException {
      weather.shelter(address);
      operator.remove(address);
      learner = learner.filter(each -> !each.equals(address));
      weather.end(address);
    }
  }
}
