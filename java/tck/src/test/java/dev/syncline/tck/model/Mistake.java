package dev.syncline.tck.model;

/** What an implementation might do instead. The model finds each. */
enum Mistake {
  NONE,
  /** A commit goes to the tail block that was written last. */
  SAME_TAIL_AGAIN,
  /** A block that has become full stays in a tail block only. */
  FULL_BLOCK_IN_TAIL_ONLY,
  /** A crossing writes over an open block that is only in the stream. */
  CROSSES_WITHOUT_COPY,
  /** A tail block that names the place is taken for a copy of all that is there. */
  PLACE_IS_TAKEN_FOR_COPY,
  /** A tail block counts only if the stream without it ends inside its block. */
  COUNTS_WHERE_STREAM_ENDS,
  /** A tail block is laid over the rest of its block, too. */
  COVERS_THE_WHOLE_BLOCK,
  /** Frames are looked for where the last one ended, and not at the next block. */
  NEVER_SKIPS,
  /** Recovery writes the open block to its place although it lies nowhere else. */
  ALWAYS_MATERIALISES,
  /** A segment is sealed whose open block lies in a tail block. */
  SEALS_WITHOUT_MATERIALISING,
  /** What was closed is believed to be whole in the stream. */
  BELIEVES_THE_CLOSED_BIT,
  /** Whoever opens a log takes its open block for one that is in a tail block. */
  REOPENS_AS_IN_TAIL,
  /** A close cuts inside a block that lies nowhere else. */
  CLOSES_WITHOUT_COPY,
  /** Unsynced frames are joined to a block that holds durable ones. */
  WRITES_PLAINLY_OVER_DURABLE,
  /** A segment is cut, and its kept frames lie in a tail block that its seal hides. */
  CUTS_WITHOUT_MATERIALISING,
  /** Frames go to a segment that the mark does not know. */
  WRITES_BEFORE_THE_MARK
}
