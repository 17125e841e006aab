package dev.syncline.log.recovery;

import dev.syncline.format.SegmentName;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.segment.FileBytes;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.SegmentFiles;
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
    // Closed each time: a log holds no descriptor of a directory that it hardly ever writes in.
    try (Storage target = storage.in(storage.directory().resolve(SegmentName.QUARANTINE))) {
      target.createDirectory();
      taken = new HashSet<>(target.list());
      keep(name, startBytes, endBytes, target);
    }
  }

  private void keep(String name, long startBytes, long endBytes, Storage target) throws IOException {
    String copy = freeName(name + "-at-" + startBytes);
    try (SegmentFile from = storage.open(name, Storage.Access.READ);
        SegmentFile to = target.create(copy, 0)) {
      // A block that the disk refuses to read is filled up: what lies around it is kept all the same.
      FileWindow window = new FileWindow(STEP_BYTES);
      window.use(FileBytes.of(from));
      ByteBuffer buffer = AlignedBuffers.allocate(STEP_BYTES);
      for (long at = startBytes; at < endBytes; ) {
        int wanted = (int) Math.min(STEP_BYTES, endBytes - at);
        int read = Math.min(wanted, window.load(at, wanted));
        if (read == 0) break;
        buffer.clear().put(0, window.buffer(), window.indexOf(at), read).position(read);
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
    new SegmentFiles(storage).deleteDurably(name);
  }

  /**
   * Takes a whole file out of the log's directory as it is: by a second name for it, which takes no room and reads nothing of it, or by a
   * copy where that cannot be. After a crash in the middle it may be done again.
   */
  public void take(String name) throws IOException {
    boolean linked;
    try (Storage target = storage.in(storage.directory().resolve(SegmentName.QUARANTINE))) {
      target.createDirectory();
      taken = new HashSet<>(target.list());
      if (taken.contains(name)) target.rename(name, freeName(name + "-at-0"));
      linked = storage.link(name, target);
      if (linked) {
        String kept = freeName(name + "-at-0");
        target.rename(name, kept);
        target.syncDirectory();
        files.add(target.directory().resolve(kept));
      }
    }
    if (linked) new SegmentFiles(storage).deleteDurably(name);
    else move(name);
  }

  /** Direct writes take whole alignment units; the file is cut to its true length afterwards. */
  private static void pad(ByteBuffer buffer) {
    int used = buffer.position();
    int padded = (used + AlignedBuffers.ALIGNMENT_BYTES - 1) & -AlignedBuffers.ALIGNMENT_BYTES;
    buffer.limit(padded);
    for (int i = used; i < padded; i++) buffer.put(i, (byte) 0);
    buffer.position(0);
  }

  private String freeName(String wanted) {
    String name = wanted;
    for (int i = 2; !taken.add(name); i++) name = wanted + "-" + i;
    return name;
  }
}
