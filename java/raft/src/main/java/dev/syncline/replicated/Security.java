package dev.syncline.replicated;

import dev.syncline.replicated.net.Tls;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;

/**
 * Mutual TLS: files in PEM format, which are read again when they change. TLS 1.2 or 1.3; a node's certificate must name the host of its
 * address (as a DNS name or an IP address among the subject's alternative names), and be good for a server and a client.
 *
 * @param certificate the own certificate, and those that lead from it to an authority
 * @param key its private key, PKCS 8 without a password: readable for its owner alone
 * @param authorities who may have signed the others' certificates
 * @param permissions for a node: a file of lines {@code NAME: PERMISSIONS}, where the name is the CN of the other side's certificate,
 *     and the permissions are some of {@code read}, {@code append}, {@code administer} and {@code node}. Who is not named may do
 *     nothing. Empty for a client
 */
public record Security(Path certificate, Path key, Path authorities, Optional<Path> permissions) {
  public Security {
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(authorities, "authorities");
    Objects.requireNonNull(permissions, "permissions");
  }

  /** What a client needs. */
  public static Security ofClient(Path certificate, Path key, Path authorities) {
    return new Security(certificate, key, authorities, Optional.empty());
  }

  /** What a node needs. */
  public static Security ofNode(Path certificate, Path key, Path authorities, Path permissions) {
    return new Security(certificate, key, authorities, Optional.of(permissions));
  }

  /** Reads the files. For this library itself. */
  public Tls load() throws IOException {
    return Tls.load(certificate, key, authorities, permissions.orElse(null));
  }
}
