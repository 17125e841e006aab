package dev.syncline.bench.contender;

/** The contender does not work on this machine; the message says why, and what would help. */
public final class Unavailable extends Exception {
  private static final long serialVersionUID = 1;

  public Unavailable(String message) {
    super(message);
  }
}
