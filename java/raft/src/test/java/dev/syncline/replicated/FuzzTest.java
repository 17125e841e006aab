package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Operation;
import dev.syncline.replicated.net.Hello;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever comes to the port: random bytes, and the protocol's own frames with bits changed, from strangers and from who knows the group's
 * name. The node goes on, and has what it acknowledged. {@code -Dsyncline.fuzz.seconds=N} goes on for longer, a night for an hour; {@code
 * -Dsyncline.seed=N} in another way.
 */
@Timeout(value = 3, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FuzzTest {
  private static final byte[] KINDS = {1, 2, 3, 4, 5, 6, 0, -1};
  private static final long BRIEFLY_SECONDS = 2;
  private final long seconds = Long.getLong("syncline.fuzz.seconds", Math.max(10, 60 * Long.getLong("nightly.minutes", 0)));
  private final long seed = Long.getLong("syncline.seed", Long.getLong("nightly.seed", 11));
  private final Random random = new Random(seed);

  @TempDir Path temporary;

  @Test
  void whateverComesToThePortTheNodeGoesOn() throws Exception {
    knock(BRIEFLY_SECONDS);
  }

  @Tag("laboratory")
  @Test
  void howeverLongItComes() throws Exception {
    knock(seconds);
  }

  private void knock(long seconds) throws Exception {
    try (Cluster cluster = Cluster.start(temporary, 1); ReplicatedLogClient client = cluster.client()) {
      String address = cluster.addresses().get(0);
      UUID group = Files.readAllLines(cluster.directory(address).resolve("identity")).stream()
          .filter(line -> line.startsWith("group ")).map(line -> UUID.fromString(line.substring(6))).findFirst().orElseThrow();
      long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      long expected = 0;
      long tries = 0;
      while (System.nanoTime() - endNanos < 0) {
        for (int i = 0; i < 20; i++, tries++) attack(address, group);
        // A term that may be taken over makes the node elect itself again; that may take one attempt more.
        assertThat(client.append(Operation.entry(bytes("" + ++expected)))).as("after %d tries, seed %d", tries, seed).isEqualTo(expected);
      }
      assertThat(cluster.node(address).failure()).isEmpty();
      cluster.stop(address);
      cluster.start(address);
      cluster.awaitLeader();
      assertThat(cluster.linesOfAll()).hasSize((int) expected);
      System.out.println(tries + " connections, " + expected + " appends beside them, seed " + seed);
    }
  }

  private void attack(String address, UUID group) throws IOException {
    int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout((int) Duration.ofSeconds(5).toMillis());
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(all);
      int way = random.nextInt(4);
      if (way == 0) {
        out.write(bytesOf(random.nextInt(200)));
      } else {
        greet(out, way == 1 ? Hello.NONE : group, way == 3);
        for (int i = random.nextInt(6); i >= 0; i--) frame(out);
      }
      byte[] sent = all.toByteArray();
      if (sent.length > 0 && random.nextInt(3) == 0) sent[random.nextInt(sent.length)] ^= (byte) (1 << random.nextInt(8));
      socket.getOutputStream().write(sent);
      if (random.nextBoolean()) {
        socket.shutdownOutput();
        byte[] answers = new byte[1 << 12];
        while (socket.getInputStream().read(answers) > 0) Thread.onSpinWait();
      }
    } catch (IOException e) {
      // It was cut off: that is what it deserved.
    }
  }

  /** As {@link Hello} writes it. */
  private void greet(DataOutputStream out, UUID group, boolean node) throws IOException {
    byte[] name = node ? bytes("127.0.0.1:" + (1 + random.nextInt(60_000))) : new byte[0];
    out.writeInt(10 + 4 + 2 + 5 * 8 + 4 + 2 + name.length);
    out.writeByte(1);
    out.writeByte(0);
    out.writeLong(0);
    out.writeInt(0x53594e57);
    out.writeByte(1);
    out.writeByte(node ? 1 : 0);
    out.writeLong(group.getMostSignificantBits());
    out.writeLong(group.getLeastSignificantBits());
    out.writeLong(random.nextLong());
    out.writeLong(random.nextLong());
    out.writeLong(0);
    out.writeInt(0);
    out.writeShort(name.length);
    out.write(name);
  }

  private void frame(DataOutputStream out) throws IOException {
    byte[] body = body();
    boolean lies = random.nextInt(8) == 0;
    out.writeInt(lies ? random.nextInt() : 10 + body.length);
    out.writeByte(random.nextInt(4) == 0 ? KINDS[random.nextInt(KINDS.length)] : 4);
    out.writeByte(random.nextInt(3) == 0 ? random.nextInt(256) : List.of(0, 0, 3, 5, 7, 9, 11, 13, 64).get(random.nextInt(9)));
    out.writeLong(random.nextLong());
    out.write(body);
  }

  private byte[] body() {
    byte[] body = bytesOf(random.nextInt(random.nextInt(10) == 0 ? 100_000 : 100));
    if (random.nextBoolean() && body.length > 30) {
      // A request that begins as one does. None of a kind that appends: what it appended would be there.
      body[0] = 1;
      body[1] = (byte) List.of(2, 3, 4, 5, 10, 11, 99).get(random.nextInt(7)).intValue();
    } else if (body.length > 1 && body[0] == 1 && body[1] == 1) {
      body[1] = 2;
    }
    return body;
  }

  private byte[] bytesOf(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
