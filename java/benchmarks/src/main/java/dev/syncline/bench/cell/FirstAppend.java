package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Contenders;
import dev.syncline.bench.contender.Setup;
import dev.syncline.bench.contender.SynclineContender;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/** A program that makes one record durable and says so. It loads nothing that the contender does not need. */
final class FirstAppend {
  static final String DURABLE = "durable";
  static final String BY_HAND = "channel";
  private static final int RECORD_BYTES = 256;
  private static final long SEGMENT_BYTES = 64L << 20;

  private FirstAppend() {}

  /** Name of the contender, and a directory that is there. */
  public static void main(String[] arguments) throws Exception {
    Path directory = Path.of(arguments[1]);
    byte[] record = new byte[RECORD_BYTES];
    if (arguments[0].equals(BY_HAND)) {
      byHand(directory, record);
    } else {
      Contender contender = contender(arguments[0]);
      contender.open(directory, new Setup(Setup.Mode.DURABLE, 1, RECORD_BYTES, SEGMENT_BYTES, false));
      contender.append(record);
    }
    System.out.println(DURABLE);
    System.out.flush();
    // Not at once: an archive of classes is written by a JVM that ends in order.
    System.exit(0);
  }

  private static Contender contender(String name) {
    return switch (name) {
      case "syncline-native" -> SynclineContender.nativeStorage();
      case "syncline-direct" -> SynclineContender.portableStorage(true);
      default -> Contenders.create(name);
    };
  }

  /** The least that makes a record durable in a new file: a length and a checksum before it, and its name synced as it is. */
  private static void byHand(Path directory, byte[] record) throws IOException {
    CRC32C crc = new CRC32C();
    crc.update(record);
    ByteBuffer bytes = ByteBuffer.allocateDirect(2 * Integer.BYTES + record.length);
    bytes.putInt(record.length).putInt((int) crc.getValue()).put(record).flip();
    FileChannel file = FileChannel.open(directory.resolve("log"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    while (bytes.hasRemaining()) file.write(bytes);
    file.force(true);
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
