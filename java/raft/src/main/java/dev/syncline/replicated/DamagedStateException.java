package dev.syncline.replicated;

import java.io.IOException;

/** A file in which a node keeps its state is not as it was written. What to do is for who knows whether the node is one of a group. */
public final class DamagedStateException extends IOException {
  private static final long serialVersionUID = 1;

  DamagedStateException(String message, Throwable cause) {
    super(message, cause);
  }
}
