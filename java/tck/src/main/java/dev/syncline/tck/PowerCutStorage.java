package dev.syncline.tck;

import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A storage that knows at any moment what a power cut would leave: what was synced, and any part of what was not.
 *
 * <p>A name counts as durable from the next directory sync on, bytes from the next sync of their file or as part of a
 * durable write. Of the rest, {@link #cut} keeps, drops or tears each write by itself, in pieces of 512 bytes, and keeps a
 * prefix of the changes of names. Operations happen one at a time here, so that the picture has an order.
 */
public final class PowerCutStorage extends InterceptedStorage {
  private static final int SECTOR_BYTES = 512;

  /** What is known of one file. Guarded by the storage. */
  private static final class Content {
    byte[] durable = new byte[0];
    final List<Piece> unsynced = new ArrayList<>();
  }

  /** Bytes that were written and not synced; or, where {@code bytes} is null, a new size. */
  private record Piece(long offset, byte[] bytes) {}

  /** Names as the running process sees them. Guarded by this. */
  private final Map<String, Content> names = new LinkedHashMap<>();

  /** Files by the names under which they were opened, or that they have been given since. Guarded by this. */
  private final Map<String, Content> opened = new HashMap<>();

  /** Names as they were after each change since the last directory sync, which is the first. Guarded by this. */
  private final List<Map<String, Content>> nameStates = new ArrayList<>(List.of(Map.of()));

  /** Around a storage on a directory that is empty or does not exist. */
  public PowerCutStorage(Storage delegate) {
    super(delegate);
  }

  /** Writes into {@code target} what a cut at this moment could leave; {@code random} decides what it does. */
  public synchronized void cut(Path target, Random random) throws IOException {
    Files.createDirectories(target);
    Map<String, Content> survivors = nameStates.get(random.nextInt(nameStates.size()));
    for (Map.Entry<String, Content> file : survivors.entrySet())
      Files.write(target.resolve(file.getKey()), bytesAfterCut(file.getValue(), random));
  }

  private static byte[] bytesAfterCut(Content content, Random random) {
    byte[] bytes = content.durable.clone();
    for (Piece piece : content.unsynced) {
      if (piece.bytes() == null) {
        if (random.nextBoolean()) bytes = Arrays.copyOf(bytes, (int) piece.offset());
        continue;
      }
      int mood = random.nextInt(3);
      for (int at = 0; at < piece.bytes().length && mood > 0; at += SECTOR_BYTES) {
        if (mood == 1 && random.nextBoolean()) continue;
        int end = Math.min(at + SECTOR_BYTES, piece.bytes().length);
        bytes = with(bytes, piece.offset() + at, Arrays.copyOfRange(piece.bytes(), at, end));
      }
    }
    return bytes;
  }

  private static byte[] with(byte[] bytes, long offset, byte[] part) {
    byte[] result = Arrays.copyOf(bytes, (int) Math.max(bytes.length, offset + part.length));
    System.arraycopy(part, 0, result, (int) offset, part.length);
    return result;
  }

  @Override
  protected synchronized <T> T intercept(Operation operation, Call<T> call) throws IOException {
    T result = call.run();
    note(operation);
    return result;
  }

  @Override
  protected Storage around(Storage other) {
    return other;
  }

  @Override
  protected void doRename(String from, String to) throws IOException {
    synchronized (this) {
      super.doRename(from, to);
      names.put(to, names.remove(from));
      // One that is open goes on under the name that it has now.
      if (opened.containsKey(from)) opened.put(to, names.get(to));
      nameStates.add(new LinkedHashMap<>(names));
    }
  }

  private void note(Operation operation) throws IOException {
    switch (operation.op()) {
      case CREATE -> create(operation.file());
      case OPEN -> opened.put(operation.file(), names.get(operation.file()));
      case DELETE -> {
        names.remove(operation.file());
        nameStates.add(new LinkedHashMap<>(names));
      }
      case SYNC_DIRECTORY -> {
        nameStates.clear();
        nameStates.add(new LinkedHashMap<>(names));
      }
      case SYNC -> sync(opened.get(operation.file()));
      case WRITE, WRITE_DURABLY, WRITE_ZEROS -> written(operation);
      case TRUNCATE -> opened.get(operation.file()).unsynced.add(new Piece(operation.lengthBytes(), null));
      default -> { }
    }
  }

  private void create(String name) {
    Content content = new Content();
    names.put(name, content);
    opened.put(name, content);
    nameStates.add(new LinkedHashMap<>(names));
  }

  private static void sync(Content content) {
    for (Piece piece : content.unsynced)
      content.durable =
          piece.bytes() == null
              ? Arrays.copyOf(content.durable, (int) piece.offset())
              : with(content.durable, piece.offset(), piece.bytes());
    content.unsynced.clear();
  }

  private void written(Operation operation) throws IOException {
    Content content = opened.get(operation.file());
    Piece piece = new Piece(operation.offsetBytes(), written(content, operation));
    // A durable write vouches for its own bytes; earlier ones of the file may still be lost beneath it.
    if (operation.op() == Op.WRITE_DURABLY) content.durable = with(content.durable, piece.offset(), piece.bytes());
    else content.unsynced.add(piece);
  }

  private byte[] written(Content content, Operation operation) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate((int) operation.lengthBytes());
    if (operation.op() == Op.WRITE_ZEROS) return bytes.array();
    for (Map.Entry<String, Content> file : names.entrySet()) {
      if (file.getValue() != content) continue;
      try (SegmentFile reader = delegate().open(file.getKey(), Access.READ)) {
        reader.read(bytes, operation.offsetBytes());
      }
    }
    return bytes.array();
  }
}
