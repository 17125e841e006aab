package dev.syncline.bench.contender;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.bookkeeper.bookie.Journal;
import org.apache.bookkeeper.bookie.LedgerDirsManager;
import org.apache.bookkeeper.conf.ServerConfiguration;
import org.apache.bookkeeper.net.BookieId;
import org.apache.bookkeeper.proto.BookkeeperInternalCallbacks.WriteCallback;
import org.apache.bookkeeper.util.DiskChecker;

/** The journal of a BookKeeper bookie, without the bookie. */
public final class BookKeeperContender implements Contender {
  private static final int KEY_BYTES = 2 * Long.BYTES;
  private static final long LEDGER = 1;

  private final AtomicLong entries = new AtomicLong();
  private final WriteCallback onWritten = BookKeeperContender::written;
  private Journal journal;
  private CompletableFuture<Void> last;

  @Override
  public void open(Path directory, Setup setup) throws IOException {
    openToReplay(directory, setup);
    // As a bookie does when it starts.
    replay(new Replayed());
    journal.start();
  }

  @Override
  public void openToReplay(Path directory, Setup setup) throws IOException {
    File journalDirectory = Files.createDirectories(directory.resolve("journal").resolve("current")).toFile();
    File ledgerDirectory = Files.createDirectories(directory.resolve("ledgers").resolve("current")).toFile();
    ServerConfiguration configuration = new ServerConfiguration();
    configuration.setJournalDirName(directory.resolve("journal").toString());
    configuration.setJournalSyncData(true);
    configuration.setJournalFormatVersionToWrite(5);
    configuration.setJournalAlignmentSize(4096);
    configuration.setProperty("journalPreAllocSizeMB", 64);
    configuration.setJournalReuseFiles(true);
    configuration.setJournalAdaptiveGroupWrites(true);
    // A record never waits for company: what comes during a sync goes with the next one.
    configuration.setJournalMaxGroupWaitMSec(0);
    configuration.setJournalFlushWhenQueueEmpty(true);
    configuration.setJournalRemovePagesFromCache(false);
    LedgerDirsManager ledgers =
        new LedgerDirsManager(configuration, new File[] {ledgerDirectory.getParentFile()}, new DiskChecker(0.999f, 0.99f));
    journal = new Journal(0, journalDirectory, configuration, ledgers);
  }

  private CompletableFuture<Void> add(byte[] record) throws InterruptedException {
    long entry = entries.incrementAndGet();
    ByteBuf buffer = PooledByteBufAllocator.DEFAULT.directBuffer(KEY_BYTES + record.length);
    buffer.writeLong(LEDGER).writeLong(entry).writeBytes(record);
    CompletableFuture<Void> durable = new CompletableFuture<>();
    journal.logAddEntry(LEDGER, entry, buffer, false, onWritten, durable);
    return durable;
  }

  private static void written(int result, long ledger, long entry, BookieId bookie, Object context) {
    @SuppressWarnings("unchecked")
    CompletableFuture<Void> durable = (CompletableFuture<Void>) context;
    if (result == 0) durable.complete(null);
    else durable.completeExceptionally(new IOException("the journal answered " + result));
  }

  @Override
  public void append(byte[] record) throws Exception {
    add(record).get();
  }

  @Override
  public void appendDeferred(byte[] record) throws InterruptedException {
    last = add(record);
  }

  @Override
  public void sync() throws Exception {
    last.get();
  }

  @Override
  public void replay(Replayed replayed) throws IOException {
    List<Long> ids = Journal.listJournalIds(journal.getJournalDirectory(), null);
    for (long id : ids)
      journal.scanJournal(
          id,
          0,
          (version, offset, entry) -> {
            // Negative keys mark ledgers' master keys and the like.
            if (entry.remaining() > KEY_BYTES && entry.getLong(entry.position() + Long.BYTES) > 0)
              replayed.add(entry.remaining() - KEY_BYTES, entry.get(entry.position() + KEY_BYTES));
          },
          true);
  }

  @Override
  public void close() {
    journal.shutdown();
  }
}
