package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Operation;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever comes to the port (see {@link Intruder}), the node goes on, has what it acknowledged, and has given back what it took of memory
 * for it. {@code -Dsyncline.fuzz.seconds=N} goes on for longer, a night for an hour; {@code -Dsyncline.seed=N} in another way.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {
  private static final long BRIEFLY_SECONDS = 2;
  private static final long HEAP_GROWTH_BYTES_MAX = 64 << 20;
  private static final List<String> CERTIFICATES = List.of("node", "reader", "nobody", "foreign", "expired");
  private final long seconds = Long.getLong("syncline.fuzz.seconds", Math.max(10, 30 * Long.getLong("nightly.minutes", 0)));
  private final long seed = Long.getLong("syncline.seed", Long.getLong("nightly.seed", 11));

  @TempDir Path temporary;

  @Test
  void whateverComesToThePortTheNodeGoesOn() throws Exception {
    knock(BRIEFLY_SECONDS, false);
  }

  @Tag("laboratory")
  @Test
  void whateverComesToThePortOfANodeWithTlsItGoesOn() throws Exception {
    knock(BRIEFLY_SECONDS, true);
  }

  @Tag("laboratory")
  @Test
  void howeverLongItComes() throws Exception {
    knock(seconds, false);
  }

  @Tag("laboratory")
  @Test
  void howeverLongItComesToANodeWithTls() throws Exception {
    knock(seconds, true);
  }

  private void knock(long lastsSeconds, boolean tls) throws Exception {
    Path files = tls ? certificates() : null;
    try (Cluster cluster = Cluster.start(temporary.resolve("group"), 1, options -> {
      if (tls) options.security(Security.ofNode(
          files.resolve("node.pem"), files.resolve("node.key"), files.resolve("authority.pem"), files.resolve("permissions")));
    })) {
      String address = cluster.addresses().get(0);
      long freeBytes = clientBytesFree(cluster.node(address));
      long heapBytes = heapBytes();
      long expected = 0;
      long tries = 0;
      try (ReplicatedLogClient client = client(cluster, files);
          Intruder intruder = new Intruder(address, group(cluster.directory(address)), seed, files, tls ? CERTIFICATES : List.of())) {
        long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(lastsSeconds);
        while (System.nanoTime() - endNanos < 0) {
          for (int i = 0; i < 20; i++, tries++) intruder.knock();
          // A term that may be taken over makes the node elect itself again; that may take one attempt more.
          assertThat(client.append(Operation.entry(bytes("" + ++expected)))).as("after %d tries, seed %d", tries, seed).isEqualTo(expected);
        }
      }
      Cluster.await("all of the memory for clients to be free", () -> clientBytesFree(cluster.node(address)) == freeBytes);
      Cluster.await("connections to end", () -> Long.parseLong(details(cluster.node(address), "connections")) == 0);
      assertThat(heapBytes() - heapBytes).as("bytes that the heap has grown by").isLessThan(HEAP_GROWTH_BYTES_MAX);
      assertThat(cluster.node(address).failure()).isEmpty();
      cluster.stop(address);
      cluster.start(address);
      cluster.awaitLeader();
      assertThat(cluster.linesOfAll()).hasSize((int) expected);
      System.out.println(tries + " connections, " + expected + " appends beside them, "
          + PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() / 1024 + " KiB of the network's buffers at last, seed " + seed);
    }
  }

  private static UUID group(Path directory) throws IOException {
    return Files.readAllLines(directory.resolve("identity")).stream()
        .filter(line -> line.startsWith("group ")).map(line -> UUID.fromString(line.substring(6))).findFirst().orElseThrow();
  }

  private ReplicatedLogClient client(Cluster cluster, Path tls) throws IOException {
    return tls == null ? cluster.client() : ReplicatedLogClient.connect(cluster.addresses(), Duration.ofSeconds(20),
        Security.ofClient(tls.resolve("writer.pem"), tls.resolve("writer.key"), tls.resolve("authority.pem")));
  }

  private static String details(ReplicatedLog node, String name) {
    return node.administration().orElseThrow().details().get(name);
  }

  private static long clientBytesFree(ReplicatedLog node) {
    return Long.parseLong(details(node, "clientBytesFree"));
  }

  private static long heapBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private Path certificates() throws IOException {
    Path files = Files.createDirectories(temporary.resolve("tls"));
    for (String name : List.of("node", "reader", "writer", "nobody", "foreign", "expired"))
      for (String end : List.of(".pem", ".key")) copy(name + end, files);
    copy("authority.pem", files);
    Files.writeString(files.resolve("permissions"), "node: node\nreader: read\nwriter: read append\n");
    return files;
  }

  private static void copy(String name, Path files) throws IOException {
    try (InputStream in = FuzzTest.class.getResourceAsStream("/tls/" + name)) {
      Files.copy(in, files.resolve(name));
    }
  }
}
