package dev.syncline.replicated;

import dev.syncline.Operation;
import dev.syncline.WalRecord;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Users of a group's nodes, who append and read at the same time and write down what they did and saw. */
final class LogUsers implements AutoCloseable {
  private static final int USERS = 4;
  private static final int ATTEMPTS = 40;
  private final Cluster cluster;
  private final History history;
  private final long seed;
  private final BooleanSupplier over;
  private final ExecutorService pool = Executors.newFixedThreadPool(USERS);
  private final List<Future<?>> users = new ArrayList<>();

  private LogUsers(Cluster cluster, History history, long seed, BooleanSupplier over) {
    this.cluster = cluster;
    this.history = history;
    this.seed = seed;
    this.over = over;
  }

  static LogUsers begin(Cluster cluster, History history, long seed, BooleanSupplier over) {
    LogUsers all = new LogUsers(cluster, history, seed, over);
    for (int user = 0; user < USERS; user++) {
      int number = user;
      all.users.add(all.pool.submit(() -> all.use(number)));
    }
    return all;
  }

  /** Waits until it is over for all of them; throws what one of them did not expect. */
  void await() throws InterruptedException, ExecutionException {
    for (Future<?> user : users) user.get();
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }

  private Void use(int user) throws IOException {
    Random random = new Random(seed * 31 + user);
    long session = 0;
    for (int number = 1; !over.getAsBoolean(); number++) {
      List<ReplicatedLog> nodes = cluster.running();
      if (nodes.isEmpty()) continue; // All are started again.
      ReplicatedLog node = nodes.get(random.nextInt(nodes.size()));
      String payload = seed + "/" + user + ":" + number;
      try {
        if (random.nextInt(3) > 0) read(node, random);
        else if (random.nextBoolean()) append(history, node, payload);
        else session = appendOnce(session, number, payload);
      } catch (UnavailableException | NotLeaderException e) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
      }
    }
    return null;
  }

  static void append(History history, ReplicatedLog node, String payload) throws IOException {
    long startNanos = System.nanoTime();
    try {
      long sequence = node.append(Cluster.bytes(payload));
      history.appended(payload, startNanos, System.nanoTime(), sequence);
    } catch (OutcomeUnknownException e) {
      history.lost(payload, startNanos);
    }
  }

  /** Asks the nodes in turn, under one name, until one says what became of it; gives up now and then, as users do. */
  private long appendOnce(long session, int number, String payload) throws IOException {
    if (session == 0) return openSession(cluster);
    Operation operation = Operation.entry(Cluster.bytes(payload));
    long startNanos = System.nanoTime();
    boolean maybe = false;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      List<ReplicatedLog> nodes = cluster.running();
      if (nodes.isEmpty()) continue;
      try {
        long sequence = nodes.get(attempt % nodes.size()).append(operation, new RequestId(session, number));
        history.appended(payload, startNanos, System.nanoTime(), sequence);
        return session;
      } catch (OutcomeUnknownException e) {
        maybe = true;
      } catch (UnavailableException | NotLeaderException e) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
      }
    }
    if (maybe) history.lost(payload, startNanos);
    return session;
  }

  private static long openSession(Cluster cluster) throws IOException {
    for (ReplicatedLog node : cluster.running()) {
      try {
        if (node.leads()) return node.openSession();
      } catch (OutcomeUnknownException | NotLeaderException e) {
        return 0;
      }
    }
    return 0;
  }

  private void read(ReplicatedLog node, Random random) throws IOException {
    long startNanos = System.nanoTime();
    if (random.nextBoolean()) {
      long highest = node.currentSequence();
      history.sawHighest(startNanos, System.nanoTime(), highest);
    } else {
      long sequence = Math.max(1, node.appliedSequence() - 2 + random.nextInt(5));
      Optional<WalRecord> record = node.read(sequence);
      long endNanos = System.nanoTime();
      if (record.isPresent()) history.sawRecord(startNanos, endNanos, sequence, Cluster.text(record.get().value()));
      else history.sawNone(startNanos, endNanos, sequence);
    }
  }
}
