package dev.syncline.log.options;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/**
 * Numbers that nobody draws twice, to tell logs and their segments from all others: from the kernel's generator (urandom(4)), or where
 * there is no such file from {@link SecureRandom}, which loads 75 classes to find the same. Some are drawn ahead, the first when one is
 * asked for, so that a log that begins its next segment needs no descriptor for it as a rule. Any thread.
 */
final class RandomNumbers implements LongSupplier {
  private static final String DEVICE = "/dev/urandom";
  private static final int AHEAD = 64;

  private volatile Drawn drawn = new Drawn(ByteBuffer.allocate(0));

  /** What was drawn together, and how much of it was given out. */
  private static final class Drawn {
    final ByteBuffer numbers;
    final AtomicInteger used = new AtomicInteger();

    Drawn(ByteBuffer numbers) {
      this.numbers = numbers;
    }
  }

  @Override
  public long getAsLong() {
    while (true) {
      Drawn now = drawn;
      int at = now.used.getAndIncrement() * Long.BYTES;
      if (at < now.numbers.capacity()) return now.numbers.getLong(at);
      drawn = new Drawn(ByteBuffer.wrap(draw()));
    }
  }

  private static byte[] draw() {
    try (InputStream device = new FileInputStream(DEVICE)) {
      byte[] bytes = device.readNBytes(AHEAD * Long.BYTES);
      if (bytes.length == AHEAD * Long.BYTES) return bytes;
    } catch (IOException e) {
      // There is none, or no descriptor to read it with: there is another way.
    }
    byte[] bytes = new byte[AHEAD * Long.BYTES];
    new SecureRandom().nextBytes(bytes);
    return bytes;
  }
}
