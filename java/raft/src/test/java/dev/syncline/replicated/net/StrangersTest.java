package dev.syncline.replicated.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What those have of a node who are not of its group, whatever they call themselves. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StrangersTest extends NetServerTestBase {
  private Socket greetedAsNode(UUID group, String address) throws IOException {
    Socket socket = connect();
    send(socket, Frame.HELLO, 0, new Hello(true, group, address, UUID.randomUUID(), 0).encode());
    return socket;
  }

  @Test
  void whoCallsHimselfANodeAndIsOfAnotherGroupHasNoMoreConnectionsThanAClient() throws IOException {
    start(limits());
    for (int i = 0; i < 4; i++) assertThat(receive(greetedAsNode(Hello.NONE, "127.0.0.1:" + (i + 1)))).isEqualTo(Frame.WELCOME);
    assertThat(receive(greetedAsNode(Hello.NONE, "127.0.0.1:9"))).isEqualTo(Frame.REFUSED);
    // The group's own nodes are not shut out by others.
    for (int i = 0; i < 8; i++) assertThat(receive(greetedAsNode(FELLOWS, "127.0.0.1:" + (i + 1)))).isEqualTo(Frame.WELCOME);
    sockets.get(0).close();
    await("its place", () -> server.connections() == 3 + 8);
    assertThat(receive(greetedAsNode(Hello.NONE, "127.0.0.1:9"))).isEqualTo(Frame.WELCOME);
  }

  @Test
  void whoCallsHimselfANodeAndIsOfAnotherGroupTakesMemoryAsAClientDoes() throws IOException {
    start(limits());
    for (int i = 0; i < 2; i++) {
      Socket socket = greetedAsNode(Hello.NONE, "127.0.0.1:" + (i + 1));
      assertThat(receive(socket)).isEqualTo(Frame.WELCOME);
      new DataOutputStream(socket.getOutputStream()).writeInt(FRAME);
    }
    await("the memory for two frames", () -> server.clientBytesFree() == 2L * FRAME);
    Socket fellow = greetedAsNode(FELLOWS, "127.0.0.1:3");
    assertThat(receive(fellow)).isEqualTo(Frame.WELCOME);
    new DataOutputStream(fellow.getOutputStream()).writeInt(FRAME);
    for (Socket each : sockets) each.close();
    await("the memory again", () -> server.clientBytesFree() == 4L * FRAME);
  }

  @Test
  void answersToWhoCallsHimselfANodeAreMadeWithinThatMemoryToo() throws IOException {
    answerBytes = 5 * FRAME;
    start(limits());
    Socket socket = greetedAsNode(Hello.NONE, "127.0.0.1:1");
    assertThat(receive(socket)).isEqualTo(Frame.WELCOME);
    send(socket, Frame.REQUEST, 1, new byte[10]);
    // It can never be made, so the request is not begun, and whoever comes with the next frames of his waits behind it.
    await("what is taken", () -> server.connections() == 1 && server.clientBytesFree() == 4L * FRAME);
    greeted();
    assertThat(requests).hasValue(0);
  }

  @Test
  void ofAFrameThatWaitsForMemoryNoMoreIsReadThanHadComeWithItsBeginning() throws Exception {
    start(limits());
    for (int i = 0; i < 3; i++) new DataOutputStream(greeted().getOutputStream()).writeInt(FRAME);
    Socket last = connectAs("127.0.0.2");
    new DataOutputStream(last.getOutputStream()).writeInt(FRAME);
    await("all memory to be taken", () -> server.budget().left() == 0);
    Socket waits = connectAs("127.0.0.2");
    Thread sender = new Thread(() -> {
      try {
        send(waits, Frame.REQUEST, 1, new byte[FRAME - Frame.HEADER_BYTES]);
      } catch (IOException e) {
        // The test is over.
      }
    });
    sender.setDaemon(true);
    sender.start();
    await("its beginning", () -> heldBytesMost() > 0);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
    assertThat(heldBytesMost()).isLessThan(FRAME / 2);
    last.close();
    await("the frame", () -> requests.get() == 1);
  }

  private int heldBytesMost() {
    return server.channels().mapToInt(channel -> channel.pipeline().get(FrameDecoder.class).heldBytes()).max().orElse(0);
  }

  private Socket connectAs(String host) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port(), InetAddress.getByName(host), 0);
    socket.setSoTimeout(30_000);
    sockets.add(socket);
    send(socket, Frame.HELLO, 0, Hello.client(Hello.NONE).encode());
    assertThat(receive(socket)).isEqualTo(Frame.WELCOME);
    return socket;
  }
}
