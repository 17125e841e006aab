package dev.syncline.bench.contender;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.ReentrantLock;

/** SQLite in WAL mode with synchronous=FULL: one row a record, one connection that threads share. */
public final class SqliteContender implements Contender {
  private final ReentrantLock lock = new ReentrantLock();
  private Connection connection;
  private PreparedStatement insert;
  private boolean inTransaction;

  @Override
  public void open(Path directory, Setup setup) throws SQLException {
    connection = DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("records.db"));
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode=WAL");
      statement.execute("PRAGMA synchronous=FULL");
      // No shared memory file, and a checkpoint for every 40 MB instead of every 4.
      statement.execute("PRAGMA locking_mode=EXCLUSIVE");
      statement.execute("PRAGMA wal_autocheckpoint=10000");
      statement.execute("CREATE TABLE IF NOT EXISTS records (id INTEGER PRIMARY KEY, data BLOB NOT NULL)");
    }
    insert = connection.prepareStatement("INSERT INTO records (data) VALUES (?)");
  }

  @Override
  public void append(byte[] record) throws SQLException {
    lock.lock();
    try {
      insertRecord(record);
    } finally {
      lock.unlock();
    }
  }

  private void insertRecord(byte[] record) throws SQLException {
    insert.setBytes(1, record);
    insert.executeUpdate();
  }

  @Override
  public void appendDeferred(byte[] record) throws SQLException {
    if (!inTransaction) connection.setAutoCommit(false);
    inTransaction = true;
    insertRecord(record);
  }

  @Override
  public void sync() throws SQLException {
    connection.commit();
  }

  @Override
  public void replay(Replayed replayed) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT data FROM records ORDER BY id")) {
      while (rows.next()) {
        byte[] data = rows.getBytes(1);
        replayed.add(data.length, data[0]);
      }
    }
  }

  @Override
  public void close() throws IOException {
    try {
      if (inTransaction) connection.commit();
      connection.close();
    } catch (SQLException e) {
      throw new IOException(e);
    }
  }
}
