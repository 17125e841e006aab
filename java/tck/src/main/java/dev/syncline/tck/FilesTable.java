package dev.syncline.tck;

import dev.syncline.Verification;
import dev.syncline.format.Layout;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.tck.DecisionCase.Loss;
import dev.syncline.tck.ForgedLog.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Whole files: segments that are unborn, unreadable, missing, left over or somebody else's, and what may have become of the mark. */
final class FilesTable {
  private static final List<String> NAMES = List.of(SegmentName.of(1), SegmentName.of(2), SegmentName.of(3));
  private static final List<Long> ALL = NewestSegmentTable.sequences(1, 9);

  private final byte[] oldest = ForgedLog.sealed(ForgedLog.segment(1, 0, 3, Link.NONE, s -> s - 1), 3);
  private final byte[] middle = ForgedLog.sealed(ForgedLog.segment(2, 3, 3, Link.to(oldest, 3), s -> s - 1), 6);
  private final byte[] newest = ForgedLog.segment(3, 6, 3, Link.to(middle, 6), s -> s - 1);
  private final byte[] begun = Arrays.copyOf(newest, ForgedLog.frameAt(1));
  private final Mark base = Mark.fresh(ForgedLog.ID).withOrdinals(1, 3);
  private final Mark mark = base.withDurable(ForgedLog.durable(newest, 0), false);

  /** As it was before the newest segment was begun. */
  private final Mark behind = base.withOrdinals(1, 2).withDurable(ForgedLog.durable(middle, 3), false);

  private final List<DecisionCase> cases = new ArrayList<>();

  static List<DecisionCase> cases() {
    FilesTable table = new FilesTable();
    for (Verification verification : Verification.values()) table.addAll(verification);
    return table.cases;
  }

  private DiskImage files(byte[] markFile, byte[]... segments) {
    DiskImage image = DiskImage.empty();
    if (markFile != null) image = image.with(SegmentName.MARK, markFile);
    for (int i = 0; i < segments.length; i++) if (segments[i] != null) image = image.with(NAMES.get(i), segments[i]);
    return image;
  }

  private DiskImage files(Mark said, byte[]... segments) {
    return files(ForgedLog.markFile(said), segments);
  }

  private static byte[] withoutHeader(byte[] segment) {
    byte[] bytes = segment.clone();
    bytes[40] ^= 1;
    return bytes;
  }

  private void addAll(Verification verification) {
    addHeaders(verification);
    addMissing(verification);
    addLinks(verification);
    addLeftOvers(verification);
    addOldCuts(verification);
    addMarks(verification);
  }

  private void keep(DecisionRow row, String what, Verification v, DiskImage image, List<Long> readable, long next, String deleted) {
    cases.add(new DecisionCase(row, what + ", " + v, () -> image, v, readable, next, null, deleted));
  }

  private void damage(DecisionRow row, String what, Verification v, DiskImage image, long readable, String file, long first, long last) {
    cases.add(new DecisionCase(
        row, what + ", " + v, () -> image, v, NewestSegmentTable.sequences(1, readable), 0, new Loss(file, first, last, true), null));
  }

  private void addHeaders(Verification v) {
    List<Long> six = NewestSegmentTable.sequences(1, 6);
    byte[] zeros = new byte[ForgedLog.frameAt(3)];
    byte[] half = Arrays.copyOf(newest, 60);
    keep(DecisionRow.UNBORN, "zeros", v, files(behind, oldest, middle, zeros), six, 7, NAMES.get(2));
    keep(DecisionRow.UNBORN, "half a header", v, files(behind, oldest, middle, half), six, 7, NAMES.get(2));
    keep(DecisionRow.UNBORN, "nothing", v, files(behind, oldest, middle, new byte[0]), six, 7, NAMES.get(2));
    keep(DecisionRow.UNBORN, "a wrong header", v, files(behind, oldest, middle, withoutHeader(begun)), six, 7, NAMES.get(2));
    keep(DecisionRow.UNBORN, "a header", v, files(behind, oldest, middle, begun), six, 7, NAMES.get(2));
    keep(DecisionRow.BEGUN, "a header", v, files(mark, oldest, middle, begun), six, 7, null);
    keep(DecisionRow.BEGUN, "a header and zeros", v, files(mark, oldest, middle, Arrays.copyOf(begun, ForgedLog.frameAt(3))), six, 7,
        null);
    keep(DecisionRow.AHEAD_OF_MARK, "frames", v, files(behind, oldest, middle, newest), ALL, 10, null);
    for (Mark said : List.of(mark, behind)) {
      String where = said == mark ? "in the mark" : "ahead of the mark";
      damage(DecisionRow.HEADER_LOST, "newest, with frames, " + where, v, files(said, oldest, middle, withoutHeader(newest)), 6,
          NAMES.get(2), 7, 9);
    }
    damage(DecisionRow.HEADER_LOST, "newest, without frames", v, files(mark, oldest, middle, withoutHeader(begun)), 6, NAMES.get(2), 7, 7);
    damage(DecisionRow.HEADER_LOST, "newest, zeros", v, files(mark, oldest, middle, zeros), 6, NAMES.get(2), 7, 7);
    damage(DecisionRow.HEADER_LOST, "middle", v, files(mark, oldest, withoutHeader(middle), newest), 3, NAMES.get(1), 4, 6);
    damage(DecisionRow.HEADER_LOST, "oldest", v, files(mark, withoutHeader(oldest), middle, newest), 0, NAMES.get(0), 1, 3);
  }

  private void addMissing(Verification v) {
    byte[] empty = ForgedLog.segment(2, 3, 3, Link.to(oldest, 3), s -> s - 1);
    byte[] behindEmpty = ForgedLog.segment(3, 3, 3, Link.to(empty, 3), s -> s - 1);
    Mark durable = base.withDurable(ForgedLog.durable(behindEmpty, 0), false);
    keep(DecisionRow.MISSING_EMPTY, "middle", v, files(durable, oldest, null, behindEmpty), NewestSegmentTable.sequences(1, 6), 7, null);
    Mark truncated = base.withOrdinals(1, 2).withTruncatedThrough(3, 1);
    keep(DecisionRow.MISSING_EMPTY, "oldest, behind what was truncated", v, files(truncated, null, empty),
        NewestSegmentTable.sequences(4, 6), 7, null);
    damage(DecisionRow.MISSING, "newest", v, files(mark, oldest, middle), 6, NAMES.get(2), 7, 7);
    damage(DecisionRow.MISSING, "newest, durable", v,
        files(base.withDurable(ForgedLog.durable(newest, 3), true), oldest, middle), 6, NAMES.get(2), 7, 9);
    damage(DecisionRow.MISSING, "middle", v, files(mark, oldest, null, newest), 3, NAMES.get(1), 4, 6);
    damage(DecisionRow.MISSING, "oldest", v, files(mark, null, middle, newest), 0, NAMES.get(0), 1, 3);
    Mark none = base.withOrdinals(1, 0).withDurable(Mark.DurablePoint.NONE, false);
    damage(DecisionRow.MISSING, "oldest, of which only a link tells", v, files(none, null, middle, newest), 0, NAMES.get(0), 1, 3);
    damage(DecisionRow.MISSING, "the two oldest, of which only a link tells", v, files(none, null, null, newest), 0, NAMES.get(0), 1, 6);
    damage(DecisionRow.MISSING, "two", v, files(mark, oldest), 3, NAMES.get(2), 4, 6);
    damage(DecisionRow.ALL_MISSING, "all", v, files(mark), 0, NAMES.get(2), 1, 6);
  }

  private void addLinks(Verification v) {
    Link right = Link.to(middle, 6);
    byte[] other = ForgedLog.segment(3, 6, 3, new Link(1, right.epoch(), 6, right.crc()), s -> s - 1);
    damage(DecisionRow.LINK_ELSEWHERE, "to an earlier segment", v, files(mark, oldest, middle, other), 6, NAMES.get(2), 7, 9);
    byte[] epoch = ForgedLog.segment(3, 6, 3, new Link(2, right.epoch() + 1, 6, right.crc()), s -> s - 1);
    damage(DecisionRow.LINK_ELSEWHERE, "to another life of the segment", v, files(mark, oldest, middle, epoch), 3, NAMES.get(1), 4, 6);
    byte[] crc = ForgedLog.segment(3, 6, 3, new Link(2, right.epoch(), 6, right.crc() + 1), s -> s - 1);
    damage(DecisionRow.LINK_ELSEWHERE, "to another last frame", v, files(mark, oldest, middle, crc), 3, NAMES.get(1), 4, 6);
  }

  private void addLeftOvers(Verification v) {
    Mark truncated = mark.withTruncatedThrough(3, 2);
    keep(DecisionRow.LEFT_OVER, "of a truncation", v, files(truncated, oldest, middle, newest), NewestSegmentTable.sequences(4, 9), 10,
        NAMES.get(0));
    Mark cut = base.withRewind(5, 2).withDurable(new Mark.DurablePoint(2, 0, 5, 0), false);
    keep(DecisionRow.LEFT_OVER, "of a cut of the tail", v, files(cut, oldest, middle, newest), NewestSegmentTable.sequences(1, 5), 6,
        NAMES.get(2));
    keep(DecisionRow.LEFT_OVER, "of a cut of the tail, unreadable", v, files(cut, oldest, middle, withoutHeader(newest)),
        NewestSegmentTable.sequences(1, 5), 6, NAMES.get(2));
  }

  /** The mark was kept before the newest segment was begun, and put back. */
  private void addOldCuts(Verification v) {
    for (int to : new int[] {5, 6}) {
      Mark old = behind.withRewind(to, 2).withDurable(new Mark.DurablePoint(2, 0, to, 0), false);
      cases.add(new DecisionCase(DecisionRow.OLD_CUT, "to " + to + ", " + v, () -> files(old, oldest, middle, newest), v, ALL, 0,
          new Loss(SegmentName.MARK, 0, -1, true), null));
      keep(DecisionRow.LEFT_OVER, "of a cut to " + to + ", and a segment being made", v, files(old, oldest, middle, begun),
          NewestSegmentTable.sequences(1, to), to + 1, NAMES.get(2));
    }
    // Damage was given up, from record 6 on or all of it, and the segments were put back.
    Mark some = base.withFloor(9).withRewind(5, 2).withDurable(new Mark.DurablePoint(2, 0, 5, 0), false);
    Mark all = base.withOrdinals(4, 3).withFloor(9).withDurable(Mark.DurablePoint.NONE, false);
    for (Mark gaveUp : List.of(some, all))
      cases.add(new DecisionCase(DecisionRow.OLD_CUT, (gaveUp == some ? "what" : "all that") + " was given up is back, " + v,
          () -> files(gaveUp, oldest, middle, newest), v, ALL, 0, new Loss(SegmentName.MARK, 0, -1, true), null));
    Mark cutAll = all.withFloor(5).withCut(5, 1);
    keep(DecisionRow.LEFT_OVER, "of a cut in the gap before the oldest", v, files(cutAll, null, middle, newest), List.of(), 6,
        NAMES.get(2));
  }

  private void addMarks(Verification v) {
    byte[] both = ForgedLog.markFile(mark);
    byte[] first = both.clone();
    first[33] ^= 1;
    byte[] second = both.clone();
    second[Layout.MARK_SLOT_SPACING_BYTES + 33] ^= 1;
    byte[] neither = second.clone();
    neither[33] ^= 1;
    keep(DecisionRow.ONE_SLOT, "the second", v, files(first, oldest, middle, newest), ALL, 10, null);
    keep(DecisionRow.ONE_SLOT, "the first", v, files(second, oldest, middle, newest), ALL, 10, null);
    for (byte[] lost : new byte[][] {neither, null, new byte[0], new byte[both.length]}) {
      String what = lost == null ? "missing" : lost == neither ? "both slots" : "of " + lost.length + " zeros";
      cases.add(new DecisionCase(DecisionRow.MARK_LOST, what + ", " + v, () -> files(lost, oldest, middle, newest), v, ALL, 0,
          new Loss(SegmentName.MARK, 0, -1, true), null));
      if (lost != null)
        cases.add(new DecisionCase(DecisionRow.MARK_LOST, what + ", alone, " + v, () -> files(lost), v, List.of(), 0,
            new Loss(SegmentName.MARK, 0, -1, true), null));
    }
    keep(DecisionRow.EMPTY, "never anything", v, files(Mark.fresh(ForgedLog.ID)), List.of(), 1, null);
    keep(DecisionRow.EMPTY, "all truncated", v, files(mark.withTruncatedThrough(9, 4)), List.of(), 10, null);
    keep(DecisionRow.FRESH, "no file", v, DiskImage.empty(), List.of(), 1, null);
  }
}
