package dev.syncline.cli;

import dev.syncline.Damage;
import dev.syncline.RecordType;
import dev.syncline.WalRecord;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.zip.CRC32C;

/**
 * An exported log: a header, records and what is missing between them, an end; one JSON object a line. The last field of each, {@code crc},
 * is the CRC-32C of every byte of the file before it (from the comma in front of its name on it is not part of that), in eight hexadecimal
 * digits. So each line vouches for all lines before it.
 */
final class ExportFormat {
  static final String NAME = "syncline-export";
  static final int VERSION = 1;
  private static final String CRC_BEGINS = ",\"crc\":\"";

  /** What a line ends with, behind what its checksum covers. */
  static final int CRC_BYTES = CRC_BEGINS.length() + 8 + "\"}".length();

  private ExportFormat() {}

  /**
   * The first line.
   *
   * @param after records up to here are not in the file: they had been truncated, or were not asked for
   * @param through the last sequence that the file accounts for
   * @param lastCheckpoint sequence of the last checkpoint up to there, 0 if there is none; its record may be truncated
   * @param checkpointCovers what that one covers
   */
  record Header(String format, int version, long after, long through, long lastCheckpoint, long checkpointCovers) {}

  /**
   * One record. Of a batch, each names the COMMIT that closes it, and that one says where the batch begins, which may have been truncated.
   *
   * @param commit sequence of the COMMIT that this record counts with; null for one that is not part of a batch
   * @param first for a COMMIT the first sequence of its batch
   * @param covers for a CHECKPOINT the sequence up to which it says that state is safe elsewhere
   * @param time when it was committed; null if nothing tells
   */
  record RecordLine(long sequence, RecordType type, byte[] key, byte[] value, Long commit, Long first, Long covers, String time) {
    static RecordLine of(WalRecord record, Long commit, String time) {
      RecordType type = record.type();
      boolean keyed = type == RecordType.PUT || type == RecordType.DELETE;
      boolean valued = type == RecordType.PUT || type == RecordType.ENTRY;
      return new RecordLine(
          record.sequence(), type, keyed ? record.key() : null, valued ? record.value() : null, commit,
          type == RecordType.COMMIT ? record.marked() : null, type == RecordType.CHECKPOINT ? record.marked() : null, time);
    }
  }

  /** Sequences without a record. {@code lost} is there, and true, where they had been durable and are not readable. */
  record Gap(long first, long last, Boolean lost) {}

  record GapLine(Gap gap) {}

  /** Where the log is damaged. What is lost by that, a gap names, too. */
  record DamageLine(DamageView damage) {
    static DamageLine of(Damage damage) {
      return new DamageLine(DamageView.of(damage));
    }
  }

  /** The last line: without it the file was cut off. */
  record EndLine(End end) {}

  record End(long records, long damaged, long lost) {}

  /** What ends a line whose text so far is {@code line}, which becomes part of {@code before}: the bytes of the file up to here. */
  static String withChecksum(String line, CRC32C before) {
    String covered = line.substring(0, line.length() - 1);
    before.update(covered.getBytes(StandardCharsets.UTF_8));
    String end = checksum(before);
    before.update((end + "\n").getBytes(StandardCharsets.UTF_8));
    return covered + end;
  }

  /** The end of a line that follows on these bytes. */
  static String checksum(CRC32C before) {
    return CRC_BEGINS + String.format(Locale.ROOT, "%08x", before.getValue()) + "\"}";
  }
}
