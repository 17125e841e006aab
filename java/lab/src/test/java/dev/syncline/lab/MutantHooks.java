package dev.syncline.lab;

import dev.syncline.format.Crc;
import dev.syncline.io.IoGate;
import dev.syncline.io.SegmentFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/** What planted bugs do that takes more than leaving something out: called by {@link Mutant}s in the place of the engine's own methods. */
public final class MutantHooks {
  private static final int RECORD_HEADER_LEFT_BYTES = 20;

  private MutantHooks() {}

  /** A sync that failed is tried again: the second try tells nothing of the pages that the first one dropped. */
  public static void syncAgain(SegmentFile file) throws IOException {
    try {
      file.sync();
    } catch (IOException e) {
      file.sync();
    }
  }

  public static boolean shutWithoutWaiting(IoGate gate, long timeoutNanos) {
    gate.shut(0);
    return true;
  }

  /** A record's checksum that stops where its payload begins. */
  public static int ofHeaderOnly(Crc crc, long epoch, ByteBuffer buffer, int at, int length) {
    return crc.seeded(epoch, buffer, at, Math.min(length, RECORD_HEADER_LEFT_BYTES));
  }

  /** Instead of {@link Crc#of} for a frame header: stops before the fields that say how long the frame is. */
  public static int ofWithoutLengths(Crc crc, ByteBuffer in, int at, int length) {
    return crc.of(in, at, length - 24);
  }
}
