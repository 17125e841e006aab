package dev.syncline.tck;

/**
 * The rows of the decision table in {@code FORMAT.md}: what recovery makes of what it finds. Each is tried with every combination of
 * evidence that leads to it; {@link DecisionTable} tells which those are, without the engine.
 */
public enum DecisionRow {
  // A place in the newest segment where a frame belongs, or the file ends.
  FRAME_IN_PLACE(Outcome.KEEP),
  CUT_DECIDED(Outcome.KEEP),
  TRUNCATED(Outcome.KEEP),
  PROMISED(Outcome.DAMAGE),
  SEALED(Outcome.DAMAGE),
  CLOSED(Outcome.DAMAGE),
  MARKED(Outcome.DAMAGE),
  CUT_OFF(Outcome.DAMAGE),
  FILE_ENDS(Outcome.KEEP),
  SPACE_READY(Outcome.KEEP),
  TORN(Outcome.TRIM),
  TORN_WITH_LATER(Outcome.TRIM),
  ANOTHER_END(Outcome.DAMAGE),
  // The same in an older segment.
  OLDER_FRAME_IN_PLACE(Outcome.KEEP),
  SEAL_LOST(Outcome.KEEP),
  LINKED(Outcome.DAMAGE),
  CUT_AWAY(Outcome.KEEP),
  OLDER_CUT_OFF(Outcome.DAMAGE),
  NO_LINK_SEALED(Outcome.DAMAGE),
  NO_LINK_SUCCESSOR(Outcome.DAMAGE),
  NO_LINK_LATER(Outcome.DAMAGE),
  NO_LINK_MARKED(Outcome.DAMAGE),
  NO_LINK_NOTHING(Outcome.DAMAGE),
  // Segments and the mark.
  UNBORN(Outcome.DELETE),
  BEGUN(Outcome.KEEP),
  AHEAD_OF_MARK(Outcome.KEEP),
  HEADER_LOST(Outcome.DAMAGE),
  MISSING_EMPTY(Outcome.KEEP),
  MISSING(Outcome.DAMAGE),
  LINK_ELSEWHERE(Outcome.DAMAGE),
  OLD_CUT(Outcome.DAMAGE),
  LEFT_OVER(Outcome.DELETE),
  ONE_SLOT(Outcome.KEEP),
  MARK_LOST(Outcome.DAMAGE),
  ALL_MISSING(Outcome.DAMAGE),
  EMPTY(Outcome.KEEP),
  FRESH(Outcome.FRESH);

  /** What recovery does. */
  public enum Outcome {
    /** What is there counts, as far as links and cuts let it; appends go on. */
    KEEP,
    /** The rest goes, and a copy of it to quarantine; appends go on. */
    TRIM,
    /** What is lost is reported, and nothing can be appended. */
    DAMAGE,
    /** A file goes that never held anything that counts; the rest is kept. */
    DELETE,
    /** A log without a past. */
    FRESH
  }

  private final Outcome outcome;

  DecisionRow(Outcome outcome) {
    this.outcome = outcome;
  }

  public Outcome outcome() {
    return outcome;
  }
}
