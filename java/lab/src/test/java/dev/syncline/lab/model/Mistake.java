package dev.syncline.lab.model;

/** What an implementation might do instead. The model finds each. */
enum Mistake {
  NONE,
  /** A commit goes to the slot that was written last. */
  SAME_SLOT_AGAIN,
  /** A frame that lies in its place alone is written there again, with a commit more. */
  JOINS_IN_PLACE,
  /** The next frame is written, and the one before stays in a slot. */
  LEAVES_THE_FRAME_IN_ITS_SLOT,
  /** Whoever reads does not look into the slots. */
  READS_PLACES_ONLY,
  /** Of two slots with the same frame the shorter one counts. */
  THE_SHORTER_SLOT_WINS,
  /** A commit joins a frame behind which others wait for a sync. */
  JOINS_PAST_UNSYNCED,
  /** A segment is sealed whose newest frame lies in a slot. */
  SEALS_WITHOUT_SETTLING,
  /** A segment is cut, and a frame that is kept lies in a slot that its seal hides. */
  CUTS_WITHOUT_SETTLING,
  /** A close cuts inside a block that lies nowhere else. */
  CLOSES_WITHOUT_COPY,
  /** Recovery writes the newest frame to its place although it lies nowhere else. */
  ALWAYS_SETTLES,
  /** Recovery brings a frame to its place only if none follows it. */
  SETTLES_THE_LAST_FRAME_ONLY,
  /** Frames go to a segment that the mark does not know. */
  WRITES_BEFORE_THE_MARK
}
