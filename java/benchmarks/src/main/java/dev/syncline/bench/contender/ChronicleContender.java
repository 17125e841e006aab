package dev.syncline.bench.contender;

import java.nio.file.Path;
import net.openhft.chronicle.bytes.Bytes;
import net.openhft.chronicle.bytes.SyncMode;
import net.openhft.chronicle.queue.ChronicleQueue;
import net.openhft.chronicle.queue.ExcerptAppender;
import net.openhft.chronicle.queue.ExcerptTailer;
import net.openhft.chronicle.queue.impl.single.SingleChronicleQueueBuilder;

/** Chronicle Queue, synced after each excerpt. */
public final class ChronicleContender implements Contender {
  private static final long BLOCK_BYTES = 64L << 20;

  /** An appender belongs to a thread, and so does the buffer that it is handed. */
  private final class Writer {
    final ExcerptAppender appender = queue.createAppender();
    final Bytes<?> buffer = Bytes.allocateElasticDirect();

    void write(byte[] record) {
      buffer.clear();
      buffer.write(record);
      appender.writeBytes(buffer);
    }
  }

  private ThreadLocal<Writer> writers;
  private ChronicleQueue queue;

  @Override
  public void open(Path directory, Setup setup) {
    System.setProperty("chronicle.analytics.disable", "true");
    System.setProperty("chronicle.announcer.disable", "true");
    writers = ThreadLocal.withInitial(Writer::new);
    queue = SingleChronicleQueueBuilder.binary(directory).blockSize(BLOCK_BYTES).syncMode(SyncMode.SYNC).build();
  }

  @Override
  public void append(byte[] record) {
    Writer writer = writers.get();
    writer.write(record);
    writer.appender.sync();
  }

  @Override
  public void appendDeferred(byte[] record) {
    writers.get().write(record);
  }

  @Override
  public void sync() {
    writers.get().appender.sync();
  }

  @Override
  public void replay(Replayed replayed) {
    Bytes<?> buffer = Bytes.allocateElasticDirect();
    try (ExcerptTailer tailer = queue.createTailer()) {
      while (true) {
        buffer.clear();
        if (!tailer.readBytes(buffer)) return;
        replayed.add((int) buffer.readRemaining(), buffer.readByte());
      }
    }
  }

  @Override
  public void close() {
    queue.close();
  }
}
