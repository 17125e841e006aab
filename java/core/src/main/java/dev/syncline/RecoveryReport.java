package dev.syncline;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What opening found and did.
 *
 * @param fresh whether the directory held no log before
 * @param closedCleanly whether the last user closed it; then nothing needed repair
 * @param segments how many segments there are
 * @param firstSequence first sequence that can be read, or {@code lastSequence + 1}
 * @param lastSequence highest sequence recovered, seen or promised
 * @param trimmedBytes bytes of a torn tail cut off: work that nobody was told is durable
 * @param quarantined files that hold what was cut off
 * @param notes what was healed or put aside without a record lost: a spare slot, a leftover, an unfinished truncation
 * @param damage durable bytes that are unreadable, oldest first
 * @param atStake the sequences that {@link CorruptionPolicy#TRUNCATE} would give up: from the first that is lost to the last of the log,
 *     what can be read behind the damage included; empty if nothing is damaged, or where that was given up
 * @param gaps ranges of sequences given up for good under {@link CorruptionPolicy#TRUNCATE}, now or earlier
 * @param writable whether appends are accepted
 * @param took how long opening took
 */
public record RecoveryReport(
    boolean fresh,
    boolean closedCleanly,
    int segments,
    long firstSequence,
    long lastSequence,
    long trimmedBytes,
    List<Path> quarantined,
    List<String> notes,
    List<Damage> damage,
    Optional<SequenceRange> atStake,
    List<SequenceRange> gaps,
    boolean writable,
    Duration took) {}
