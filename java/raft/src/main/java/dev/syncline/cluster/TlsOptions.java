package dev.syncline.cluster;

import dev.syncline.replicated.Security;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The files of mutual TLS, for a node and for who asks one. All three or none. */
final class TlsOptions {
  @Option(names = "--tls-certificate", paramLabel = "PEM", description = "The own certificate, and what leads from it to an authority.")
  Path certificate;

  @Option(names = "--tls-key", paramLabel = "PEM", description = "The certificate's private key (PKCS 8).")
  Path key;

  @Option(names = "--tls-authorities", paramLabel = "PEM", description = "Who may have signed the certificates of the others.")
  Path authorities;

  Optional<Security> ofClient() {
    return given() ? Optional.of(Security.ofClient(certificate, key, authorities)) : Optional.empty();
  }

  /** @param permissions null if it was not given */
  Optional<Security> ofNode(Path permissions) {
    if (given() != (permissions != null))
      throw new IllegalArgumentException("expected --permissions together with the three --tls- options: it names certificates");
    return given() ? Optional.of(Security.ofNode(certificate, key, authorities, permissions)) : Optional.empty();
  }

  private boolean given() {
    boolean any = certificate != null || key != null || authorities != null;
    boolean all = certificate != null && key != null && authorities != null;
    if (any && !all) throw new IllegalArgumentException("expected --tls-certificate, --tls-key and --tls-authorities together, or none");
    return all;
  }
}
