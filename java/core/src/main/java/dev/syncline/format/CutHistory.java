package dev.syncline.format;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The cuts of a log's tail, as far as a reader needs them that knows an earlier state: how much of what it has read is still so.
 *
 * <p>A stack in which numbers and sequences rise from the bottom to the top. A cut takes every earlier one off the stack that it reaches
 * below, since whoever has not seen that one has not seen this one either. So what a reader shares with the log is the lowest sequence
 * above its own place in the stack. Numbers count the cuts of a log; the random id beside each tells a mark that was rebuilt, or a copy
 * that went its own way, from the log that the reader knew.
 *
 * <p>Where there is no room for one more, the two oldest become one with the newer number and the lower sequence: a reader from between
 * them is told less than it shares, never more.
 *
 * <p>Immutable. In a mark's slot:
 *
 * <pre>
 *    0        4    8               24                      104
 *   +--------+----+---------------+---------------+- ... -+
 *   | cuts   | 0  | cut           | next          |       |   each: number (4), id (4), sequence (8)
 *   +--------+----+---------------+---------------+- ... -+
 * </pre>
 */
public final class CutHistory {
  /** No cut so far. */
  public static final CutHistory NONE = new CutHistory(List.of());

  static final int SLOT_BYTES = 104;
  private static final int CUT_BYTES = 16;
  private static final int SLOT_CUTS_MAX = (SLOT_BYTES - 8) / CUT_BYTES;
  private static final int MEMORY_CUTS_MAX = 64;

  /** What {@link #sharedSince} says of a history that is not an earlier state of this one. */
  public static final long UNRELATED = -1;

  /**
   * One cut.
   *
   * @param number counts the cuts of the log from 1, unsigned
   * @param id random
   * @param sequence the last that stayed
   */
  private record Cut(int number, int id, long sequence) {
    long count() {
      return Integer.toUnsignedLong(number);
    }

    /** Not what the JDK derives, see {@link LogId#equals}. */
    @Override
    public boolean equals(Object other) {
      return other instanceof Cut that && number == that.number && id == that.id && sequence == that.sequence;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(31 * (31L * number + id) + sequence);
    }
  }

  /** Oldest first. */
  private final List<Cut> cuts;

  private CutHistory(List<Cut> cuts) {
    this.cuts = cuts;
  }

  private Cut newest() {
    return cuts.isEmpty() ? null : cuts.get(cuts.size() - 1);
  }

  private long count() {
    return cuts.isEmpty() ? 0 : newest().count();
  }

  /** Whether the last cut left {@code sequence} as the last one. */
  public boolean endsWithCutBehind(long sequence) {
    return !cuts.isEmpty() && newest().sequence == sequence;
  }

  /** This history and one cut more, behind {@code sequence}. */
  public CutHistory cutAfter(long sequence, int id) {
    List<Cut> stack = new ArrayList<>(cuts);
    while (!stack.isEmpty() && stack.get(stack.size() - 1).sequence >= sequence) stack.remove(stack.size() - 1);
    stack.add(new Cut((int) (count() + 1), id, sequence));
    return new CutHistory(atMost(MEMORY_CUTS_MAX, stack));
  }

  private static List<Cut> atMost(int max, List<Cut> stack) {
    List<Cut> kept = new ArrayList<>(stack);
    while (kept.size() > max) {
      Cut oldest = kept.remove(0);
      kept.set(0, new Cut(kept.get(0).number, kept.get(0).id, oldest.sequence));
    }
    return List.copyOf(kept);
  }

  /**
   * The last sequence up to which a reader shares the log's history that saw it when its cuts were {@code seen}.
   *
   * @return {@link Long#MAX_VALUE} if there was no cut since, {@link #UNRELATED} if {@code seen} was never a state of this history
   */
  public long sharedSince(CutHistory seen) {
    long seenCount = seen.count();
    if (seenCount > count()) return UNRELATED;
    for (Cut cut : cuts) {
      if (cut.count() == seenCount && cut.id != seen.newest().id) return UNRELATED;
      if (cut.count() > seenCount) return cut.sequence;
    }
    return Long.MAX_VALUE;
  }

  /** Writes {@link #SLOT_BYTES} bytes. */
  void encode(ByteBuffer out, int at) {
    List<Cut> kept = atMost(SLOT_CUTS_MAX, cuts);
    for (int i = 0; i < SLOT_BYTES; i += 8) out.putLong(at + i, 0);
    out.putInt(at, kept.size());
    for (int i = 0; i < kept.size(); i++) {
      int cutAt = at + 8 + i * CUT_BYTES;
      out.putInt(cutAt, kept.get(i).number);
      out.putInt(cutAt + 4, kept.get(i).id);
      out.putLong(cutAt + 8, kept.get(i).sequence);
    }
  }

  /** Takes what is there as far as it is a history: of forged bytes those that rise. */
  static CutHistory decode(ByteBuffer in, int at) {
    int count = Math.max(0, Math.min(SLOT_CUTS_MAX, in.getInt(at)));
    List<Cut> read = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int cutAt = at + 8 + i * CUT_BYTES;
      Cut cut = new Cut(in.getInt(cutAt), in.getInt(cutAt + 4), in.getLong(cutAt + 8));
      Cut below = read.isEmpty() ? new Cut(0, 0, -1) : read.get(read.size() - 1);
      if (cut.count() > below.count() && cut.sequence > below.sequence) read.add(cut);
    }
    return read.isEmpty() ? NONE : new CutHistory(List.copyOf(read));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CutHistory that && cuts.equals(that.cuts);
  }

  @Override
  public int hashCode() {
    return cuts.hashCode();
  }

  @Override
  public String toString() {
    return cuts.toString();
  }
}
