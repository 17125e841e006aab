package dev.syncline.tck;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Ways to harm the log that {@link RepairTestBase#givenRepairable} makes, with the sequences that each of them takes: what is named is
 * exactly that, and all else is kept.
 */
enum RepairHarm {
  A_BIT_IN_THE_NEWEST_SEGMENT(log -> flip(log, entry(95)), 95, 95),
  A_BIT_IN_AN_OLDER_SEGMENT(log -> flip(log, entry(40)), 40, 40),
  A_ZEROED_BLOCK(log -> {
    DirectoryBytes.Place place = DirectoryBytes.find(log, entry(41));
    DirectoryBytes.zeroBlockAround(place.file(), place.offset());
  }, 41, 41),
  A_FRAME_HEADER(log -> {
    DirectoryBytes.Place place = DirectoryBytes.find(log, entry(42));
    DirectoryBytes.flipByte(place.file(), place.offset() / LogTestBase.BLOCK_BYTES * LogTestBase.BLOCK_BYTES + 33);
  }, 42, 42),
  THE_FIRST_RECORD(log -> flip(log, entry(5)), 5, 5),
  THE_LAST_RECORD(log -> flip(log, entry(100)), 100, 100),
  TWO_PLACES(log -> {
    flip(log, entry(38));
    flip(log, entry(96));
  }, 38, 38, 96, 96),
  /** Its COMMIT and what belongs to it go with it. */
  A_RECORD_OF_A_BATCH(log -> flip(log, "batch-two"), 11, 14),
  A_COMMIT(log -> {
    DirectoryBytes.Place place = DirectoryBytes.find(log, LogTestBase.bytes("batch-three"));
    // The COMMIT's header is behind the last record of the batch; its payload is a count.
    DirectoryBytes.flipByte(place.file(), place.offset() + "batch-three".length() + "of batch-three".length() + 24);
  }, 11, 14),
  THE_HEADER_OF_THE_FIRST_SEGMENT(log -> zeroHeader(log, 0)),
  THE_HEADER_OF_A_SEGMENT_IN_THE_MIDDLE(log -> zeroHeader(log, 2)),
  THE_HEADER_OF_THE_NEWEST_SEGMENT(log -> zeroHeader(log, DirectoryBytes.walFiles(log).size() - 1)),
  ALL_HEADERS(log -> {
    for (int i = 0; i < DirectoryBytes.walFiles(log).size(); i++) zeroHeader(log, i);
  }),
  A_HEADER_AND_THE_RECORD_BEHIND_IT(log -> {
    Path file = DirectoryBytes.walFiles(log).get(3);
    DirectoryBytes.zero(file, 0, LogTestBase.FRAMES_START_BYTES + LogTestBase.BLOCK_BYTES);
  }, -4, -4),
  A_HEADER_AND_THE_RECORD_BEFORE_IT(log -> {
    List<Path> files = DirectoryBytes.walFiles(log);
    long before = firstEntryIn(files.get(3)) - 1;
    flip(log, entry(before));
    zeroHeader(log, 3);
  }, -5, -5),
  A_MISSING_SEGMENT_IN_THE_MIDDLE(log -> Files.delete(DirectoryBytes.walFiles(log).get(3)), -1, -1),
  THE_NEWEST_SEGMENT_MISSING(log -> Files.delete(DirectoryBytes.newestWalFile(log)), -2, -2),
  THE_FIRST_SEGMENT_MISSING(log -> Files.delete(DirectoryBytes.walFiles(log).get(0)), -3, -3),
  ALL_SEGMENTS_MISSING(log -> {
    for (Path file : DirectoryBytes.walFiles(log)) Files.delete(file);
  }, 5, 100),
  A_FILE_CUT_SHORT(log -> {
    DirectoryBytes.Place place = DirectoryBytes.find(log, entry(97));
    DirectoryBytes.cut(place.file(), place.offset());
  }, 97, 100),
  BOTH_SLOTS_OF_THE_MARK(log -> DirectoryBytes.zero(log.resolve("log.mark"), 0, 2 * LogTestBase.BLOCK_BYTES)),
  THE_MARK_MISSING(log -> Files.delete(log.resolve("log.mark"))),
  THE_MARK_AND_A_RECORD(log -> {
    Files.delete(log.resolve("log.mark"));
    flip(log, entry(50));
  }, 50, 50),
  TWO_SEGMENTS_SWAPPED(log -> {
    List<Path> files = DirectoryBytes.walFiles(log);
    Files.move(files.get(2), log.resolve("aside"));
    Files.move(files.get(3), files.get(2));
    Files.move(log.resolve("aside"), files.get(3));
  }, -6, -6);

  private interface Act {
    void to(Path log) throws IOException;
  }

  private final Act act;

  /** Pairs of a first and a last sequence; below 0 where they depend on where segments end. */
  private final long[] lost;

  RepairHarm(Act act, long... lost) {
    this.act = act;
    this.lost = lost;
  }

  void to(Path log) throws IOException {
    act.to(log);
  }

  /** Whether nobody knows any more what was truncated: then it comes back. */
  boolean harmsTheMark() {
    return this == BOTH_SLOTS_OF_THE_MARK || this == THE_MARK_MISSING || this == THE_MARK_AND_A_RECORD;
  }

  /** What it takes from the log, which is whole still. */
  long[] lost(Path whole) throws IOException {
    List<Path> files = DirectoryBytes.walFiles(whole);
    if (lost.length == 0 || lost[0] > 0) return lost;
    return switch ((int) -lost[0]) {
      case 1 -> new long[] {firstEntryIn(files.get(3)), firstEntryIn(files.get(4)) - 1};
      case 2 -> new long[] {firstEntryIn(files.get(files.size() - 1)), RepairTestBase.LAST};
      case 3 -> new long[] {RepairTestBase.TRUNCATED + 1, firstEntryIn(files.get(1)) - 1};
      case 4 -> new long[] {firstEntryIn(files.get(3)), firstEntryIn(files.get(3))};
      case 5 -> new long[] {firstEntryIn(files.get(3)) - 1, firstEntryIn(files.get(3)) - 1};
      default -> new long[] {firstEntryIn(files.get(2)), firstEntryIn(files.get(4)) - 1};
    };
  }

  /** Segments begin with an entry here, but for the one that a checkpoint begins. */
  private static long firstEntryIn(Path file) throws IOException {
    byte[] content = Files.readAllBytes(file);
    for (long sequence = 1; sequence <= RepairTestBase.LAST; sequence++)
      if (DirectoryBytes.indexOf(content, entry(sequence)) >= 0) return sequence;
    throw new AssertionError(file + " holds no entry");
  }

  private static byte[] entry(long sequence) {
    return LogTestBase.entryPayload(sequence);
  }

  private static void flip(Path log, String text) throws IOException {
    flip(log, LogTestBase.bytes(text));
  }

  private static void flip(Path log, byte[] wanted) throws IOException {
    DirectoryBytes.Place place = DirectoryBytes.find(log, wanted);
    DirectoryBytes.flipByte(place.file(), place.offset() + 1);
  }

  private static void zeroHeader(Path log, int segment) throws IOException {
    DirectoryBytes.zero(DirectoryBytes.walFiles(log).get(segment), 0, LogTestBase.BLOCK_BYTES);
  }
}
