package dev.syncline.replicated.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;

/** A server at a port of its own, and whoever comes to it. */
abstract class NetServerTestBase {
  static final UUID FELLOWS = new UUID(1, 2);
  static final int FRAME = 1 << 20;
  final Queue<RequestHandler.Replies> held = new ConcurrentLinkedQueue<>();
  final AtomicInteger requests = new AtomicInteger();
  volatile int answerBytes = -1;
  volatile boolean refuses;
  final List<Socket> sockets = new ArrayList<>();
  NetServer server;

  static final class Everybody implements Doorkeeper {
    @Override
    public Hello self() {
      return new Hello(true, Hello.NONE, "127.0.0.1:1", UUID.randomUUID(), 0);
    }

    @Override
    public Hello answer(Hello other) {
      return self();
    }

    @Override
    public void admit(Hello other) {}

    @Override
    public boolean isFellow(Hello other) {
      return other.group().equals(FELLOWS);
    }

    @Override
    public void met(String address, Hello other) {}

    @Override
    public void refusedBy(String address, RefusedException refusal) {}
  }

  void start(NetLimits limits) throws IOException {
    server = NetServer.listen(new InetSocketAddress("127.0.0.1", 0), limits, Optional.empty(), new Everybody(), new RequestHandler() {
      @Override
      public void handle(Session session, byte type, byte[] body, Replies replies) throws RefusedException {
        requests.incrementAndGet();
        if (refuses) throw new RefusedException(RefusedException.Reason.NOT_PERMITTED, "not this");
        if (answerBytes >= 0) replies.reply(type, new byte[answerBytes]);
        else held.add(replies);
      }

      @Override
      public long replyBytes(byte type, byte[] body) {
        return Math.max(0, answerBytes);
      }

      @Override
      public void closed(Session session) {}
    });
  }

  static NetLimits limits() {
    return new NetLimits(FRAME, 8, 4, 16, 4L * FRAME, 60_000, 60_000);
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket each : sockets) each.close();
    server.close();
  }

  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(30_000);
    sockets.add(socket);
    return socket;
  }

  Socket greeted() throws IOException {
    Socket socket = connect();
    send(socket, Frame.HELLO, 0, Hello.client(Hello.NONE).encode());
    assertThat(receive(socket)).isEqualTo(Frame.WELCOME);
    return socket;
  }

  static void send(Socket socket, byte kind, long id, byte[] body) throws IOException {
    DataOutputStream out = new DataOutputStream(new java.io.BufferedOutputStream(socket.getOutputStream(), 1 << 16));
    out.writeInt(Frame.HEADER_BYTES + body.length);
    out.writeByte(kind);
    out.writeByte(0);
    out.writeLong(id);
    out.write(body);
    out.flush();
  }

  /** The kind of the next frame; -1 at the end. */
  static int receive(Socket socket) throws IOException {
    DataInputStream in = new DataInputStream(socket.getInputStream());
    int first = in.read();
    if (first < 0) return -1;
    byte[] rest = in.readNBytes(3);
    int length = first << 24 | (rest[0] & 0xff) << 16 | (rest[1] & 0xff) << 8 | rest[2] & 0xff;
    return in.readNBytes(length)[0];
  }

  static void await(String what, BooleanSupplier condition) {
    long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime() - deadlineNanos).as("still waiting for %s", what).isNegative();
      LockSupport.parkNanos(2_000_000);
    }
  }
}
