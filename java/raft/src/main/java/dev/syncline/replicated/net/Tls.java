package dev.syncline.replicated.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Mutual TLS from PEM files. They are looked at again whenever a connection is made, at most once a second: who replaces them needs no
 * restart. Files that cannot be read leave the ones before in force, with an error in the log.
 */
public final class Tls {
  private static final System.Logger LOG = System.getLogger("dev.syncline.replicated");
  private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};

  private final Path certificate;
  private final Path key;
  private final Path authorities;

  /** Null on a client's side. */
  private final Path permissions;

  private List<FileTime> seen = List.of();
  private long lookedNanos;
  private Loaded loaded;

  private record Loaded(SslContext server, SslContext client, Map<String, Set<Permission>> permissions) {}

  private Tls(Path certificate, Path key, Path authorities, Path permissions) {
    this.certificate = certificate;
    this.key = key;
    this.authorities = authorities;
    this.permissions = permissions;
  }

  /**
   * Reads the files.
   *
   * @param certificate the own certificate and what leads from it to an authority
   * @param key its private key (PKCS 8, without a password)
   * @param authorities who may have signed the others' certificates
   * @param permissions lines of a name (the CN of a certificate's subject) and what it may do; null on a client's side
   */
  public static Tls load(Path certificate, Path key, Path authorities, Path permissions) throws IOException {
    Tls tls = new Tls(certificate, key, authorities, permissions);
    tls.seen = tls.times();
    tls.loaded = tls.read();
    tls.lookedNanos = System.nanoTime();
    return tls;
  }

  private List<Path> files() {
    List<Path> files = new ArrayList<>(List.of(certificate, key, authorities));
    if (permissions != null) files.add(permissions);
    return files;
  }

  private List<FileTime> times() throws IOException {
    List<FileTime> times = new ArrayList<>();
    for (Path file : files()) {
      if (!Files.isReadable(file)) throw new IOException(file + " cannot be read");
      times.add(Files.getLastModifiedTime(file));
    }
    return times;
  }

  private Loaded read() throws IOException {
    try {
      SslContextBuilder server = SslContextBuilder.forServer(certificate.toFile(), key.toFile()).clientAuth(ClientAuth.REQUIRE);
      SslContextBuilder client = SslContextBuilder.forClient().keyManager(certificate.toFile(), key.toFile());
      // Who replaces the two files does it one after the other; in between, what was there before goes on.
      KeyPairCheck.requirePair(certificate, key);
      return new Loaded(common(server).build(), common(client).build(), permissions == null ? Map.of() : readPermissions());
    } catch (IllegalArgumentException e) {
      throw new IOException("no certificate, key and authorities in PEM format could be read from " + files() + ": " + e.getMessage(), e);
    }
  }

  private SslContextBuilder common(SslContextBuilder builder) {
    return builder.sslProvider(SslProvider.JDK).protocols(PROTOCOLS).trustManager(authorities.toFile());
  }

  private Map<String, Set<Permission>> readPermissions() throws IOException {
    Map<String, Set<Permission>> found = new HashMap<>();
    int number = 0;
    for (String line : Files.readAllLines(permissions)) {
      number++;
      String text = line.replaceFirst("#.*", "").strip();
      if (text.isEmpty()) continue;
      int colon = text.indexOf(':');
      if (colon < 1) throw new IOException(permissions + ", line " + number + ": expected NAME: PERMISSIONS, found \"" + text + "\"");
      Set<Permission> its = EnumSet.noneOf(Permission.class);
      for (String word : text.substring(colon + 1).strip().split("[\\s,]+")) its.add(permission(word, number));
      found.put(text.substring(0, colon).strip(), its);
    }
    return found;
  }

  private Permission permission(String word, int line) throws IOException {
    try {
      return Permission.valueOf(word.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IOException(permissions + ", line " + line + ": expected read, append, administer or node, found \"" + word + "\"");
    }
  }

  private synchronized Loaded current() {
    long now = System.nanoTime();
    if (now - lookedNanos < LOOK_NANOS) return loaded;
    lookedNanos = now;
    try {
      List<FileTime> times = times();
      if (times.equals(seen)) return loaded;
      Loaded fresh = read();
      seen = times;
      loaded = fresh;
      LOG.log(System.Logger.Level.INFO, "certificates were read again from {0}", files());
    } catch (IOException e) {
      LOG.log(System.Logger.Level.ERROR, "certificates were changed and cannot be used; those before stay in force: {0}", e.getMessage());
    }
    return loaded;
  }

  SslHandler forServer(ByteBufAllocator allocator) {
    return current().server().newHandler(allocator);
  }

  /** The other side's certificate must be one for {@code host}. */
  SslHandler forClient(ByteBufAllocator allocator, String host, int port) {
    SslHandler handler = current().client().newHandler(allocator, host, port);
    SSLEngine engine = handler.engine();
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
    return handler;
  }

  /** Whether there is a list of names and what they may do. */
  boolean knowsNames() {
    return permissions != null;
  }

  void requireNode(SslHandler connection, String address) throws RefusedException {
    if (!permissions(connection).contains(Permission.NODE))
      throw new RefusedException(
          RefusedException.Reason.NOT_PERMITTED, address + ": the certificate of " + name(connection) + " is not a node's");
  }

  /**
   * Who goes on with a TLS session from before shows no certificate again, and TLS does not look at the old one again; the JDK lets it for
   * a day. So this does. What has ended since then is refused as it would be without a session.
   */
  static void requireInForce(SslHandler connection, String address) throws RefusedException {
    if (connection == null) return;
    try {
      for (Certificate each : connection.engine().getSession().getPeerCertificates()) ((X509Certificate) each).checkValidity();
    } catch (CertificateExpiredException | CertificateNotYetValidException | SSLPeerUnverifiedException e) {
      throw new RefusedException(RefusedException.Reason.NOT_PERMITTED,
          address + ": the certificate of " + name(connection) + " is not in force: " + e.getMessage());
    }
  }

  /** What the other side's certificate may do. */
  Set<Permission> permissions(SslHandler connection) {
    return current().permissions().getOrDefault(name(connection), Set.of());
  }

  /** The CN of the other side's certificate, or what there is instead. */
  static String name(SslHandler connection) {
    if (connection == null) return "(no certificate)";
    try {
      X509Certificate theirs = (X509Certificate) connection.engine().getSession().getPeerCertificates()[0];
      String subject = theirs.getSubjectX500Principal().getName();
      for (Rdn part : new LdapName(subject).getRdns()) if (part.getType().equalsIgnoreCase("CN")) return part.getValue().toString();
      return subject;
    } catch (SSLPeerUnverifiedException | InvalidNameException e) {
      return "(unknown)";
    }
  }
}
