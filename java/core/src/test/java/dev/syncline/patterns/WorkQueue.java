package dev.syncline.patterns;

import dev.syncline.RecordType;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A queue that delivers each job until somebody acknowledges it. An ENTRY is a job, a DELETE with its id the acknowledgement. */
public final class WorkQueue implements Closeable {
  public record Job(long id, byte[] payload) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final NavigableMap<Long, Job> waiting = new TreeMap<>();
  private final NavigableMap<Long, Job> taken = new TreeMap<>();
  private final WriteAheadLog log;

  /** MANUAL: an append under the lock is a copy in memory, and the disk is waited for outside. */
  public WorkQueue(Path directory) throws IOException {
    log = WriteAheadLog.open(directory, WalOptions.builder().syncMode(SyncMode.MANUAL).build());
    try (WalCursor records = log.replay()) {
      while (records.hasNext()) {
        WalRecord record = records.next();
        if (record.type() == RecordType.ENTRY) waiting.put(record.sequence(), new Job(record.sequence(), record.value()));
        else waiting.remove(ByteBuffer.wrap(record.key()).getLong());
      }
      records.requireComplete();
    } catch (IOException | RuntimeException e) {
      log.close();
      throw e;
    }
  }

  /** The job is durable when this returns. */
  public long offer(byte[] payload) throws IOException {
    long id;
    lock.lock();
    try {
      id = log.append(payload);
      waiting.put(id, new Job(id, payload.clone()));
      arrived.signal();
    } finally {
      lock.unlock();
    }
    log.awaitDurable(id);
    return id;
  }

  /** The oldest job that nobody has taken; durable, so no crash takes back what somebody has begun to work on. */
  public Job take() throws IOException, InterruptedException {
    Job job;
    lock.lock();
    try {
      while (waiting.isEmpty()) arrived.await();
      job = waiting.pollFirstEntry().getValue();
      taken.put(job.id, job);
    } finally {
      lock.unlock();
    }
    log.awaitDurable(job.id);
    return job;
  }

  /** Not waited for: if a crash takes the acknowledgement, the job is delivered again. */
  public void acknowledge(Job job) throws IOException {
    lock.lock();
    try {
      if (taken.containsKey(job.id)) log.delete(ByteBuffer.allocate(Long.BYTES).putLong(job.id).array());
      taken.remove(job.id);
    } finally {
      lock.unlock();
    }
  }

  /** Forgets what lies before the oldest job that is not acknowledged; now and then, since space comes free by whole segments. */
  public void forgetAcknowledged() throws IOException {
    long oldest;
    lock.lock();
    try {
      oldest = log.currentSequence() + 1;
      if (!waiting.isEmpty()) oldest = Math.min(oldest, waiting.firstKey());
      if (!taken.isEmpty()) oldest = Math.min(oldest, taken.firstKey());
    } finally {
      lock.unlock();
    }
    log.truncate(oldest - 1);
  }

  @Override
  public void close() throws IOException {
    log.close();
  }
}
