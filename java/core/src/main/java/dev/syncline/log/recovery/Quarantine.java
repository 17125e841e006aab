package dev.syncline.log.recovery;

import dev.syncline.format.SegmentName;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Keeps a durable copy of bytes before recovery cuts them off, in a directory of their own that the log never reads. */
public final class Quarantine {
  private static final int STEP_BYTES = 1 << 20;

  private final Storage storage;
  private final List<Path> files = new ArrayList<>();
  private Storage target;
  private Set<String> taken;

  public Quarantine(Storage storage) {
    this.storage = storage;
  }

  /** Files written since this was made. */
  public List<Path> files() {
    return List.copyOf(files);
  }

  /** Copies a range of a file; durable when this returns. */
  public void keep(String name, long startBytes, long endBytes) throws IOException {
    if (endBytes <= startBytes) return;
    openTarget();
    String copy = freeName(name + "-at-" + startBytes);
    try (SegmentFile from = storage.open(name, Storage.Access.READ);
        SegmentFile to = target.create(copy, 0)) {
      ByteBuffer buffer = AlignedBuffers.allocate(STEP_BYTES);
      for (long at = startBytes; at < endBytes; ) {
        buffer.clear().limit((int) Math.min(STEP_BYTES, endBytes - at));
        int read = from.read(buffer, at);
        if (read == 0) break;
        pad(buffer);
        to.write(buffer, at - startBytes);
        at += read;
      }
      to.truncate(Math.min(endBytes, from.size()) - startBytes);
      to.sync();
    }
    target.syncDirectory();
    files.add(target.directory().resolve(copy));
  }

  /** Keeps a whole file and takes it out of the log's directory. */
  public void move(String name) throws IOException {
    long size;
    try (SegmentFile file = storage.open(name, Storage.Access.READ)) {
      size = file.size();
    }
    keep(name, 0, size);
    storage.delete(name);
    storage.syncDirectory();
  }

  /** Direct writes take whole alignment units; the file is cut to its true length afterwards. */
  private static void pad(ByteBuffer buffer) {
    int used = buffer.position();
    int padded = (used + AlignedBuffers.ALIGNMENT_BYTES - 1) & -AlignedBuffers.ALIGNMENT_BYTES;
    buffer.limit(padded);
    for (int i = used; i < padded; i++) buffer.put(i, (byte) 0);
    buffer.position(0);
  }

  private void openTarget() throws IOException {
    if (target != null) return;
    target = storage.in(storage.directory().resolve(SegmentName.QUARANTINE));
    target.createDirectory();
    taken = new HashSet<>(target.list());
  }

  private String freeName(String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) name = wanted + "-" + i;
    return name;
  }
}
