package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.replicated.net.NetTransport;
import dev.syncline.replicated.net.Tls;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A certificate ends while who has it has a TLS session, with which he could come back without it. */
@Tag("laboratory")
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ExpiringCertificateTest {
  private static final String PASSWORD = "of the test";
  private static final Duration LIFE_MIN = Duration.ofSeconds(8);
  private static final Duration LIFE_MAX = Duration.ofMinutes(5);

  @TempDir Path temporary;

  @Test
  void whoComesBackWithASessionFromBeforeIsRefused() throws Exception {
    for (String name : List.of("node.pem", "node.key", "authority.pem")) copy(name);
    make("authority", "-ext", "bc:c", "-validity", "2");
    String authority = pem("CERTIFICATE", keys().getCertificate("authority").getEncoded());
    Files.writeString(file("authority.pem"), authority, StandardOpenOption.APPEND);
    Files.writeString(file("permissions"), "node: node\nbrief: read\n");
    Security node = Security.ofNode(file("node.pem"), file("node.key"), file("authority.pem"), file("permissions"));
    try (Cluster cluster = Cluster.start(temporary.resolve("group"), 1, options -> options.security(node))) {
      String address = cluster.addresses().get(0);
      cluster.awaitLeader();
      Tls tls = connectedBeforeItEnds(address);
      while (Instant.now().isBefore(end().plusSeconds(1))) TimeUnit.MILLISECONDS.sleep(100);
      assertThatThrownBy(() -> role(tls, address))
          .isInstanceOf(NotPermittedException.class).hasMessageContaining("the certificate of brief is not in force");
    }
  }

  /** With a certificate that ends soon, and on a busy machine later. */
  private Tls connectedBeforeItEnds(String address) throws Exception {
    for (Duration life = LIFE_MIN; ; life = life.multipliedBy(2)) {
      makeBrief(life);
      Tls tls = Security.ofClient(file("brief.pem"), file("brief.key"), file("authority.pem")).load();
      try {
        assertThat(role(tls, address)).isEqualTo("leader");
        if (Instant.now().isBefore(end())) return tls;
      } catch (UnavailableException e) {
        if (Instant.now().isBefore(end())) throw e;
      }
      assertThat(life).as("a certificate's life within which nobody could connect").isLessThan(LIFE_MAX);
    }
  }

  /** It began almost a day ago. */
  private void makeBrief(Duration life) throws Exception {
    if (keys().containsAlias("brief")) keytool("brief", List.of("-delete"));
    String began = DateTimeFormatter.ofPattern("yyyy/MM/dd HH:mm:ss", Locale.ROOT).format(LocalDateTime.now().minusDays(1).plus(life));
    make("brief", "-signer", "authority", "-startdate", began, "-validity", "1");
    write("brief.pem", "CERTIFICATE", keys().getCertificate("brief").getEncoded());
    write("brief.key", "PRIVATE KEY", keys().getKey("brief", PASSWORD.toCharArray()).getEncoded());
  }

  private Instant end() throws Exception {
    return ((X509Certificate) keys().getCertificate("brief")).getNotAfter().toInstant();
  }

  private static String role(Tls tls, String address) throws IOException {
    try (ClientTransport transport = NetTransport.start(Optional.of(tls))) {
      return new NodeClient(transport, address, Duration.ofSeconds(20)).details().get("role");
    }
  }

  private Path file(String name) {
    return temporary.resolve(name);
  }

  private void copy(String name) throws IOException {
    try (InputStream in = ExpiringCertificateTest.class.getResourceAsStream("/tls/" + name)) {
      Files.copy(in, temporary.resolve(name));
    }
  }

  private void write(String name, String kind, byte[] encoded) throws IOException {
    Files.writeString(temporary.resolve(name), pem(kind, encoded));
  }

  private static String pem(String kind, byte[] encoded) {
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
  }

  private KeyStore keys() throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file("keys"))) {
      keys.load(in, PASSWORD.toCharArray());
    }
    return keys;
  }

  private void make(String name, String... more) throws IOException, InterruptedException {
    List<String> options = new ArrayList<>(List.of("-genkeypair", "-dname", "CN=" + name, "-keyalg", "EC", "-groupname", "secp256r1"));
    options.addAll(List.of(more));
    keytool(name, options);
  }

  private void keytool(String name, List<String> options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "keytool").toString()));
    command.addAll(options);
    command.addAll(List.of("-alias", name, "-storetype", "PKCS12", "-storepass", PASSWORD, "-keystore", file("keys").toString()));
    Process run = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(run.getInputStream().readAllBytes());
    assertThat(run.waitFor()).as(said).isZero();
  }
}
