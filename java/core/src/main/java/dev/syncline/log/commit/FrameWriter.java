package dev.syncline.log.commit;

import dev.syncline.io.SegmentFile;
import dev.syncline.log.segment.Segment;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Brings frames to the disk, counts, and says how long it has been at it. The token's holder. */
final class FrameWriter {
  private final CommitCounters counters;
  private final LockWatch lockWatch;

  /** When the write or sync that is running began, by nanoTime; 0 while none is. */
  private volatile long ioBeganNanos;

  FrameWriter(CommitCounters counters, LockWatch lockWatch) {
    this.counters = counters;
    this.lockWatch = lockWatch;
  }

  long ioInProgressNanos() {
    long began = ioBeganNanos;
    return began == 0 ? 0 : Math.max(1, System.nanoTime() - began);
  }

  /** @param promised highest sequence known durable, which the frame's header vouches for */
  void writeDurably(Frame frame, long promised) throws IOException {
    lockWatch.lookIfDue();
    ByteBuffer bytes = frame.complete(promised, frame.segment().lastCrc());
    SegmentFile file = frame.segment().writer();
    counters.wrote(bytes.remaining());
    counters.durableWrites++;
    ioBeganNanos = System.nanoTime() | 1;
    try {
      file.writeDurably(bytes, frame.offsetBytes());
    } finally {
      ioBeganNanos = 0;
    }
    lockWatch.lookIfDue();
  }

  /** The same without making it durable. */
  void write(Frame frame, long promised) throws IOException {
    lockWatch.lookIfDue();
    ByteBuffer bytes = frame.complete(promised, frame.segment().lastCrc());
    SegmentFile file = frame.segment().writer();
    counters.wrote(bytes.remaining());
    ioBeganNanos = System.nanoTime() | 1;
    try {
      file.write(bytes, frame.offsetBytes());
    } finally {
      ioBeganNanos = 0;
    }
  }

  /** Makes everything that was written to {@code tail} durable. */
  void sync(Segment tail) throws IOException {
    counters.syncs++;
    ioBeganNanos = System.nanoTime() | 1;
    try {
      tail.writer().sync();
    } finally {
      ioBeganNanos = 0;
    }
    lockWatch.lookIfDue();
  }
}
