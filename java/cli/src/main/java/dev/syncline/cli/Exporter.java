package dev.syncline.cli;

import dev.syncline.Damage;
import dev.syncline.SequenceRange;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.cli.ExportFormat.DamageLine;
import dev.syncline.cli.ExportFormat.End;
import dev.syncline.cli.ExportFormat.EndLine;
import dev.syncline.cli.ExportFormat.Gap;
import dev.syncline.cli.ExportFormat.GapLine;
import dev.syncline.cli.ExportFormat.Header;
import dev.syncline.cli.ExportFormat.RecordLine;
import dev.syncline.log.CommitTimes;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/** Writes the records of one log as lines: each sequence of the range is a record's or in a gap that is named. */
final class Exporter {
  private final WriteAheadLog log;
  private final Path directory;
  private final ExportSink sink;
  private final long from;
  private final long through;
  private final Set<Damage> damage = new LinkedHashSet<>();
  private Header header;

  /** The last sequence that is accounted for, and whether something is damaged between that and what comes next. */
  private long before;

  private boolean damagedSince;
  private long records;
  private long lost;

  /**
   * @param directory the log's
   * @param range the header, but for where the first record is
   */
  Exporter(WriteAheadLog log, Path directory, ExportSink sink, Header range) {
    this.log = log;
    this.directory = directory;
    this.sink = sink;
    this.header = range;
    this.from = range.after();
    this.through = range.through();
  }

  void run() throws IOException {
    try (ReadableRecords readable = new ReadableRecords(log, from, through); BatchFinder batches = new BatchFinder(log, from, through);
        CommitTimes times = Times.of(directory)) {
      Optional<WalRecord> record = readable.next();
      begin(record, readable.damage());
      for (; record.isPresent() || readable.damage().isPresent(); record = readable.next()) {
        if (record.isEmpty()) write(readable.damage().get());
        else write(record.get(), batches.commitOf(record.get().sequence()), times.of(record.get().sequence()));
      }
    }
    // What lies beside the records, as the mark does, no cursor comes across.
    for (Damage each : log.recovery().damage()) if (concerns(each)) write(each);
    if (before < through) write(new Gap(before + 1, through, null));
    sink.write(new EndLine(new End(records, damage.size(), lost)));
  }

  /** What was truncated is not a gap, and what was given up is one: the range begins with what is there, or was. */
  private void begin(Optional<WalRecord> first, Optional<Damage> damaged) throws IOException {
    long start = first.map(WalRecord::sequence).or(() -> damaged.map(Damage::firstLost)).orElse(through + 1);
    for (SequenceRange gap : log.recovery().gaps()) if (gap.last() + 1 == start) start = gap.first();
    before = Math.max(from, start - 1);
    header = new Header(header.format(), header.version(), before, through, header.lastCheckpoint(), header.checkpointCovers());
    sink.write(header);
  }

  private void write(WalRecord record, Long commit, long committedMillis) throws IOException {
    long sequence = record.sequence();
    if (sequence > before + 1) write(new Gap(before + 1, sequence - 1, null));
    sink.write(RecordLine.of(record, commit, Times.text(committedMillis)));
    before = sequence;
    damagedSince = false;
    records++;
  }

  /** Beside damage nothing tells a range that was given up from one that is lost: it counts as lost. */
  private void write(Gap gap) throws IOException {
    sink.write(new GapLine(damagedSince ? new Gap(gap.first(), gap.last(), true) : gap));
    if (damagedSince) lost += gap.last() - gap.first() + 1;
  }

  private void write(Damage found) throws IOException {
    damagedSince |= found.losesRecords();
    if (damage.add(found)) sink.write(DamageLine.of(found));
  }

  private boolean concerns(Damage each) {
    return !each.losesRecords() || each.lastLost() > header.after() && each.firstLost() <= through && !damage.contains(each);
  }

  // What was written.

  Header header() {
    return header;
  }

  Set<Damage> damage() {
    return damage;
  }

  long records() {
    return records;
  }

  /** How many sequences had a record that is not readable. */
  long lost() {
    return lost;
  }
}
