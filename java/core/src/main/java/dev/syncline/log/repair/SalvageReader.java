package dev.syncline.log.repair;

import dev.syncline.CorruptLogException;
import dev.syncline.Damage;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.log.commit.Entry;
import dev.syncline.log.segment.Extent;
import dev.syncline.log.segment.FileBytes;
import dev.syncline.log.segment.FileWindow;
import dev.syncline.log.segment.FrameCheck;
import dev.syncline.log.segment.FrameFields;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Reads every record that counts of segments, in order, past whatever cannot be read between them; each is checked again. */
final class SalvageReader {
  private static final int WINDOW_BYTES = 1 << 20;

  /** Is shown what belongs together: one record, or a group. */
  interface Visitor {
    /** @param first sequence of the first one; the others follow without gaps */
    void group(long first, List<Entry> records) throws IOException;

    /** A frame begins: what is in it was written apart from what came before, and committed at that time. */
    default void frameBegins(long committedMillis) throws IOException {}
  }

  private final Storage storage;
  private final Storage.Access access;
  private final Visitor visitor;
  private final FileWindow window = new FileWindow(WINDOW_BYTES);
  private final FrameCheck check = new FrameCheck();
  private final FrameFields frame = new FrameFields();
  private final Crc crc = new Crc();
  private final byte[] noHead = {};

  SalvageReader(Storage storage, Storage.Access access, Visitor visitor) {
    this.storage = storage;
    this.access = access;
    this.visitor = visitor;
  }

  /** Shows what {@code findings} says is kept. */
  void read(Findings findings) throws IOException {
    long last = findings.truncatedThrough();
    for (Segment segment : findings.salvaged().segments()) {
      last = requireBehind(segment, last, findings.truncatedThrough());
      try (SegmentFile file = storage.open(segment.name, access)) {
        window.use(segment.asItCounts(FileBytes.of(file)));
        for (Extent extent : segment.extents()) read(segment, extent, findings.truncatedThrough());
      }
    }
  }

  /** Two lives of a log may have segments that nothing tells apart but their sequences: which of them is wanted is not for us to say. */
  private long requireBehind(Segment segment, long before, long truncated) throws CorruptLogException {
    long last = before;
    for (Extent extent : segment.extents()) {
      if (extent.lastSequence() <= truncated) continue;
      long first = Math.max(extent.firstSequence(), truncated + 1);
      if (first <= last) throw ofAnotherLife(segment, extent, last);
      last = extent.lastSequence();
    }
    return last;
  }

  private CorruptLogException ofAnotherLife(Segment segment, Extent extent, long last) {
    Damage damage = new Damage(storage.directory().resolve(segment.name), extent.startBytes(),
        "expected records above " + last + ", which the segments before it hold, found some from " + extent.firstSequence() + " on",
        extent.firstSequence(), extent.lastSequence());
    return new CorruptLogException(damage,
        "It is of another life of this log, or those before it are. Nothing was changed: move those that are not wanted out of the"
            + " directory, and repair again");
  }

  private void read(Segment segment, Extent extent, long truncated) throws IOException {
    long offset = extent.startBytes();
    while (offset < extent.endBytes()) {
      int available = window.load(offset, Layout.FRAME_HEADER_BYTES);
      String problem = window.refusal(offset, Layout.FRAME_HEADER_BYTES);
      if (problem == null)
        problem = FrameHeader.problem(
            window.buffer(), window.indexOf(offset), available, crc, segment.header.epoch(), segment.ordinal, offset);
      if (problem != null) throw changed(segment, offset, problem, extent);
      frame.take(window.buffer(), window.indexOf(offset));
      check.check(window, offset, frame, frame.firstSequence - 1);
      // The records before the damage of a frame are the last of their run.
      boolean enough = check.problem == null || check.goodLastSequence >= extent.lastSequence();
      if (!enough) throw changed(segment, offset + check.problemAtBytes, check.problem, extent);
      visitor.frameBegins(frame.committedMillis);
      show(offset, truncated, extent.lastSequence());
      offset = frame.endBytes(segment.header.blockBytes());
    }
  }

  private void show(long offset, long truncated, long clip) throws IOException {
    window.load(offset, Layout.FRAME_HEADER_BYTES + check.goodBytes);
    ByteBuffer in = window.buffer();
    int at = window.indexOf(offset) + Layout.FRAME_HEADER_BYTES;
    int end = at + check.goodBytes;
    List<Entry> group = new ArrayList<>();
    long first = 0;
    for (; at < end; at += RecordCodec.bytes(in, at)) {
      long sequence = RecordCodec.sequence(in, at);
      if (sequence > clip) break;
      if (sequence > truncated) {
        if (group.isEmpty()) first = sequence;
        group.add(entry(in, at));
      }
      if (RecordCodec.hasMore(in, at) || group.isEmpty()) continue;
      visitor.group(first, group);
      group = new ArrayList<>();
    }
    // A cut of the tail has taken the rest of the group.
    if (!group.isEmpty()) visitor.group(first, group);
  }

  private Entry entry(ByteBuffer in, int at) {
    byte[] payload = new byte[RecordCodec.payloadBytes(in, at)];
    in.get(at + Layout.RECORD_HEADER_BYTES, payload);
    return new Entry(RecordCodec.type(in, at), RecordCodec.meta(in, at), noHead, payload);
  }

  private CorruptLogException changed(Segment segment, long offset, String problem, Extent extent) {
    Damage damage = new Damage(
        storage.directory().resolve(segment.name), offset, problem, extent.firstSequence(), extent.lastSequence());
    return new CorruptLogException(
        damage, "It was readable a moment ago: the disk gives other bytes each time. Nothing was changed; copy the log to another disk");
  }
}
