package dev.syncline.bench.contender;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;

/** H2's MVStore: a map under keys that count, committed and synced after each put. */
public final class MvStoreContender implements Contender {
  private final AtomicLong keys = new AtomicLong();
  private MVStore store;
  private MVMap<Long, byte[]> records;

  @Override
  public void open(Path directory, Setup setup) {
    store = new MVStore.Builder().fileName(directory.resolve("records.mv").toString()).autoCommitDisabled().open();
    records =
        store.openMap(
            "records",
            new MVMap.Builder<Long, byte[]>().keyType(LongDataType.INSTANCE).valueType(ByteArrayDataType.INSTANCE));
  }

  @Override
  public void append(byte[] record) {
    records.put(keys.incrementAndGet(), record);
    sync();
  }

  @Override
  public void appendDeferred(byte[] record) {
    records.put(keys.incrementAndGet(), record);
  }

  @Override
  public synchronized void sync() {
    store.commit();
    store.sync();
  }

  @Override
  public void replay(Replayed replayed) {
    Cursor<Long, byte[]> cursor = records.cursor(null);
    while (cursor.hasNext()) {
      cursor.next();
      byte[] value = cursor.getValue();
      replayed.add(value.length, value[0]);
    }
  }

  @Override
  public void close() {
    store.closeImmediately();
  }
}
