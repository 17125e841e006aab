package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;

import dev.syncline.replicated.net.Hello;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import javax.net.ssl.SSLSocket;

/**
 * Comes to a node's port with whatever: random bytes, and the protocol's own frames with bits changed, as a stranger and as one who knows
 * the group's name; over TLS with a certificate, without one, and with something that only begins as TLS does. Some stay, having said
 * nothing, half of a frame, or many questions whose answers they do not take.
 */
final class Intruder implements Closeable {
  private static final byte[] KINDS = {1, 2, 3, 4, 5, 6, 0, -1};
  private static final int HELD_MAX = 150;
  private static final int ANSWER_MILLIS = 200;
  private final int port;
  private final UUID group;
  private final Random random;
  private final List<JdkSslContext> certificates;
  private final Deque<Socket> held = new ArrayDeque<>();

  /** @param certificates names of PEM files in {@code tls}; none: the node speaks no TLS */
  Intruder(String address, UUID group, long seed, Path tls, List<String> certificates) throws IOException {
    this.port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    this.group = group;
    this.random = new Random(seed);
    this.certificates = new ArrayList<>();
    // What it remembers of its connections would look as if the node had kept it: they share a heap.
    for (String each : certificates) this.certificates.add((JdkSslContext) SslContextBuilder.forClient().sslProvider(SslProvider.JDK)
        .sessionCacheSize(16)
        .keyManager(tls.resolve(each + ".pem").toFile(), tls.resolve(each + ".key").toFile())
        .trustManager(tls.resolve("authority.pem").toFile()).build());
  }

  /** One connection. */
  void knock() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    boolean stays = random.nextInt(4) == 0;
    try {
      socket.setSoTimeout(ANSWER_MILLIS);
      if (!certificates.isEmpty() && random.nextBoolean()) speak(secured(socket));
      else if (random.nextInt(4) == 0) beginTls(socket);
      else speak(socket);
    } catch (IOException e) {
      // It was cut off: that is what it deserved.
      stays = false;
    }
    if (!stays) {
      socket.close();
      return;
    }
    held.add(socket);
    if (held.size() > HELD_MAX) held.remove().close();
  }

  private Socket secured(Socket socket) throws IOException {
    JdkSslContext as = certificates.get(random.nextInt(certificates.size()));
    SSLSocket secure = (SSLSocket) as.context().getSocketFactory().createSocket(socket, "127.0.0.1", port, false);
    secure.startHandshake();
    // What comes beneath TLS now is no record of it.
    if (random.nextInt(4) == 0) socket.getOutputStream().write(bytesOf(1 + random.nextInt(100)));
    return secure;
  }

  /** A greeting of TLS 1.2 that ends somewhere, and is right in its first bytes alone. */
  private void beginTls(Socket socket) throws IOException {
    int length = random.nextInt(3) == 0 ? random.nextInt(1 << 16) : 40 + random.nextInt(400);
    byte[] body = bytesOf(Math.min(length, random.nextInt(2000)));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(all);
    out.writeByte(random.nextInt(8) == 0 ? random.nextInt(256) : 22);
    out.writeShort(0x0301 + random.nextInt(4));
    out.writeShort(length);
    if (body.length > 4) body[0] = 1;
    out.write(body);
    socket.getOutputStream().write(all.toByteArray());
  }

  private void speak(Socket socket) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(all);
    int way = random.nextInt(5);
    if (way == 0) {
      out.write(bytesOf(random.nextInt(200)));
    } else {
      greet(out, way == 1 ? Hello.NONE : group, way == 3);
      if (way == 4) ask(out);
      else for (int i = random.nextInt(6); i >= 0; i--) frame(out);
    }
    byte[] sent = all.toByteArray();
    if (sent.length > 0 && random.nextInt(3) == 0) sent[random.nextInt(sent.length)] ^= (byte) (1 << random.nextInt(8));
    socket.getOutputStream().write(sent, 0, random.nextInt(4) == 0 ? random.nextInt(sent.length + 1) : sent.length);
    if (way != 4 && random.nextBoolean()) {
      socket.shutdownOutput();
      byte[] answers = new byte[1 << 12];
      while (socket.getInputStream().read(answers) > 0) Thread.onSpinWait();
    }
  }

  /** Many questions, of records and of how the node is: whoever does not take the answers gets no more of them. */
  private void ask(DataOutputStream out) throws IOException {
    byte[] scan = {1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0};
    byte[] details = {1, 11};
    for (int i = 0; i < 200; i++) {
      byte[] body = random.nextBoolean() ? scan : details;
      out.writeInt(10 + body.length);
      out.writeByte(4);
      out.writeByte(0);
      out.writeLong(i);
      out.write(body);
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

  @Override
  public void close() throws IOException {
    for (Socket each : held) each.close();
    held.clear();
  }
}
