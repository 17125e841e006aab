package dev.syncline.replicated;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * What applying a command gave; the same on every node.
 *
 * @param first the first sequence of a DONE append or batch, else the sequence that matters: a checkpoint's own, a session's
 *     number, for REFUSED the highest sequence at that moment
 * @param last the last sequence of a DONE batch's operations; else as {@code first}
 */
record CommandResult(Status status, long first, long last) {
  static final int BYTES = 1 + 2 * Long.BYTES;

  /** The place of a constant is its code: new ones go to the end. */
  enum Status {
    /** Applied, now or when it was first sent. */
    DONE,
    /** Not applied: it named a sequence above the highest one. */
    REFUSED,
    /** Not applied this time, and no longer known whether it was before. */
    EXPIRED
  }

  private static final Status[] STATUSES = Status.values();

  static CommandResult done(long first, long last) {
    return new CommandResult(Status.DONE, first, last);
  }

  static CommandResult refused(long highest) {
    return new CommandResult(Status.REFUSED, highest, highest);
  }

  static CommandResult expired() {
    return new CommandResult(Status.EXPIRED, 0, 0);
  }

  byte[] encode() {
    ByteBuffer out = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
    write(out);
    return out.array();
  }

  void write(ByteBuffer out) {
    out.put((byte) status.ordinal()).putLong(first).putLong(last);
  }

  static CommandResult decode(byte[] bytes) {
    return read(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
  }

  static CommandResult read(ByteBuffer in) {
    int code = in.get();
    if (code < 0 || code >= STATUSES.length) throw new IllegalArgumentException("expected a result's status, found " + code);
    return new CommandResult(STATUSES[code], in.getLong(), in.getLong());
  }

  /** The result itself if the command was applied; else what the caller is told. */
  CommandResult orThrow(Command command) throws SessionExpiredException {
    if (status == Status.EXPIRED) throw new SessionExpiredException(command.request());
    if (status == Status.REFUSED)
      throw new IllegalArgumentException(
          "a " + command.kind() + " cannot name " + command.sequence() + ": the highest sequence is " + first + ". Nothing was changed");
    return this;
  }
}
