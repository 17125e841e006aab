package dev.syncline.tck;

import dev.syncline.Verification;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.tck.DecisionCase.Loss;
import dev.syncline.tck.ForgedLog.Link;
import dev.syncline.tck.NewestSegmentTable.Later;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Every combination of evidence about one place in a segment that has a successor: something has become of the frame that holds 4, 5 or 6,
 * in the second of three segments.
 */
final class OlderSegmentTable {
  private static final long OLDER = 2;
  private static final long BASE = 3;
  private static final long END = 6;

  /** What is left of the segment behind. */
  enum Successor {
    READABLE,
    /** Its header, and with it the link, is unreadable; its frames are there. */
    NO_HEADER,
    /** Nothing of it can be read. */
    NOTHING
  }

  /**
   * @param sealed whether the seal is readable
   * @param covered whether the successor goes on behind the segment's last record; else it goes on at the place: the rest was cut away
   * @param marked whether the mark knows that the successor was begun, and not only this segment
   */
  private record Facts(
      Harm harm, long place, Later later, boolean sealed, boolean covered, Successor successor, boolean marked, Verification verification) {
    boolean isPossible() {
      if (later != Later.GONE && (harm.endsTheFile() || place == END || !covered)) return false;
      if (sealed && (harm.endsTheFile() || !covered)) return false;
      // Who only passes through a finished segment does not ask what a frame with a right checksum follows on.
      if (!isRead() && (harm == Harm.CHAIN || harm == Harm.BACKWARDS)) return false;
      return harm != Harm.NONE || later != Later.GONE || place == END && covered;
    }

    long link() {
      return covered ? END : place - 1;
    }

    /** Opening reads a finished segment's frames only if it has to. */
    boolean isRead() {
      return !sealed || verification == Verification.FULL;
    }
  }

  private OlderSegmentTable() {}

  static List<DecisionCase> cases() {
    List<DecisionCase> cases = new ArrayList<>();
    for (Harm harm : Harm.values())
      for (long place = BASE + 1; place <= END; place++)
        for (Later later : Later.values())
          for (boolean sealed : new boolean[] {false, true})
            for (boolean covered : new boolean[] {false, true})
              for (Successor successor : Successor.values())
                for (boolean marked : new boolean[] {false, true})
                  for (Verification verification : Verification.values()) {
                    Facts facts = new Facts(harm, place, later, sealed, covered, successor, marked, verification);
                    if (facts.isPossible()) cases.add(build(facts));
                  }
    return cases;
  }

  /** The table, read from top to bottom. */
  private static DecisionRow row(Facts f) {
    if (f.harm == Harm.NONE) return f.sealed ? DecisionRow.OLDER_FRAME_IN_PLACE : DecisionRow.SEAL_LOST;
    if (f.successor == Successor.READABLE) {
      if (!f.covered) return DecisionRow.CUT_AWAY;
      return f.harm == Harm.CUT_BEFORE ? DecisionRow.OLDER_CUT_OFF : DecisionRow.LINKED;
    }
    if (f.harm == Harm.CUT_BEFORE) return DecisionRow.NO_LINK_NOTHING;
    if (f.sealed) return DecisionRow.NO_LINK_SEALED;
    if (f.successor == Successor.NO_HEADER) return f.covered ? DecisionRow.NO_LINK_SUCCESSOR : DecisionRow.NO_LINK_NOTHING;
    if (f.later != Later.GONE) return DecisionRow.NO_LINK_LATER;
    return f.marked && f.covered ? DecisionRow.NO_LINK_MARKED : DecisionRow.NO_LINK_NOTHING;
  }

  private static DecisionCase build(Facts f) {
    DecisionRow row = row(f);
    boolean harmed = row.outcome() == DecisionRow.Outcome.DAMAGE && row != DecisionRow.NO_LINK_NOTHING;
    boolean successorIsLost = f.successor != Successor.READABLE;
    Loss loss = null;
    List<Long> readable;
    if (harmed) {
      // A cursor that comes to a damaged body knows where the frame ends; it has not looked further.
      boolean knowsOneFrame = !f.isRead() && f.harm == Harm.BODY;
      long last = f.later != Later.GONE || knowsOneFrame ? f.place : END;
      loss = new Loss(SegmentName.of(OLDER), f.place, last, f.isRead());
      readable = NewestSegmentTable.sequences(1, f.place - 1);
    } else if (successorIsLost) {
      long last = f.harm == Harm.NONE ? END : f.place - 1;
      // At least its first record; with its frames all that they hold.
      boolean seen = f.successor == Successor.NO_HEADER;
      loss = new Loss(SegmentName.of(OLDER + 1), last + 1, seen ? f.link() + 3 : Math.max(last + 1, f.marked ? f.link() : 0), true);
      readable = NewestSegmentTable.sequences(1, last);
    } else {
      readable = NewestSegmentTable.sequences(1, f.link() + 3);
    }
    return new DecisionCase(row, f.toString(), () -> image(f), f.verification, readable, f.link() + 4, loss, null);
  }

  private static DiskImage image(Facts f) {
    byte[] oldest = ForgedLog.sealed(ForgedLog.segment(1, 0, 3, Link.NONE, s -> s - 1), 3);
    int nth = (int) (f.place - BASE);
    byte[] whole = ForgedLog.segment(OLDER, BASE, 3, Link.to(oldest, 3),
        s -> s > f.place && f.later != Later.PROMISING ? f.place - 1 : s - 1);
    Link link = Link.to(whole, f.link());
    byte[] newest = ForgedLog.segment(OLDER + 1, f.link(), 3, link, s -> s - 1);
    byte[] older = f.sealed ? ForgedLog.sealed(whole, f.link()) : whole.clone();
    if (f.later == Later.GONE && nth < 3) Arrays.fill(older, ForgedLog.frameAt(nth + 1), ForgedLog.frameAt(4), (byte) 0);
    older = f.harm.done(older, ForgedLog.frameAt(nth));
    Mark.DurablePoint durable = f.marked ? ForgedLog.durable(newest, 0) : ForgedLog.durable(whole, 0);
    if (f.successor != Successor.READABLE) newest[40] ^= 1;
    if (f.successor == Successor.NOTHING) newest = Arrays.copyOf(newest, ForgedLog.frameAt(1));
    Mark mark = Mark.fresh(ForgedLog.ID).withOrdinals(1, OLDER + 1).withDurable(durable, false);
    DiskImage image = DiskImage.empty().with(SegmentName.MARK, ForgedLog.markFile(mark));
    return ForgedLog.with(ForgedLog.with(ForgedLog.with(image, 1, oldest), OLDER, older), OLDER + 1, newest);
  }
}
