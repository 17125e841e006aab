package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.Damage;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Crc;
import dev.syncline.format.FrameHeader;
import dev.syncline.format.Layout;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What the scenarios share: each is something that has gone wrong in some log, made again here by hand. They are listed in {@code
 * RELIABILITY.md}.
 *
 * <p>Unlike the rest of the kit they know how a frame is laid out, since a disk or an older program damages exactly that.
 */
public abstract class ScenarioBase extends LogTestBase {
  protected static final int SECTOR_BYTES = 512;

  /** The largest entry whose frame takes one block and no byte less. */
  protected static final int BLOCK_PAYLOAD_BYTES = BLOCK_BYTES - Layout.FRAME_HEADER_BYTES - Layout.RECORD_HEADER_BYTES;

  /** For {@link #open}: small segments, and nothing on disk vouches for the last frame. */
  protected static void withoutEvidence(WalOptions.Builder options) {
    options.maxSegmentSize(SMALL_SEGMENT_BYTES).markInterval(NEVER);
  }

  /** For {@link #open}: each append or two begin a segment. */
  protected static void tinySegments(WalOptions.Builder options) {
    options.maxSegmentSize(FRAMES_START_BYTES + 3 * BLOCK_BYTES).markInterval(NEVER);
  }

  /** What a process leaves that died after {@code count} appends, without a mark that vouches for the last of them. */
  protected final Path givenCrashWithoutEvidence(int count) throws IOException {
    WriteAheadLog log = open(ScenarioBase::withoutEvidence);
    appendEntries(log, count);
    return crashCopy(log);
  }

  /** The log holds the entries 1 to {@code last}, takes the next one, and still has both when it is opened once more. */
  protected final void assertGoesOnAfter(Path directory, long last, String when) throws IOException {
    try (WriteAheadLog log = open(directory, ScenarioBase::withoutEvidence)) {
      assertThat(lines(log.replay())).as(when).isEqualTo(entryLines(1, last));
      assertThat(log.recovery().damage()).as(when).isEmpty();
      assertThat(log.append(entryPayload(last + 1))).as(when).isEqualTo(last + 1);
    }
    try (WriteAheadLog again = open(directory, ScenarioBase::withoutEvidence)) {
      assertThat(lines(again.replay())).as("%s, opened again", when).isEqualTo(entryLines(1, last + 1));
      assertThat(again.recovery().closedCleanly()).as("%s, opened again", when).isTrue();
    }
  }

  /** The log opens readable up to {@code firstLost}, says so, and is not writable. */
  protected final void assertDamagedFrom(Path directory, long firstLost, String when) throws IOException {
    try (WriteAheadLog log = open(directory, ScenarioBase::withoutEvidence)) {
      List<Damage> damage = log.recovery().damage();
      assertThat(damage).as(when).isNotEmpty();
      assertThat(damage.get(0).firstLost()).as(when).isEqualTo(firstLost);
      assertThat(log.recovery().writable()).as(when).isFalse();
      assertThat(lines(log.replay())).as(when).isEqualTo(entryLines(1, firstLost - 1));
    }
  }

  /** An entry of this size that no other seed gives. */
  protected static byte[] noise(long seed, int bytes) {
    byte[] noise = new byte[bytes];
    new Random(seed).nextBytes(noise);
    return noise;
  }

  /** Every record's payload, in order; closes the cursor. */
  protected static List<byte[]> payloads(WalCursor cursor) {
    return records(cursor).stream().map(WalRecord::value).toList();
  }

  /** Where the frame begins that holds a record of less than a block. */
  protected static long blockOf(DirectoryBytes.Place place) {
    return place.offset() / BLOCK_BYTES * BLOCK_BYTES;
  }

  protected static FrameHeader frameAt(Path file, long offset) throws IOException {
    return FrameHeader.decode(littleEndian(DirectoryBytes.read(file, offset, Layout.FRAME_HEADER_BYTES)), 0);
  }

  /** Writes a frame header with a checksum that is right, whatever it says. */
  protected static void forge(Path file, long offset, FrameHeader header) throws IOException {
    ByteBuffer bytes = littleEndian(new byte[Layout.FRAME_HEADER_BYTES]);
    header.encode(bytes, 0, new Crc());
    DirectoryBytes.write(file, offset, bytes.array());
  }

  protected static FrameHeader withBody(FrameHeader h, int bodyBytes) {
    return new FrameHeader(
        h.crc(), h.epoch(), h.ordinal(), h.offsetBytes(), h.firstSequence(), h.lastSequence(), h.promisedSequence(), bodyBytes,
        h.recordCount(), h.recordsDigest(), h.previousCrc(), h.kind(), h.committedMillis());
  }

  protected static FrameHeader withEpoch(FrameHeader h, long epoch) {
    return new FrameHeader(
        h.crc(), epoch, h.ordinal(), h.offsetBytes(), h.firstSequence(), h.lastSequence(), h.promisedSequence(), h.bodyBytes(),
        h.recordCount(), h.recordsDigest(), h.previousCrc(), h.kind(), h.committedMillis());
  }

  private static ByteBuffer littleEndian(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  protected static Path segment(Path directory, long ordinal) {
    return directory.resolve(String.format(Locale.ROOT, "%020d.wal", ordinal));
  }
}
