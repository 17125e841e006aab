package dev.syncline.replicated.net;

import java.io.IOException;

/** One side of a connection does not talk to the other. */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1;

  /** Why. The place of a constant is its code: new ones go to the end. */
  public enum Reason {
    /** What was said makes no sense, or is of another version. */
    INVALID,
    /** Another group's, or one that is about to found another one. */
    OTHER_GROUP,
    /** The group does not know this node (yet). */
    UNKNOWN_NODE,
    /** The group knows another node under this address: this one's directory is new. */
    FORGOTTEN,
    /** The group has removed this node. */
    REMOVED,
    /** The certificate does not allow it. */
    NOT_PERMITTED,
    /** Too many connections. */
    BUSY;

    private static final Reason[] REASONS = values();

    static Reason of(int code) {
      return code >= 0 && code < REASONS.length ? REASONS[code] : INVALID;
    }
  }

  private final Reason reason;

  public RefusedException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
