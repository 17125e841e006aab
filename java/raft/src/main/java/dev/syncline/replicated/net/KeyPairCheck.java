package dev.syncline.replicated.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a private key is the one of a certificate. The TLS of the JDK does not look: it takes any two, and then every handshake fails at
 * the other side.
 */
final class KeyPairCheck {
  private static final Pattern PEM = Pattern.compile("-+BEGIN [^-]*PRIVATE KEY[^-]*-+\\s+([A-Za-z0-9+/=\\s]+)-+END");
  private static final byte[] SIGNED = "whether the two belong together".getBytes(StandardCharsets.US_ASCII);

  /** How keys sign, by the name of their algorithm. Keys of others are not looked at. */
  private static final Map<String, String> SIGNATURES = Map.of("EC", "SHA256withECDSA", "RSA", "SHA256withRSA", "EdDSA", "EdDSA");

  private KeyPairCheck() {}

  /** @throws IOException if the files can be read, and the key is another certificate's */
  static void requirePair(Path certificate, Path key) throws IOException {
    try (InputStream in = Files.newInputStream(certificate)) {
      PublicKey open = CertificateFactory.getInstance("X.509").generateCertificate(in).getPublicKey();
      Matcher pem = PEM.matcher(Files.readString(key, StandardCharsets.ISO_8859_1));
      String signature = SIGNATURES.get(open.getAlgorithm());
      if (signature == null || !pem.find()) return;
      byte[] encoded = Base64.getMimeDecoder().decode(pem.group(1));
      if (!fits(open, encoded, signature))
        throw new IOException(key + " is not the key of the certificate in " + certificate);
    } catch (GeneralSecurityException e) {
      throw new IOException("no certificate and key could be read from " + certificate + " and " + key + ": " + e.getMessage(), e);
    }
  }

  private static boolean fits(PublicKey open, byte[] encoded, String signature) throws GeneralSecurityException {
    try {
      PrivateKey secret = KeyFactory.getInstance(open.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(encoded));
      Signature signing = Signature.getInstance(signature);
      signing.initSign(secret);
      signing.update(SIGNED);
      byte[] signed = signing.sign();
      signing.initVerify(open);
      signing.update(SIGNED);
      return signing.verify(signed);
    } catch (InvalidKeySpecException | SignatureException | InvalidKeyException e) {
      // Of another algorithm, or of another curve or size.
      return false;
    }
  }
}
