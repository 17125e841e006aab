package dev.syncline.replicated.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.socket.nio.NioChannelOption;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a node takes from whoever reaches its port, and how much of it. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class NetServerTest extends NetServerTestBase {
  @Test
  void aFrameThatIsTooLongIsRefusedByItsLengthAlone() throws IOException {
    start(limits());
    for (int length : new int[] {Integer.MAX_VALUE, -1, Integer.MIN_VALUE, FRAME + 1, 0, Frame.HEADER_BYTES - 1}) {
      Socket socket = greeted();
      new DataOutputStream(socket.getOutputStream()).writeInt(length);
      assertThat(receive(socket)).as("after a length of %d", length).isEqualTo(Frame.REFUSED);
      assertThat(receive(socket)).isEqualTo(-1);
    }
    Socket stranger = connect();
    new DataOutputStream(stranger.getOutputStream()).writeInt(Frame.GREETING_BYTES_MAX + 1);
    assertThat(receive(stranger)).as("before a greeting less is taken").isEqualTo(Frame.REFUSED);
    await("all of them to have ended", () -> server.connections() == 0);
  }

  @Test
  void whatIsNoGreetingIsRefused() throws IOException {
    start(limits());
    for (String text : List.of("GET / HTTP/1.1\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000", "xxxxxxxxxxxxxxxxxxxxxxxx")) {
      Socket socket = connect();
      socket.getOutputStream().write(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
      assertThat(receive(socket)).as(text).isEqualTo(Frame.REFUSED);
      assertThat(receive(socket)).isEqualTo(-1);
    }
    Socket early = connect();
    send(early, Frame.REQUEST, 1, new byte[10]);
    assertThat(receive(early)).isEqualTo(Frame.REFUSED);
    assertThat(requests).hasValue(0);
  }

  @Test
  void asManyRequestsOfAConnectionAreWorkedOnAsMayBeAndTheOthersWait() throws IOException {
    start(limits());
    Socket socket = greeted();
    for (int i = 0; i < 40; i++) send(socket, Frame.REQUEST, i, new byte[8]);
    await("as many as may be", () -> requests.get() == 16);
    for (int answered = 0; answered < 40; answered++) {
      await("a request", () -> !held.isEmpty());
      held.remove().reply((byte) 0, new byte[1]);
      assertThat(receive(socket)).isEqualTo(Frame.REPLY);
      assertThat(requests.get()).isLessThanOrEqualTo(16 + answered + 1);
    }
    assertThat(requests).hasValue(40);
  }

  @Test
  void clientsTakeNoMoreMemoryTogetherThanThereIsForThem() throws IOException {
    start(new NetLimits(FRAME, 64, 64, 16, 4L * FRAME, 60_000, 60_000));
    byte[] large = new byte[FRAME - Frame.HEADER_BYTES];
    List<Socket> clients = new ArrayList<>();
    List<Thread> senders = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Socket socket = greeted();
      clients.add(socket);
      Thread sender = new Thread(() -> {
        try {
          send(socket, Frame.REQUEST, 1, large);
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      });
      senders.add(sender);
      sender.start();
    }
    await("as many as there is memory for", () -> requests.get() == 4);
    assertThat(server.budget().left()).isZero();
    for (int answered = 0; answered < 10; answered++) {
      await("a request", () -> !held.isEmpty());
      assertThat(requests.get()).isLessThanOrEqualTo(4 + answered);
      held.remove().reply((byte) 0, new byte[1]);
    }
    for (Socket each : clients) assertThat(receive(each)).isEqualTo(Frame.REPLY);
    await("everything to be given back", () -> server.budget().left() == 4L * FRAME);
  }

  @Test
  void answersThatNobodyTakesAreNotMadeBeyondThatEither() throws IOException {
    start(new NetLimits(FRAME, 64, 64, 512, 4L * FRAME, 60_000, 60_000));
    answerBytes = FRAME - Frame.HEADER_BYTES;
    Socket deaf = greeted();
    for (int i = 0; i < 300; i++) send(deaf, Frame.REQUEST, i, new byte[8]);
    await("a request", () -> requests.get() > 0);
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(300));
    // Some are in the buffers of the sockets; far from all of them.
    assertThat(requests.get()).isLessThan(100);
    for (int i = 0; i < 300; i++) assertThat(receive(deaf)).isEqualTo(Frame.REPLY);
    await("everything to be given back", () -> server.budget().left() == 4L * FRAME);
  }

  @Test
  void memoryIsGivenBackWhenAConnectionEndsInTheMiddleOfAFrame() throws IOException {
    start(limits());
    Socket socket = greeted();
    new DataOutputStream(socket.getOutputStream()).writeInt(FRAME);
    await("the frame to begin", () -> server.budget().left() == 3L * FRAME);
    socket.close();
    await("the memory", () -> server.budget().left() == 4L * FRAME);
  }

  @Test
  void memoryIsGivenBackWhenARequestIsRefused() throws IOException {
    start(limits());
    refuses = true;
    Socket socket = greeted();
    send(socket, Frame.REQUEST, 1, new byte[FRAME / 2]);
    assertThat(receive(socket)).isEqualTo(Frame.REFUSED);
    assertThat(receive(socket)).isEqualTo(-1);
    await("the memory", () -> server.budget().left() == 4L * FRAME);
  }

  @Test
  void oneHostHasOnlySoManyConnections() throws IOException {
    start(limits());
    for (int i = 0; i < 4; i++) greeted();
    Socket oneMore = connect();
    send(oneMore, Frame.HELLO, 0, Hello.client(Hello.NONE).encode());
    assertThat(receive(oneMore)).isEqualTo(Frame.REFUSED);
    sockets.get(0).close();
    await("its end, and that of the refused one", () -> server.connections() <= 3);
    greeted();
  }

  /** Else whoever was let in last would go on talking to a node that is no more, and take its successor for it. */
  @Test
  void noConnectionOutlivesTheServer() throws Exception {
    for (int round = 0; round < 60; round++) {
      start(limits());
      CountDownLatch begun = new CountDownLatch(1);
      Thread visitor = new Thread(() -> {
        try {
          while (true) {
            connect();
            begun.countDown();
          }
        } catch (IOException e) {
          // Nobody listens any more.
          begun.countDown();
        }
      });
      visitor.start();
      begun.await();
      server.close();
      visitor.join();
      await("all to be let go", () -> server.connections() == 0);
      for (Socket each : sockets) each.close();
      sockets.clear();
    }
  }

  /** As far as the system lets a program say when to probe. */
  @Test
  void whoseMachineHasGoneWithoutAWordIsFoundOut() throws IOException {
    start(limits());
    greeted();
    assertThat(server.channels()).hasSize(1).allMatch(channel -> channel.config().isKeepAlive());
    Integer after = server.channels().findFirst().orElseThrow().config().getOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE));
    if (System.getProperty("os.name").equals("Linux")) assertThat(after).isEqualTo(NetServer.PROBE_AFTER_SECONDS);
  }

  @Test
  void ofThoseThatSayNothingTheOldestMakesRoom() throws IOException {
    start(limits());
    for (int i = 0; i < 20; i++) connect();
    await("eight to be left", () -> server.connections() == 8);
    assertThat(receive(sockets.get(0))).isEqualTo(-1);
    greeted();
  }

  @Test
  void whoSaysNothingOrStopsInTheMiddleOrTakesNoAnswersIsCutOff() throws IOException {
    start(limits().withTimes(300, 300));
    Socket silent = connect();
    assertThat(receive(silent)).isEqualTo(-1);
    Socket half = greeted();
    new DataOutputStream(half.getOutputStream()).writeInt(1000);
    assertThat(receive(half)).isEqualTo(Frame.REFUSED);
    answerBytes = FRAME - Frame.HEADER_BYTES;
    Socket deaf = greeted();
    for (int i = 0; i < 16; i++) send(deaf, Frame.REQUEST, i, new byte[8]);
    await("it to be cut off", () -> server.connections() == 0);
    assertThat(requests.get()).as("answers that nobody took").isLessThanOrEqualTo(16);
  }

  @Test
  void aClientLearnsThatARequestIsTooLargeBeforeItIsSent() throws IOException {
    start(limits());
    answerBytes = 1;
    String address = "127.0.0.1:" + server.port();
    try (NetClient client = new NetClient(NetLimits.forBatches(8 << 20), Optional.empty(), new Everybody())) {
      assertThat(client.ask(address, (byte) 0, new byte[FRAME - Frame.HEADER_BYTES], 10_000).join().body()).hasSize(1);
      assertThatThrownBy(() -> client.ask(address, (byte) 0, new byte[FRAME], 10_000).join())
          .hasCauseInstanceOf(NetClient.TooLargeException.class);
      assertThat(requests).hasValue(1);
    }
  }
}
