package dev.syncline.lab;

import dev.syncline.lab.DiskStep.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** One file's bytes that are on stable storage, and what was done to it since. Used by one {@link CrashReplay}. */
final class FilePast {
  private static final int SECTOR_BYTES = Survival.SECTOR_BYTES;

  /** A write or a change of size that no sync has covered. */
  private static final class Pending {
    final DiskStep step;

    /** The size that the file gets by it, or -1 if it keeps its size. */
    final int newSize;

    /** Sectors of a write that something durable has replaced since, or null while none is. */
    boolean[] replaced;

    Pending(DiskStep step, int newSize) {
      this.step = step;
      this.newSize = newSize;
    }

    int offset() {
      return (int) step.offsetBytes;
    }

    int end() {
      return offset() + step.bytes.length;
    }

    void replace(int from, int to) {
      int sectors = sectors(step.bytes.length);
      if (replaced == null) replaced = new boolean[sectors];
      for (int i = 0; i < sectors; i++) {
        int start = offset() + i * SECTOR_BYTES;
        if (start >= from && Math.min(end(), start + SECTOR_BYTES) <= to) replaced[i] = true;
      }
    }
  }

  private byte[] durable;
  private int durableSize;
  private int size;
  private final List<Pending> pending = new ArrayList<>();

  FilePast(byte[] bytes) {
    durable = bytes;
    durableSize = bytes.length;
    size = bytes.length;
  }

  private static int sectors(int bytes) {
    return (bytes + SECTOR_BYTES - 1) / SECTOR_BYTES;
  }

  void write(DiskStep step) {
    int end = (int) step.offsetBytes + step.bytes.length;
    pending.add(new Pending(step, end > size ? end : -1));
    size = Math.max(size, end);
  }

  void resize(DiskStep step) {
    size = (int) step.offsetBytes;
    pending.add(new Pending(step, size));
  }

  /** Everything that had returned when a sync began is durable. */
  void sync(int began) {
    for (Iterator<Pending> each = pending.iterator(); each.hasNext(); ) {
      Pending change = each.next();
      if (!change.step.endedBefore(began)) continue;
      settle(change);
      each.remove();
    }
  }

  private void settle(Pending change) {
    if (change.step.kind == Kind.RESIZE) settleSize(change.newSize);
    else put(change, null);
  }

  private void settleSize(int newSize) {
    durable = Arrays.copyOf(durable, Math.max(newSize, 0));
    durableSize = newSize;
  }

  private void put(Pending write, boolean[] kept) {
    if (durable.length < write.end()) durable = Arrays.copyOf(durable, write.end());
    durableSize = Math.max(durableSize, write.end());
    copyTo(durable, write, kept, null);
  }

  /** The last write is durable: its own bytes, and of the rest only what it takes to read them back, the file's size. */
  void harden() {
    Pending last = pending.remove(pending.size() - 1);
    if (last.newSize >= 0 || last.end() > durableSize) settleSizes(size);
    for (Pending earlier : pending)
      if (earlier.step.kind != Kind.RESIZE) earlier.replace(last.offset(), last.end());
    put(last, null);
  }

  private void settleSizes(int now) {
    List<Pending> seen = new ArrayList<>();
    for (Pending change : pending) {
      if (change.newSize >= 0) {
        for (Pending earlier : seen) if (change.step.kind == Kind.RESIZE) earlier.replace(change.newSize, Integer.MAX_VALUE);
        settleSize(change.step.kind == Kind.RESIZE ? change.newSize : Math.max(durableSize, change.newSize));
      }
      if (change.step.kind != Kind.RESIZE) seen.add(withoutSize(change));
    }
    settleSize(now);
    pending.clear();
    pending.addAll(seen);
  }

  private static Pending withoutSize(Pending write) {
    if (write.newSize < 0) return write;
    Pending same = new Pending(write.step, -1);
    same.replaced = write.replaced;
    return same;
  }

  /** What is left of it after a power cut. */
  byte[] afterCut(Survival survival, int moment) {
    List<DiskStep> sizeChanges = pending.stream().filter(p -> p.newSize >= 0).map(p -> p.step).toList();
    int sizesKept = survival.sizesKept(sizeChanges, moment);
    byte[] bytes = durable.clone();
    int finalSize = durableSize;
    int seen = 0;
    int lostCutAt = Integer.MAX_VALUE;
    for (Pending change : pending) {
      boolean sizeKept = change.newSize < 0 || seen++ < sizesKept;
      if (sizeKept && change.newSize >= 0) {
        // What a cut took away never comes back, however the file grows later.
        bytes = Arrays.copyOf(bytes, change.step.kind == Kind.RESIZE ? change.newSize : Math.max(bytes.length, change.newSize));
        finalSize = change.newSize;
      }
      if (!sizeKept && change.step.kind == Kind.RESIZE) lostCutAt = Math.min(lostCutAt, change.newSize);
      if (change.step.kind == Kind.RESIZE) continue;
      boolean[] kept = survival.sectorsKept(sectors(change.step.bytes.length), change.step.endedBefore(moment));
      copySurviving(bytes, change, kept, survival, lostCutAt);
    }
    return Arrays.copyOf(bytes, finalSize);
  }

  /** Bytes behind a cut that was lost went to other places of the disk than those that are read now. */
  private static void copySurviving(byte[] bytes, Pending write, boolean[] kept, Survival survival, int lostCutAt) {
    for (int i = 0; i < kept.length; i++) if (write.offset() + i * SECTOR_BYTES >= lostCutAt) kept[i] = false;
    copyTo(bytes, write, kept, survival);
  }

  private static void copyTo(byte[] target, Pending write, boolean[] kept, Survival survival) {
    byte[] garbage = new byte[SECTOR_BYTES];
    for (int i = 0; i < sectors(write.step.bytes.length); i++) {
      boolean there = (kept == null || kept[i]) && (write.replaced == null || !write.replaced[i]);
      int from = i * SECTOR_BYTES;
      int length = Math.min(SECTOR_BYTES, Math.min(write.step.bytes.length - from, target.length - write.offset() - from));
      if (!there || length <= 0) continue;
      boolean garbled = survival != null && survival.garbles(garbage);
      System.arraycopy(garbled ? garbage : write.step.bytes, garbled ? 0 : from, target, write.offset() + from, length);
    }
  }
}
