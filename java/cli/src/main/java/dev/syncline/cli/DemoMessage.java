package dev.syncline.cli;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * What the demo's writer says to its parent, over a pipe.
 *
 * <p>A message is written in one piece, shorter than what a pipe takes at once, so a killed writer leaves whole messages and
 * then nothing. What it said before it died stays in the pipe and counts.
 */
sealed interface DemoMessage {

  /** The log is open; appends begin. */
  record Ready(String storage, String reason) implements DemoMessage {}

  /** The line at {@code index} is about to be appended: from now on the log may hold it. */
  record Attempt(int index) implements DemoMessage {}

  /** The append of the line at {@code index} has returned {@code sequence}: from now on the log must hold it. */
  record Ack(long sequence, int index, int crc, long latencyNanos) implements DemoMessage {}

  /** Every line has been appended. */
  record Done() implements DemoMessage {}

  /** The writer gives up. */
  record Failed(String reason) implements DemoMessage {}

  /** Reasons are sentences; this keeps a message below what a pipe takes in one piece. */
  int TEXT_CHARS_MAX = 1000;

  default byte[] encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(32);
    try {
      encode(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private void encode(DataOutputStream out) throws IOException {
    if (this instanceof Ready ready) {
      out.writeByte('R');
      out.writeUTF(shortened(ready.storage));
      out.writeUTF(shortened(ready.reason));
    } else if (this instanceof Attempt attempt) {
      out.writeByte('T');
      out.writeInt(attempt.index);
    } else if (this instanceof Ack ack) {
      out.writeByte('A');
      out.writeLong(ack.sequence);
      out.writeInt(ack.index);
      out.writeInt(ack.crc);
      out.writeLong(ack.latencyNanos);
    } else if (this instanceof Done) {
      out.writeByte('D');
    } else if (this instanceof Failed failed) {
      out.writeByte('F');
      out.writeUTF(shortened(failed.reason));
    }
  }

  /** The next message, or empty where the writer's words end. */
  static Optional<DemoMessage> read(DataInputStream in) throws IOException {
    try {
      int kind = in.read();
      return switch (kind) {
        case -1 -> Optional.empty();
        case 'R' -> Optional.of(new Ready(in.readUTF(), in.readUTF()));
        case 'T' -> Optional.of(new Attempt(in.readInt()));
        case 'A' -> Optional.of(new Ack(in.readLong(), in.readInt(), in.readInt(), in.readLong()));
        case 'D' -> Optional.of(new Done());
        case 'F' -> Optional.of(new Failed(in.readUTF()));
        default -> throw new IOException("the writer said something else than a message: byte " + kind);
      };
    } catch (EOFException e) {
      return Optional.empty();
    }
  }

  private static String shortened(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX);
  }
}
