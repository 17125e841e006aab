package dev.syncline.replicated;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * What the group answered to which request, so that a request is applied once however often it is sent. Part of the replicated
 * state: it changes only as commands are applied, by the applying thread, so every node forgets the same at the same command.
 */
final class SessionTable {
  /** Sessions remembered; opening one more forgets the one that was not used for the longest time. */
  static final int SESSIONS_MAX = 1024;

  private static final int MAGIC = 0x53455331; // "SES1"
  private static final int HEADER_BYTES = 2 * Integer.BYTES;
  private static final int CRC_BYTES = Integer.BYTES;

  /** By number of the session, least recently used first. */
  private final LinkedHashMap<Long, Session> sessions = new LinkedHashMap<>(64, 0.75f, true);

  private static final class Session {
    final TreeMap<Long, CommandResult> results = new TreeMap<>();
    long highest;

    CommandResult known(long number) {
      CommandResult result = results.get(number);
      if (result != null) return result;
      return number <= highest - RequestId.WINDOW ? CommandResult.expired() : null;
    }

    void remember(long number, CommandResult result) {
      results.put(number, result);
      highest = Math.max(highest, number);
      results.headMap(highest - RequestId.WINDOW, true).clear();
    }
  }

  void open(long session) {
    sessions.put(session, new Session());
    if (sessions.size() > SESSIONS_MAX) sessions.remove(sessions.keySet().iterator().next());
  }

  /** What is to be answered without applying the request: what it gave before, or that nobody knows; null if it is new. */
  CommandResult known(RequestId request) {
    Session session = sessions.get(request.session());
    return session == null ? CommandResult.expired() : session.known(request.number());
  }

  /** Only for a request that {@link #known} knew nothing of. */
  void remember(RequestId request, CommandResult result) {
    sessions.get(request.session()).remember(request.number(), result);
  }

  int size() {
    return sessions.size();
  }

  /** All of it, in the order of use, with a checksum at the end. */
  byte[] encode() {
    int bytes = HEADER_BYTES + CRC_BYTES;
    for (Session session : sessions.values())
      bytes += 2 * Long.BYTES + Integer.BYTES + session.results.size() * (Long.BYTES + CommandResult.BYTES);
    ByteBuffer out = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putInt(sessions.size());
    for (Map.Entry<Long, Session> each : sessions.entrySet()) {
      Session session = each.getValue();
      out.putLong(each.getKey()).putLong(session.highest).putInt(session.results.size());
      session.results.forEach((number, result) -> result.write(out.putLong(number)));
    }
    out.putInt(crc(out.array(), out.position()));
    return out.array();
  }

  /**
   * The table that {@link #encode} wrote.
   *
   * @throws IllegalArgumentException if a byte differs
   */
  static SessionTable decode(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    int crcAt = bytes.length - CRC_BYTES;
    if (crcAt < HEADER_BYTES || in.getInt(0) != MAGIC) throw new IllegalArgumentException("not a table of sessions");
    if (in.getInt(crcAt) != crc(bytes, crcAt)) throw new IllegalArgumentException("a table of sessions with a wrong checksum");
    SessionTable table = new SessionTable();
    int count = in.position(Integer.BYTES).getInt();
    for (int i = 0; i < count; i++) {
      Session session = new Session();
      table.sessions.put(in.getLong(), session);
      session.highest = in.getLong();
      int results = in.getInt();
      for (int k = 0; k < results; k++) session.results.put(in.getLong(), CommandResult.read(in));
    }
    return table;
  }

  private static int crc(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }
}
