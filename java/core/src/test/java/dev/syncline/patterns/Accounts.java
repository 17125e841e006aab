package dev.syncline.patterns;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/** A state machine: commands are checked, logged and applied; now and then the state is saved, and what led to it forgotten. */
public final class Accounts implements Closeable {
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, Long> balances = new TreeMap<>();
  private final Path savedFile;
  private final WriteAheadLog log;

  /** Every command up to here is in {@link #balances}. Guarded by the lock, like those. */
  private long applied;

  public Accounts(Path directory) throws IOException {
    savedFile = directory.resolve("accounts");
    log = WriteAheadLog.open(directory.resolve("log"), WalOptions.builder().syncMode(SyncMode.MANUAL).build());
    try {
      restore();
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** The saved state, and then every command that it lacks. */
  private void restore() throws IOException {
    if (Files.exists(savedFile)) {
      List<String> lines = Files.readAllLines(savedFile, UTF_8);
      applied = Long.parseLong(lines.get(0));
      for (String line : lines.subList(1, lines.size())) balances.put(line.split(" ")[0], Long.parseLong(line.split(" ")[1]));
    }
    if (applied < log.lastCheckpointCovers())
      throw new IOException(savedFile + " holds the commands up to " + applied + ", but the log was told that those up to "
          + log.lastCheckpointCovers() + " are saved, and may have forgotten them. Put the newer file back");
    try (WalCursor records = log.replay(applied)) {
      while (records.hasNext()) {
        WalRecord record = records.next();
        apply(record.sequence(), new String(record.value(), UTF_8));
      }
      records.requireComplete();
    }
  }

  /** The same state and the same command give the same state: nothing here may depend on a clock, on chance, or on a thread. */
  private void apply(long sequence, String command) {
    String[] words = command.split(" ");
    long amount = Long.parseLong(words[2]);
    balances.merge(words[0], -amount, Long::sum);
    balances.merge(words[1], amount, Long::sum);
    applied = sequence;
  }

  /** Durable when it returns true. The check, the log's order and the state go together, so they share a lock; the disk does not. */
  public boolean transfer(String from, String to, long amount) throws IOException {
    String command = from + " " + to + " " + amount;
    long sequence;
    lock.lock();
    try {
      if (!from.equals("bank") && balances.getOrDefault(from, 0L) < amount) return false;
      sequence = log.append(command.getBytes(UTF_8));
      apply(sequence, command);
    } finally {
      lock.unlock();
    }
    log.awaitDurable(sequence);
    return true;
  }

  /** Saves the state and forgets the commands that it holds. One thread; transfers go on meanwhile. */
  public void save() throws IOException {
    StringBuilder text = new StringBuilder();
    long covered;
    lock.lock();
    try {
      covered = applied;
      text.append(covered).append('\n');
      balances.forEach((account, balance) -> text.append(account).append(' ').append(balance).append('\n'));
    } finally {
      lock.unlock();
    }
    log.awaitDurable(covered);               // Or a crash leaves a file that is ahead of the log.
    replaceDurably(text.toString());
    log.checkpoint(covered);                 // On record: a saved state covers this.
    log.truncate(covered);                   // What was appended since stays.
  }

  private void replaceDurably(String text) throws IOException {
    Path temporary = savedFile.resolveSibling("accounts.tmp");
    try (FileChannel file = FileChannel.open(temporary, CREATE, WRITE, TRUNCATE_EXISTING)) {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (bytes.hasRemaining()) file.write(bytes);
      file.force(true);
    }
    Files.move(temporary, savedFile, ATOMIC_MOVE);
    try (FileChannel directory = FileChannel.open(savedFile.getParent(), READ)) {
      directory.force(true);                 // The new name is durable too, before the log forgets anything.
    }
  }

  public Map<String, Long> balances() {
    lock.lock();
    try {
      return Map.copyOf(balances);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
