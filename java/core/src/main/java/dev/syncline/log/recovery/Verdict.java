package dev.syncline.log.recovery;

import dev.syncline.Damage;
import dev.syncline.RecoveryReport;
import dev.syncline.SequenceRange;
import dev.syncline.format.LogId;
import dev.syncline.format.Mark;
import dev.syncline.log.segment.Segment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What {@link Judge} makes of a directory, and so what {@link Recovery} has to do.
 *
 * @param fresh neither mark nor segments: there never was a log
 * @param mark the mark that counts; rebuilt from the segments where the mark file is unreadable; empty only if fresh
 * @param markNeedsHealing whether a slot of the mark file is torn or damaged, or the file was missing
 * @param poorSlot the slot of the mark file that says less than the other, or -1
 * @param logId the log's id, or null if nothing tells it
 * @param segments readable segments, oldest first, clipped to what counts
 * @param leftovers segments that no longer or do not yet belong to the log: truncated, cut off by a rewind, or never begun; newest last
 * @param tornAt where the newest segment is to be cut because work that was never acknowledged is torn, or null
 * @param damage durable bytes that are unreadable and not truncated away, oldest first
 * @param damageCut where the log ends if everything from the first damage on is given up, or null if there is no damage
 * @param notes what is odd without a record lost
 * @param gaps sequences given up for good
 * @param lastSequence highest sequence seen or promised
 * @param provenSequence highest sequence that something on disk says is durable
 * @param closedCleanly whether the last user closed the log
 * @param markedOrdinal the newest segment that the mark knew of when it was read, and so the last checkpoint before; 0 if it was rebuilt,
 *     {@link #ALL_MARKED} if it is believed for all
 * @param scans what was read, in order of the segments
 */
public record Verdict(
    boolean fresh,
    Optional<Mark> mark,
    boolean markNeedsHealing,
    int poorSlot,
    LogId logId,
    List<Segment> segments,
    List<Long> leftovers,
    Cut tornAt,
    List<Damage> damage,
    Cut damageCut,
    List<String> notes,
    List<SequenceRange> gaps,
    long lastSequence,
    long provenSequence,
    boolean closedCleanly,
    long markedOrdinal,
    List<SegmentScan> scans) {
  /** The newest segment was not read, so the last checkpoint is the one that the mark names. */
  public static final long ALL_MARKED = Long.MAX_VALUE;

  /** There never was a log. */
  static Verdict none() {
    return new Verdict(
        true, Optional.empty(), false, -1, null, List.of(), List.of(), null, List.of(), null, List.of(), List.of(), 0, 0, true, 0,
        List.of());
  }

  /**
   * Highest sequence that a reader may show who does not know what its writer has acknowledged: whole frames behind it may be on no disk
   * yet. Where something is damaged, up to what is lost.
   */
  public long shownSequence() {
    long floor = mark.map(m -> Math.max(m.truncatedThrough(), m.floorSequence())).orElse(0L);
    long lost = 0;
    for (Damage each : damage) lost = Math.max(lost, each.lastLost());
    return Math.max(lost, Math.max(provenSequence, floor));
  }

  /** What opening tells of a log that is only read. */
  public RecoveryReport report(long firstSequence, long shownSequence, long tookNanos) {
    List<String> told = new ArrayList<>(notes);
    long behind = segments.isEmpty() ? 0 : segments.get(segments.size() - 1).lastSequence();
    if (behind > shownSequence)
      told.add("whole frames up to sequence " + behind + " lie behind " + shownSequence
          + ", the last that is proven to be durable: they show when the writer goes on, or when the log is opened to write");
    return new RecoveryReport(fresh, closedCleanly, segments.size(), firstSequence, shownSequence, 0, List.of(), told, damage, atStake(),
        gaps(), false, Duration.ofNanos(tookNanos));
  }

  /** What would be given up with everything from the first damage on, readable records behind it included; empty if nothing would. */
  public Optional<SequenceRange> atStake() {
    boolean any = damageCut != null && lastSequence > damageCut.lastSequence();
    return any ? Optional.of(new SequenceRange(damageCut.lastSequence() + 1, lastSequence)) : Optional.empty();
  }

  /**
   * A place to cut a segment at.
   *
   * @param ordinal the segment, or 0 if all of them go
   * @param usedEndBytes offset behind the last record that stays
   * @param badStartBytes offset of the first byte that goes and is worth keeping in quarantine
   * @param badEndBytes offset behind the last such byte
   * @param lastSequence last sequence that stays
   * @param crc checksum of the frame that holds it
   */
  public record Cut(long ordinal, long usedEndBytes, long badStartBytes, long badEndBytes, long lastSequence, int crc) {}
}
