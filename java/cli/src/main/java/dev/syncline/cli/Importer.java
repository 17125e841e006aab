package dev.syncline.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.syncline.RecordType;
import dev.syncline.format.Layout;
import dev.syncline.log.CommitTimes;
import dev.syncline.log.commit.Entry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** Appends what an exported log says to an empty one: the same sequences, batches as one, gaps as gaps. */
final class Importer {
  private static final byte[] NOTHING = {};
  private static final int RECORDS_BETWEEN_SHOWS = 1000;

  private final ExportReader file;
  private final ImportedLog log;
  private final boolean acceptLoss;
  private final Progress progress;

  /** Records of a batch whose COMMIT, with the sequence {@link #commit}, is to come. */
  private final List<Entry> batch = new ArrayList<>();

  private long commit;
  private long firstSequence;
  private long last;
  private long through;
  private long checkpoint;
  private long checkpointCovers;
  private long records;

  /** @param progress is shown how far it is */
  Importer(ExportReader file, ImportedLog log, boolean acceptLoss, Progress progress) {
    this.progress = progress;
    this.file = file;
    this.log = log;
    this.acceptLoss = acceptLoss;
  }

  /** Reads the file to its end; what is wrong with it is thrown, and the log is not to be used then. */
  void run() throws IOException {
    JsonNode header = file.next();
    if (header == null) throw file.bad("expected the header of an exported log, found an empty file");
    begin(header);
    while (takeIn(next())) continue;
    if (file.next() != null) throw file.bad("expected nothing behind the end of the export, found another line");
    if (checkpoint > 0) log.noteCheckpoint(checkpoint, checkpointCovers);
  }

  private JsonNode next() throws IOException {
    JsonNode line = file.next();
    if (line == null) throw file.bad("expected the line that says where the export ends, found the end of the file: it was cut off here");
    return line;
  }

  private void begin(JsonNode header) throws IOException {
    if (!ExportFormat.NAME.equals(file.text(header, "format")))
      throw file.bad("expected the header of a " + ExportFormat.NAME + ", found the format " + header.get("format"));
    long version = file.number(header, "version", 1);
    if (version != ExportFormat.VERSION)
      throw file.bad("expected version " + ExportFormat.VERSION + ", found " + version + ": use the newer syncline that has written it");
    last = file.number(header, "after", 0);
    through = file.number(header, "through", last);
    checkpoint = file.number(header, "lastCheckpoint", 0);
    checkpointCovers = file.number(header, "checkpointCovers", 0);
    if (through > Layout.SEQUENCE_MAX)
      throw file.bad("expected sequences up to " + Layout.SEQUENCE_MAX + ", the last there is, found a range up to " + through);
    if (checkpoint > through || checkpointCovers > checkpoint)
      throw file.bad("expected a last checkpoint up to " + through + " that covers no more than its own sequence, found " + checkpoint
          + " covering " + checkpointCovers);
    firstSequence = last + 1;
    if (last > 0) log.beginBehind(last);
  }

  /** Returns false behind the last line. */
  private boolean takeIn(JsonNode line) throws IOException {
    if (line.has("sequence")) {
      append(line);
    } else if (line.has("gap")) {
      leaveOut(file.object(line, "gap"));
    } else if (line.has("damage")) {
      requireLossAccepted("that the log was damaged: " + file.text(file.object(line, "damage"), "problem"));
    } else if (line.has("end")) {
      end(file.object(line, "end"));
      return false;
    } else {
      throw file.bad("expected a record, a gap, damage or the end, found another line");
    }
    return true;
  }

  private void append(JsonNode line) throws IOException {
    long sequence = file.number(line, "sequence", 1);
    if (sequence != last + 1 || sequence > through)
      throw file.bad("expected sequence " + (last + 1) + " of the range up to " + through + ", found " + sequence);
    RecordType type = type(line);
    Entry entry = entry(type, line, sequence);
    long closedBy = line.has("commit") ? file.number(line, "commit", sequence + 1) : 0;
    if (!batch.isEmpty() && type != RecordType.COMMIT && closedBy != commit)
      throw file.bad("expected a record of the batch that COMMIT " + commit + " closes, found one that belongs to " + closedBy);
    if (closedBy > 0 && type == RecordType.COMMIT) throw file.bad("expected a COMMIT, found one that is part of a batch");
    if (!batch.isEmpty() && type == RecordType.COMMIT && sequence != commit)
      throw file.bad("expected the COMMIT " + commit + " of the batch before it, found the COMMIT " + sequence);
    commit = closedBy;
    if (batch.isEmpty()) log.committedAt(time(line));
    batch.add(entry);
    last = sequence;
    if (records++ % RECORDS_BETWEEN_SHOWS == 0)
      progress.show("importing", last - firstSequence, through - firstSequence + 1, (through - firstSequence + 1) + " sequences");
    if (closedBy == 0) write();
  }

  /** What an earlier version has exported says no times, and is imported as of now. */
  private long time(JsonNode line) {
    if (!line.has("time")) return CommitTimes.UNKNOWN;
    try {
      return Times.millis(file.text(line, "time"));
    } catch (IllegalArgumentException e) {
      throw file.bad(e.getMessage());
    }
  }

  private RecordType type(JsonNode line) {
    String name = file.text(line, "type");
    try {
      return RecordType.valueOf(name);
    } catch (IllegalArgumentException e) {
      throw file.bad("expected a type of " + List.of(RecordType.values()) + ", found " + name);
    }
  }

  private Entry entry(RecordType type, JsonNode line, long sequence) {
    return switch (type) {
      case PUT -> keyed(type, file.bytes(line, "key"), file.bytes(line, "value"));
      case DELETE -> keyed(type, file.bytes(line, "key"), NOTHING);
      case ENTRY -> keyed(type, NOTHING, file.bytes(line, "value"));
      case COMMIT -> marker(type, sequence - beginOfBatch(line, sequence));
      case CHECKPOINT -> marker(type, covers(line, sequence));
    };
  }

  /** What a COMMIT says of it: where the batch in the file begins, or if that is the first record of all, before. */
  private long beginOfBatch(JsonNode line, long sequence) {
    long first = file.number(line, "first", 1);
    long found = sequence - batch.size();
    if (first != found && (first > found || found != firstSequence))
      throw file.bad("expected the COMMIT of a batch that begins at " + found + ", found one of a batch that begins at " + first);
    return first;
  }

  /** Of a damaged log the header may name an earlier checkpoint than is among its records: the later one is the last. */
  private long covers(JsonNode line, long sequence) {
    long covers = file.number(line, "covers", 0);
    if (covers > sequence)
      throw file.bad("expected a checkpoint that covers no more than its own sequence, " + sequence + ", found one that covers " + covers);
    if (sequence == checkpoint && covers != checkpointCovers)
      throw file.bad(
          "expected checkpoint " + sequence + " to cover " + checkpointCovers + ", as line 1 says, found one that covers " + covers);
    if (sequence > checkpoint) {
      checkpoint = sequence;
      checkpointCovers = covers;
    }
    return covers;
  }

  private static Entry keyed(RecordType type, byte[] key, byte[] value) {
    return new Entry(type.code(), key.length, key, value);
  }

  private static Entry marker(RecordType type, long number) {
    return new Entry(type.code(), 0, NOTHING, ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(number).array());
  }

  private void write() throws IOException {
    long first = log.append(List.copyOf(batch));
    if (first + batch.size() - 1 != last)
      throw new IllegalStateException("record " + last + " was to be appended, and " + (first + batch.size() - 1) + " was");
    batch.clear();
  }

  private void leaveOut(JsonNode gap) throws IOException {
    requireNoBatchOpen("a gap");
    long first = file.number(gap, "first", 1);
    long end = file.number(gap, "last", first);
    if (first != last + 1 || end > through)
      throw file.bad("expected a gap from " + (last + 1) + " on, up to " + through + " at most, found " + first + ".." + end);
    if (gap.has("lost")) requireLossAccepted("that sequences " + first + ".." + end + " are lost");
    log.leaveOut(end);
    last = end;
  }

  private void requireLossAccepted(String found) {
    if (!acceptLoss)
      throw file.bad("expected an export without loss, found " + found + ". With --accept-loss the rest becomes a log with gaps, which"
          + " 'syncline info' lists as given up");
  }

  private void requireNoBatchOpen(String found) {
    if (!batch.isEmpty()) throw file.bad("expected the COMMIT " + commit + " of the batch before it, found " + found);
  }

  private void end(JsonNode end) {
    requireNoBatchOpen("the end");
    if (last != through) throw file.bad("expected records or gaps up to " + through + ", found the end behind " + last);
    if (file.number(end, "records", 0) != records)
      throw file.bad("expected the end of " + records + " records, found that of " + end.get("records"));
  }

  // What there is now.

  long firstSequence() {
    return firstSequence;
  }

  long lastSequence() {
    return last;
  }

  long records() {
    return records;
  }

  long checkpoint() {
    return checkpoint;
  }

  long checkpointCovers() {
    return checkpointCovers;
  }
}
