package dev.syncline.log.segment;

import java.io.IOException;

/** A file has become shorter while it was read: another process has cut it, or it is damaged. */
public final class ShortFileException extends IOException {
  private static final long serialVersionUID = 1;

  ShortFileException(String message) {
    super(message);
  }
}
