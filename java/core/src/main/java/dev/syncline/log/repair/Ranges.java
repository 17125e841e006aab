package dev.syncline.log.repair;

import dev.syncline.SequenceRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Sets of sequences, as ascending ranges that do not touch each other. */
final class Ranges {
  private Ranges() {}

  /** Whatever is in one of them. */
  static List<SequenceRange> union(List<SequenceRange> ranges) {
    List<SequenceRange> united = new ArrayList<>();
    for (SequenceRange next : ranges.stream().sorted(Comparator.comparingLong(SequenceRange::first)).toList()) {
      SequenceRange last = united.isEmpty() ? null : united.get(united.size() - 1);
      if (last == null || next.first() - 1 > last.last()) united.add(next);
      else united.set(united.size() - 1, new SequenceRange(last.first(), Math.max(last.last(), next.last())));
    }
    return united;
  }

  /** What is in {@code ranges} and not in {@code taken}; both are unions. */
  static List<SequenceRange> without(List<SequenceRange> ranges, List<SequenceRange> taken) {
    List<SequenceRange> left = new ArrayList<>();
    for (SequenceRange range : ranges) {
      long from = range.first();
      for (SequenceRange gone : taken) {
        if (gone.last() < from || gone.first() > range.last()) continue;
        if (gone.first() > from) left.add(new SequenceRange(from, gone.first() - 1));
        from = gone.last() + 1;
      }
      if (from <= range.last()) left.add(new SequenceRange(from, range.last()));
    }
    return left;
  }
}
