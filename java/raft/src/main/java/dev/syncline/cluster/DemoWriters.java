package dev.syncline.cluster;

import dev.syncline.Operation;
import dev.syncline.replicated.ReplicatedLogClient;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Clients, each with a connection of its own, that append the lines between them and note what was acknowledged. */
final class DemoWriters implements Closeable {
  private static final Duration GIVE_UP = Duration.ofSeconds(60);

  /** An append that returned: which line, and when. */
  record Acknowledged(int line, long nanos) {}

  private final List<byte[]> lines;
  private final AtomicInteger next = new AtomicInteger();
  private final ConcurrentSkipListMap<Long, Acknowledged> acknowledged = new ConcurrentSkipListMap<>();
  private final AtomicInteger count = new AtomicInteger();
  private final ExecutorService pool;
  private final List<ReplicatedLogClient> clients = new ArrayList<>();
  private final List<Future<?>> running = new ArrayList<>();

  DemoWriters(List<String> addresses, List<byte[]> lines, int writers) {
    this.lines = lines;
    this.pool = Executors.newFixedThreadPool(writers);
    for (int i = 0; i < writers; i++) {
      ReplicatedLogClient client = ReplicatedLogClient.connect(addresses, GIVE_UP);
      clients.add(client);
      running.add(pool.submit(() -> append(client)));
    }
  }

  /** A PUT: the line's index, then the line. */
  static Operation operation(int index, byte[] line) {
    return Operation.put(ByteBuffer.allocate(Integer.BYTES).putInt(index).array(), line);
  }

  private Void append(ReplicatedLogClient client) throws IOException {
    for (int index = next.getAndIncrement(); index < lines.size(); index = next.getAndIncrement()) {
      long sequence = client.append(operation(index, lines.get(index)));
      acknowledged.put(sequence, new Acknowledged(index, System.nanoTime()));
      count.incrementAndGet();
    }
    return null;
  }

  /** By sequence. */
  Map<Long, Acknowledged> acknowledged() {
    return acknowledged;
  }

  int count() {
    return count.get();
  }

  /** Waits until so many appends have been acknowledged. */
  void awaitAcknowledged(int wanted) throws IOException {
    while (count.get() < wanted) {
      for (Future<?> each : running) if (each.isDone()) result(each);
      sleep();
    }
  }

  /** Waits until every line has been acknowledged. */
  void awaitEnd() throws IOException {
    for (Future<?> each : running) result(each);
  }

  private static void result(Future<?> writer) throws IOException {
    try {
      writer.get();
    } catch (ExecutionException e) {
      throw new IOException("a client failed: " + e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the clients append", e);
    }
  }

  private static void sleep() throws IOException {
    try {
      TimeUnit.MILLISECONDS.sleep(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the clients append", e);
    }
  }

  /** Acknowledged appends per second, from the first to the last. */
  double perSecond() {
    long[] at = acknowledged.values().stream().mapToLong(Acknowledged::nanos).sorted().toArray();
    return at.length < 2 ? 0 : (at.length - 1) * 1e9 / (at[at.length - 1] - at[0]);
  }

  /** The longest time in which nothing was acknowledged, in nanoseconds, that began within {@code withinNanos} behind a moment. */
  long longestSilenceNanos(long sinceNanos, long withinNanos) {
    long longest = 0;
    long last = sinceNanos;
    for (long at : acknowledged.values().stream().mapToLong(Acknowledged::nanos).sorted().filter(at -> at >= sinceNanos).toArray()) {
      if (last - sinceNanos > withinNanos) break;
      longest = Math.max(longest, at - last);
      last = at;
    }
    return longest;
  }

  @Override
  public void close() throws IOException {
    pool.shutdownNow();
    for (ReplicatedLogClient client : clients) client.close();
  }
}
