package dev.syncline.log.repair;

import dev.syncline.SequenceRange;
import dev.syncline.log.commit.Entry;
import java.io.IOException;
import java.util.List;

/** Writes what is read of the old log to the new one, frame by frame, and puts gaps on record where they are passed. */
final class Copier implements SalvageReader.Visitor {
  private final NewLog made;
  private final List<SequenceRange> gaps;
  private final CheckpointSearch checkpoints;
  private int nextGap;
  private long records;

  Copier(NewLog made, List<SequenceRange> gaps, CheckpointSearch checkpoints) {
    this.made = made;
    this.gaps = gaps;
    this.checkpoints = checkpoints;
  }

  /** How many were copied. */
  long records() {
    return records;
  }

  @Override
  public void group(long first, List<Entry> group) throws IOException {
    for (int i = 0; i < group.size(); i++) checkpoints.see(first + i, group.get(i));
    passGapsBefore(first);
    made.append(first, group);
    records += group.size();
  }

  @Override
  public void frameBegins(long committedMillis) throws IOException {
    made.beginFrame(committedMillis);
  }

  private void passGapsBefore(long sequence) throws IOException {
    SequenceRange last = null;
    while (nextGap < gaps.size() && gaps.get(nextGap).last() < sequence) last = gaps.get(nextGap++);
    if (last != null) made.skipTo(last.last());
  }
}
