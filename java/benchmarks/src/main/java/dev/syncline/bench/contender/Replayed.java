package dev.syncline.bench.contender;

/** What a replay has seen: counts, and a sum over bytes that nobody can optimise away. */
public final class Replayed {
  private long records;
  private long bytes;
  private long sum;

  /** Takes note of a record; {@code sample} is one of its bytes. */
  public void add(int recordBytes, int sample) {
    records++;
    bytes += recordBytes;
    sum += sample;
  }

  public long records() {
    return records;
  }

  public long bytes() {
    return bytes;
  }

  public long sum() {
    return sum;
  }
}
