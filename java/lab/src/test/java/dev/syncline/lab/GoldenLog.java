package dev.syncline.lab;

import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.format.RecordCodec;
import dev.syncline.format.SegmentName;
import dev.syncline.lab.Survival.Kind;
import dev.syncline.tck.DiskImage;
import dev.syncline.tck.LogTestBase;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A small log in several segments, closed or crashed, of which every byte's meaning is known.
 *
 * @param image its files
 * @param contents its records
 * @param segments its segment files, oldest first
 * @param closed whether it was closed
 */
record GoldenLog(DiskImage image, CrashContents contents, List<GoldenSegment> segments, boolean closed) {
  static final int BLOCK_BYTES = 512;
  private static final int SEGMENT_BYTES = (int) Layout.FRAMES_START_BYTES + 9 * BLOCK_BYTES;
  private static final int SEGMENTS = 3;

  /** @param groupFirst first sequence of the group that it counts with */
  record GoldenRecord(int start, int end, long sequence, long groupFirst) {}

  /**
   * @param promised sequence that its header says is durable
   * @param seal whether it ends the segment instead of holding records
   */
  record GoldenFrame(int start, int usedEnd, int end, long first, long last, long promised, boolean seal, List<GoldenRecord> records) {}

  record GoldenSegment(String name, List<GoldenFrame> frames, int bytes) {
    List<GoldenFrame> dataFrames() {
      return frames.stream().filter(frame -> !frame.seal()).toList();
    }

    long first() {
      return frames.get(0).first();
    }

    long last() {
      return dataFrames().get(dataFrames().size() - 1).last();
    }
  }

  /** Where appends go by frames of several records, among them batches, in segments that three or four frames fill. */
  static WalOptions.Builder options() {
    return WalOptions.builder()
        .blockSize(BLOCK_BYTES).maxSegmentSize(SEGMENT_BYTES).syncMode(SyncMode.MANUAL).markInterval(Duration.ofHours(1))
        .joinCommitsWithin(Duration.ZERO);
  }

  /** What a crash leaves while commits share the newest frame. */
  static GoldenLog joined(Path lockDirectory) throws IOException {
    return write(lockDirectory, false, options().syncMode(SyncMode.SYNC).joinCommitsWithin(Duration.ofHours(1)));
  }

  static GoldenLog write(Path lockDirectory, boolean closed) throws IOException {
    return write(lockDirectory, closed, options());
  }

  private static GoldenLog write(Path lockDirectory, boolean closed, WalOptions.Builder options) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    SimulatedStorage storage = new SimulatedStorage(disk, lockDirectory, SimulatedStorage.traits(BLOCK_BYTES, false, true));
    WriteAheadLog log = WriteAheadLog.open(storage, options.build());
    for (int i = 0; log.stats().segments() < SEGMENTS; i++) frame(log, i);
    frame(log, 100);
    frame(log, 101);
    CrashContents contents = CrashContents.of(log);
    if (closed) log.close();
    DiskImage image = disk.cut(disk.moment(), new Survival(Kind.NOTHING, 1));
    List<GoldenSegment> segments = new ArrayList<>();
    for (String name : image.names()) if (SegmentName.isSegment(name)) segments.add(parse(name, image.bytes(name)));
    return new GoldenLog(image, contents, List.copyOf(segments), closed);
  }

  /** Three records, a batch of two and its COMMIT, one record: one frame of one or two blocks. */
  private static void frame(WriteAheadLog log, int number) throws IOException {
    log.put(LogTestBase.bytes("k" + number), LogTestBase.bytes("value " + number));
    log.delete(LogTestBase.bytes("gone " + number));
    log.append(new byte[number % 3 * 60]);
    Operation put = Operation.put(LogTestBase.bytes("b" + number), new byte[40]);
    log.appendBatch(List.of(put, Operation.entry(LogTestBase.bytes("e" + number))));
    if (number % 4 == 3) log.checkpoint();
    else log.append(LogTestBase.bytes("last " + number));
    log.sync();
  }

  private static GoldenSegment parse(String name, byte[] file) {
    ByteBuffer in = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    List<GoldenFrame> frames = new ArrayList<>();
    int at = (int) Layout.FRAMES_START_BYTES;
    while (at < file.length && in.getInt(at) == Layout.FRAME_MAGIC) {
      FrameHeader header = FrameHeader.decode(in, at);
      boolean seal = header.kind() == FrameHeader.SEAL;
      int end = (int) Math.min(file.length, seal ? file.length : header.endBytes(BLOCK_BYTES));
      List<GoldenRecord> records = seal ? List.of() : records(in, at, (int) header.usedEndBytes());
      frames.add(new GoldenFrame(at, (int) header.usedEndBytes(), end, header.firstSequence(), header.lastSequence(),
          header.promisedSequence(), seal, records));
      at = end;
    }
    return new GoldenSegment(name, List.copyOf(frames), file.length);
  }

  private static List<GoldenRecord> records(ByteBuffer in, int frame, int usedEnd) {
    List<GoldenRecord> records = new ArrayList<>();
    long groupFirst = 0;
    for (int at = frame + Layout.FRAME_HEADER_BYTES; at < usedEnd; at += RecordCodec.bytes(in, at)) {
      long sequence = RecordCodec.sequence(in, at);
      if (groupFirst == 0) groupFirst = sequence;
      records.add(new GoldenRecord(at, at + RecordCodec.bytes(in, at), sequence, groupFirst));
      if (!RecordCodec.hasMore(in, at)) groupFirst = 0;
    }
    return List.copyOf(records);
  }

  GoldenSegment newest() {
    return segments.get(segments.size() - 1);
  }

  GoldenSegment older() {
    return segments.get(1);
  }

  /** What the mark file says is durable. */
  long marked() {
    ByteBuffer mark = ByteBuffer.wrap(image.bytes(SegmentName.MARK)).order(ByteOrder.LITTLE_ENDIAN);
    return Math.max(Mark.decode(mark, 0).durable().sequence(), Mark.decode(mark, Layout.MARK_SLOT_SPACING_BYTES).durable().sequence());
  }
}
