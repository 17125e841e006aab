package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.Operation;
import dev.syncline.replicated.net.NetTransport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who may do what, by certificate. The certificates were made by {@code src/test/resources/tls/make.sh}. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SecurityTest {
  @TempDir Path temporary;
  private Path files;
  private Cluster cluster;
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void prepare() throws IOException {
    files = Files.createDirectory(temporary.resolve("tls"));
    for (String name : List.of("node", "node-renewed", "reader", "writer", "operator", "nobody", "foreign", "expired")) {
      copy(name + ".pem", name + ".pem");
      copy(name + ".key", name + ".key");
    }
    copy("authority.pem", "authority.pem");
    copy("stranger.pem", "stranger.pem");
    Files.writeString(files.resolve("permissions"), """
        # the nodes
        node: node
        node-renewed: node
        reader: read
        writer: read append
        operator: read, administer
        foreign: read
        expired: read
        """);
  }

  private void start(int nodes) throws IOException {
    cluster = Cluster.start(temporary.resolve("group"), nodes, options -> options.security(Security.ofNode(
        files.resolve("node.pem"), files.resolve("node.key"), files.resolve("authority.pem"), files.resolve("permissions"))));
  }

  private void copy(String resource, String name) throws IOException {
    try (InputStream in = SecurityTest.class.getResourceAsStream("/tls/" + resource)) {
      Files.copy(in, files.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** The file systems of some machines have coarse times: what is replaced must look younger. */
  private void touch(String name) throws IOException {
    Files.setLastModifiedTime(files.resolve(name), FileTime.from(Instant.now().plusSeconds(60)));
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable each : open) each.close();
    if (cluster != null) cluster.close();
  }

  private Security as(String name) {
    return Security.ofClient(files.resolve(name + ".pem"), files.resolve(name + ".key"), files.resolve("authority.pem"));
  }

  private ReplicatedLogClient client(String name, int seconds) throws IOException {
    ReplicatedLogClient client = ReplicatedLogClient.connect(cluster.addresses(), Duration.ofSeconds(seconds), as(name));
    open.add(client);
    return client;
  }

  /** Says what the first attempt came to, however long that takes. */
  private NodeClient askingOnce(String address, Optional<Security> security) throws IOException {
    ClientTransport transport = NetTransport.start(security.isPresent() ? Optional.of(security.get().load()) : Optional.empty());
    open.add(transport);
    return new NodeClient(transport, address, Duration.ofMinutes(2));
  }

  @Test
  void everybodyDoesWhatHisCertificateAllowsAndNothingElse() throws IOException {
    start(3);
    Operation operation = Operation.entry(bytes("one"));
    assertThat(client("writer", 20).append(operation)).isEqualTo(1);
    assertThat(client("reader", 20).scan(0)).hasSize(1);
    assertThatThrownBy(() -> client("reader", 5).append(operation)).isInstanceOf(NotPermittedException.class)
        .hasMessageContaining("append");
    assertThatThrownBy(() -> client("nobody", 5).scan(0)).isInstanceOf(NotPermittedException.class).hasMessageContaining("read");
    String follower = cluster.followers().get(0);
    for (String name : List.of("reader", "writer")) {
      GroupClient unable = GroupClient.connect(cluster.addresses(), Duration.ofSeconds(5), Optional.of(as(name)));
      open.add(unable);
      assertThatThrownBy(() -> unable.transfer(follower)).isInstanceOf(NotPermittedException.class).hasMessageContaining("administer");
      assertThatThrownBy(() -> unable.remove(follower)).isInstanceOf(NotPermittedException.class);
    }
    GroupClient operator = GroupClient.connect(cluster.addresses(), Duration.ofSeconds(20), Optional.of(as("operator")));
    open.add(operator);
    operator.transfer(follower);
    assertThat(cluster.awaitLeader()).isEqualTo(follower);
    assertThat(cluster.linesOfAll()).hasSize(1);
  }

  @Test
  void wrongExpiredAndMissingCertificatesAreRefused() throws IOException {
    start(1);
    client("writer", 20).append(Operation.entry(bytes("one")));
    for (String name : List.of("foreign", "expired"))
      assertThatThrownBy(() -> client(name, 1).scan(0)).as(name).isInstanceOf(UnavailableException.class);
    try (ReplicatedLogClient plain = ReplicatedLogClient.connect(cluster.addresses(), Duration.ofSeconds(1))) {
      assertThatThrownBy(() -> plain.scan(0)).isInstanceOf(UnavailableException.class);
    }
    assertThatThrownBy(() -> askingOnce(cluster.addresses().get(0), Optional.empty()).scan(0))
        .isInstanceOf(UnavailableException.class).hasMessageContaining("it may speak TLS alone");
    assertThat(client("reader", 20).scan(0)).hasSize(1);
    assertThat(cluster.linesOfAll()).hasSize(1);
  }

  @Test
  void aClientWithTlsSaysThatANodeHasNone() throws IOException {
    try (Cluster plain = Cluster.start(temporary.resolve("plain"), 1)) {
      assertThatThrownBy(() -> askingOnce(plain.addresses().get(0), Optional.of(as("reader"))).scan(0))
          .isInstanceOf(UnavailableException.class).hasMessageContaining("no TLS with");
      assertThat(plain.append("fine")).isEqualTo(1);
    }
  }

  @Test
  void aNodeWhoseCertificateIsNotANodesIsNotTakenForOne() throws IOException {
    start(1);
    String address = Cluster.freeAddresses(1).get(0);
    ReplicatedLogOptions options = ReplicatedLogOptions.joining(temporary.resolve("false"), address).security(Security.ofNode(
        files.resolve("writer.pem"), files.resolve("writer.key"), files.resolve("authority.pem"), files.resolve("permissions"))).build();
    try (ReplicatedLog node = ReplicatedLog.open(options)) {
      List<String> peers = cluster.addresses();
      GroupClient operator = GroupClient.connect(peers, Duration.ofSeconds(3), Optional.of(as("operator")));
      open.add(operator);
      assertThatThrownBy(() -> operator.add(address, false))
          .isInstanceOf(IllegalArgumentException.class).hasMessageContaining("the certificate of writer is not a node's");
      assertThat(node.leads()).isFalse();
    }
  }

  @Test
  void filesThatAreReplacedCountForTheNextConnectionAndOnesThatCannotBeReadDoNot() throws Exception {
    start(1);
    client("writer", 20).append(Operation.entry(bytes("one")));
    String address = cluster.addresses().get(0);
    X509Certificate before = certificateOf(address);
    assertThat(before.getSubjectX500Principal().getName()).isEqualTo("CN=node");
    Files.writeString(files.resolve("node.pem"), "not a certificate");
    touch("node.pem");
    pauseForALook();
    assertThat(certificateOf(address)).isEqualTo(before);
    copy("node-renewed.pem", "node.pem");
    copy("node-renewed.key", "node.key");
    ByteArrayOutputStream both = new ByteArrayOutputStream();
    both.write(Files.readAllBytes(files.resolve("authority.pem")));
    both.write(Files.readAllBytes(files.resolve("stranger.pem")));
    Files.write(files.resolve("authority.pem"), both.toByteArray());
    touch("node.key");
    pauseForALook();
    assertThat(certificateOf(address).getSubjectX500Principal().getName()).isEqualTo("CN=node-renewed");
    assertThat(client("foreign", 20).scan(0)).hasSize(1);
    // Nodes meet each other under the new ones too.
    cluster.stop(address);
    cluster.start(address);
    assertThat(cluster.linesOfAll()).hasSize(1);
  }

  @Test
  void betweenTheNewKeyAndTheNewCertificateTheOldTwoStayInForce() throws Exception {
    start(1);
    String address = cluster.addresses().get(0);
    X509Certificate before = certificateOf(address);
    copy("node-renewed.key", "node.key");
    touch("node.key");
    pauseForALook();
    assertThat(certificateOf(address)).isEqualTo(before);
    assertThat(client("reader", 20).scan(0)).isEmpty();
    copy("node-renewed.pem", "node.pem");
    touch("node.pem");
    pauseForALook();
    assertThat(certificateOf(address).getSubjectX500Principal().getName()).isEqualTo("CN=node-renewed");
  }

  @Test
  void aKeyOfAnotherCertificateIsSaidToBeOne() {
    Path certificate = files.resolve("reader.pem");
    for (String other : List.of("writer", "foreign"))
      assertThatThrownBy(() -> Security.ofClient(certificate, files.resolve(other + ".key"), files.resolve("authority.pem")).load())
          .isInstanceOf(IOException.class).hasMessageContaining(other + ".key is not the key of the certificate in")
          .hasMessageContaining("reader.pem");
  }

  /** The files are looked at once a second. */
  private static void pauseForALook() throws InterruptedException {
    Thread.sleep(1100);
  }

  private static X509Certificate certificateOf(String address) throws Exception {
    TrustManager everybody = new X509TrustManager() {
      @Override
      public void checkClientTrusted(X509Certificate[] chain, String type) {}

      @Override
      public void checkServerTrusted(X509Certificate[] chain, String type) {}

      @Override
      public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
      }
    };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {everybody}, null);
    int colon = address.lastIndexOf(':');
    int port = Integer.parseInt(address.substring(colon + 1));
    try (Socket socket = context.getSocketFactory().createSocket(address.substring(0, colon), port)) {
      SSLSocket tls = (SSLSocket) socket;
      tls.startHandshake();
      byte[] encoded = tls.getSession().getPeerCertificates()[0].getEncoded();
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(new java.io.ByteArrayInputStream(encoded));
    }
  }

  @Test
  void beyondThisMachineANodeListensWithTlsOrBecauseItWasSaid() {
    ReplicatedLogOptions.Builder beyond = ReplicatedLogOptions.builder(temporary, "192.0.2.1:7001", List.of("192.0.2.1:7001"));
    assertThatThrownBy(beyond::build).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("--insecure");
    assertThat(beyond.insecure(true).build().address()).isEqualTo("192.0.2.1:7001");
    assertThat(beyond.insecure(false).security(Security.ofNode(temporary, temporary, temporary, temporary)).build().security()).isPresent();
    assertThatThrownBy(() -> beyond.security(as("reader")).build()).hasMessageContaining("permissions");
    for (String here : List.of("127.0.0.1:1", "localhost:1")) ReplicatedLogOptions.builder(temporary, here, List.of(here)).build();
  }
}
