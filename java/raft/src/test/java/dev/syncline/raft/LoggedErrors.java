package dev.syncline.raft;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What the storage says in the log while a test runs, for tests of errors: to JRaft it only says false. */
final class LoggedErrors implements AutoCloseable {
  private final Logger logger = Logger.getLogger(SynclineLogStorage.class.getName());
  private final List<String> messages = new CopyOnWriteArrayList<>();
  private final boolean toParents = logger.getUseParentHandlers();

  private final Handler handler = new Handler() {
    @Override
    public void publish(LogRecord record) {
      if (record.getLevel().intValue() >= Level.SEVERE.intValue()) messages.add(record.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  };

  LoggedErrors() {
    logger.addHandler(handler);
    logger.setUseParentHandlers(false);
  }

  List<String> messages() {
    return messages;
  }

  @Override
  public void close() {
    logger.removeHandler(handler);
    logger.setUseParentHandlers(toParents);
  }
}
