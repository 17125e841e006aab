package dev.syncline.tck;

import dev.syncline.Verification;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.tck.DecisionCase.Loss;
import dev.syncline.tck.ForgedLog.Link;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Every combination of evidence about one place in the newest segment: three segments with the sequences 1 to 3, 4 to 6 and 7 to 9, and
 * something has become of the frame that holds 7, 8 or 9.
 */
final class NewestSegmentTable {
  private static final long NEWEST = 3;
  private static final long BASE = 6;
  private static final long END = 9;

  /** What lies behind the place. */
  enum Later {
    /** Frames whose headers say that everything before them is durable. */
    PROMISING,
    /** Frames that promise only what lies before the place. */
    SILENT,
    /** Zeros, or the end of the file. */
    GONE
  }

  /** How far the mark says that the log is durable. */
  enum Marked {
    BEFORE,
    COVERS,
    CLOSED
  }

  /** A cut of the tail that the mark says is decided. */
  enum Cutting {
    NONE,
    BEFORE,
    BEHIND
  }

  private record Facts(Harm harm, long place, Later later, boolean sealed, Marked marked, Cutting cutting, boolean truncated) {
    boolean isPossible() {
      if (later != Later.GONE && (harm.endsTheFile() || place == END)) return false;
      if (sealed && harm.endsTheFile()) return false;
      // What is durable is marked before a cut is, and a cut before a segment's first record leaves the segment out.
      if (cutting == Cutting.BEFORE && (marked != Marked.BEFORE || place == BASE + 1)) return false;
      if (cutting == Cutting.BEHIND && marked != Marked.COVERS) return false;
      if (truncated && cutting != Cutting.NONE) return false;
      // Without harm the frames behind the place are there.
      return harm != Harm.NONE || later != Later.GONE || place == END;
    }

    boolean promised() {
      return later == Later.PROMISING;
    }

    boolean evident() {
      return promised() || sealed || marked != Marked.BEFORE;
    }
  }

  private NewestSegmentTable() {}

  static List<DecisionCase> cases() {
    List<DecisionCase> cases = new ArrayList<>();
    for (Harm harm : Harm.values())
      for (long place = BASE + 1; place <= END; place++)
        for (Later later : Later.values())
          for (boolean sealed : new boolean[] {false, true})
            for (Marked marked : Marked.values())
              for (Cutting cutting : Cutting.values())
                for (boolean truncated : new boolean[] {false, true}) {
                  Facts facts = new Facts(harm, place, later, sealed, marked, cutting, truncated);
                  if (facts.isPossible()) cases.add(build(facts));
                }
    cases.add(anotherEnd());
    return cases;
  }

  /** The table, read from top to bottom. */
  private static DecisionRow row(Facts f) {
    if (f.harm == Harm.NONE) return DecisionRow.FRAME_IN_PLACE;
    if (f.cutting == Cutting.BEFORE) return DecisionRow.CUT_DECIDED;
    if (f.truncated && f.evident()) return DecisionRow.TRUNCATED;
    if (f.harm == Harm.CUT_BEFORE) return f.evident() ? DecisionRow.CUT_OFF : DecisionRow.FILE_ENDS;
    if (f.promised()) return DecisionRow.PROMISED;
    if (f.sealed) return DecisionRow.SEALED;
    if (f.marked == Marked.CLOSED) return DecisionRow.CLOSED;
    if (f.marked == Marked.COVERS) return DecisionRow.MARKED;
    if (f.later == Later.SILENT) return DecisionRow.TORN_WITH_LATER;
    return f.harm.looksUnused() ? DecisionRow.SPACE_READY : DecisionRow.TORN;
  }

  private static DecisionCase build(Facts f) {
    DecisionRow row = row(f);
    long last = switch (row) {
      case FRAME_IN_PLACE -> f.cutting == Cutting.BEFORE ? f.place - 1 : f.cutting == Cutting.BEHIND ? f.place : END;
      default -> f.place - 1;
    };
    long lastLost = f.cutting == Cutting.BEHIND || f.later != Later.GONE ? f.place : f.sealed || f.marked == Marked.CLOSED ? END : f.place;
    Loss loss = row.outcome() == DecisionRow.Outcome.DAMAGE ? new Loss(SegmentName.of(NEWEST), f.place, lastLost, true) : null;
    List<Long> readable = f.truncated ? List.of() : sequences(1, last);
    long next = f.truncated ? END + 1 : last + 1;
    return new DecisionCase(row, f.toString(), () -> image(f), Verification.TAIL, readable, next, loss, null);
  }

  static List<Long> sequences(long first, long last) {
    return LongStream.rangeClosed(first, last).boxed().toList();
  }

  private static DiskImage image(Facts f) {
    byte[] oldest = ForgedLog.sealed(ForgedLog.segment(1, 0, 3, Link.NONE, s -> s - 1), 3);
    byte[] older = ForgedLog.sealed(ForgedLog.segment(2, 3, 3, Link.to(oldest, 3), s -> s - 1), BASE);
    byte[] whole = ForgedLog.segment(NEWEST, BASE, 3, Link.to(older, BASE),
        s -> s > f.place && f.later != Later.PROMISING ? f.place - 1 : s - 1);
    int nth = (int) (f.place - BASE);
    byte[] newest = f.sealed ? ForgedLog.sealed(whole, END) : whole.clone();
    if (f.later == Later.GONE && nth < 3) Arrays.fill(newest, ForgedLog.frameAt(nth + 1), ForgedLog.frameAt(4), (byte) 0);
    newest = f.harm.done(newest, ForgedLog.frameAt(nth));
    int durable = f.marked == Marked.BEFORE ? nth - 1 : f.marked == Marked.COVERS ? nth : 3;
    Mark mark = Mark.fresh(ForgedLog.ID).withOrdinals(f.truncated ? NEWEST : 1, NEWEST)
        .withDurable(ForgedLog.durable(whole, durable), f.marked == Marked.CLOSED);
    if (f.cutting != Cutting.NONE) mark = mark.withRewind(f.cutting == Cutting.BEFORE ? f.place - 1 : f.place, NEWEST);
    if (f.truncated) mark = mark.withTruncatedThrough(END, NEWEST);
    DiskImage image = DiskImage.empty().with(SegmentName.MARK, ForgedLog.markFile(mark));
    image = ForgedLog.with(image, NEWEST, newest);
    return f.truncated ? image : ForgedLog.with(ForgedLog.with(image, 1, oldest), 2, older);
  }

  /** The newest segment is whole, and ends with another frame than the mark remembers. */
  private static DecisionCase anotherEnd() {
    DiskImage image = image(new Facts(Harm.NONE, END, Later.GONE, false, Marked.CLOSED, Cutting.NONE, false));
    byte[] segment = image.bytes(SegmentName.of(NEWEST));
    Mark.DurablePoint right = ForgedLog.durable(segment, 3);
    Mark.DurablePoint other = new Mark.DurablePoint(right.ordinal(), right.endBytes(), right.sequence(), right.crc() ^ 1);
    Mark mark = Mark.fresh(ForgedLog.ID).withOrdinals(1, NEWEST).withDurable(other, false);
    return new DecisionCase(DecisionRow.ANOTHER_END, "another frame with the same last sequence",
        () -> image.with(SegmentName.MARK, ForgedLog.markFile(mark)), Verification.TAIL, sequences(1, BASE), 0,
        new Loss(SegmentName.of(NEWEST), BASE + 1, END, true), null);
  }
}
