package dev.syncline.bench.cell;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One thing to measure of one contender, and how long. What a child process is told.
 *
 * @param name as in the report, such as {@code append/64x256}
 * @param workload which program measures it
 * @param threads how many append or read
 * @param recordBytes size of a record
 * @param records how many records a log to read has
 * @param every records to one sync, where the caller says when
 * @param warmupSeconds before it counts
 * @param seconds for which it counts
 * @param segmentBytes size of the files that a log is cut into
 * @param background whether a thread appends beside what is measured
 * @param followers how many processes follow the log that is written
 * @param appendsPerSecond rate at which one thread appends before them; 0 for as fast as it can
 * @param quiet whether nothing is appended while it counts
 * @param preparation name of the preparation whose directory it reads; null if it begins with an empty one
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Cell(
    String name,
    String workload,
    int threads,
    int recordBytes,
    long records,
    int every,
    double warmupSeconds,
    double seconds,
    long segmentBytes,
    boolean background,
    int followers,
    int appendsPerSecond,
    boolean quiet,
    String preparation) {
  /** Names the contender for a workload that starts processes of its own. */
  public static final String CONTENDER_PROPERTY = "syncline.bench.contender";

  public Cell lasting(double warmupSeconds, double seconds) {
    return new Cell(
        name, workload, threads, recordBytes, records, every, warmupSeconds, seconds, segmentBytes, background, followers,
        appendsPerSecond, quiet, preparation);
  }

  public Cell withSegments(long segmentBytes) {
    return new Cell(
        name, workload, threads, recordBytes, records, every, warmupSeconds, seconds, segmentBytes, background, followers,
        appendsPerSecond, quiet, preparation);
  }

  public Cell withRecords(long records) {
    return new Cell(
        name, workload, threads, recordBytes, records, every, warmupSeconds, seconds, segmentBytes, background, followers,
        appendsPerSecond, quiet, preparation);
  }

  public Cell followedBy(int followers, int appendsPerSecond, boolean quiet) {
    return new Cell(
        name, workload, threads, recordBytes, records, every, warmupSeconds, seconds, segmentBytes, background, followers,
        appendsPerSecond, quiet, preparation);
  }
}
