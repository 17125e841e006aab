package dev.syncline;

/** The sequences of a batch's data records; its COMMIT takes the one after {@code last}. */
public record SequenceRange(long first, long last) {

  public long count() {
    return last - first + 1;
  }
}
