package dev.syncline.io.jna;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Gives the bytes that the kernel knows a path or a name by. */
final class RawPath {
  private RawPath() {}

  /** A plain file name as NUL-terminated bytes: the same ones in every locale. */
  static byte[] ofName(String name) {
    return (name + '\0').getBytes(StandardCharsets.UTF_8);
  }

  /**
   * The absolute path as NUL-terminated bytes, whatever they are and whatever the locale makes of them: a name need not be text,
   * and only the URI form of a path keeps every byte.
   */
  static byte[] of(Path path) {
    String encoded = path.toUri().getRawPath();
    ByteArrayOutputStream raw = new ByteArrayOutputStream(encoded.length() + 1);
    for (int i = 0; i < encoded.length(); i++) {
      char c = encoded.charAt(i);
      if (c == '%') raw.write(Integer.parseInt(encoded, i + 1, (i += 2) + 1, 16));
      else raw.write(c);
    }
    raw.write(0);
    return raw.toByteArray();
  }
}
