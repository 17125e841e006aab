package dev.syncline.lab;

import dev.syncline.SequenceRange;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WalRecord;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.io.StorageTraits;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever threads do to a log at the same time, there is an order of their calls in which a list would have answered the same,
 * and that agrees with what returned before something else began. Lincheck makes the calls up and looks for that order.
 *
 * <p>The log's disk is simulated: it answers at once, so that thousands of logs are opened, and threads meet in the engine.
 */
@Tag("laboratory")
@Tag("histories")
@Timeout(600)
class LinearizabilityTest {
  private static final int BLOCK_BYTES = 512;

  @TempDir private Path temporary;

  /** Lincheck makes the objects of one test one after the other, and does not say when it is done with one. */
  private static Path directory;

  private static WriteAheadLog latest;

  @BeforeEach
  void createDirectory() throws IOException {
    directory = Files.createDirectory(temporary.resolve("log"));
  }

  @AfterEach
  void closeTheLast() throws IOException {
    if (latest != null) latest.close();
    latest = null;
  }

  @Test
  void aLogThatSyncsEachAppendAnswersAsAList() {
    check(SyncedLog.class, SyncedList.class);
  }

  @Test
  void aLogThatSyncsOnRequestAnswersAsAListWithADurablePart() {
    check(ManualLog.class, ManualList.class);
  }

  private static void check(Class<?> log, Class<?> list) {
    new StressOptions()
        .iterations(8)
        .invocationsPerIteration(100)
        .threads(3)
        .actorsPerThread(3)
        .actorsBefore(1)
        .actorsAfter(2)
        .sequentialSpecification(list)
        .check(log);
  }

  private static WriteAheadLog open(SyncMode mode) throws IOException {
    if (latest != null) latest.close();
    WalOptions options = WalOptions.builder().blockSize(BLOCK_BYTES)
        .maxSegmentSize(Layout.FRAMES_START_BYTES + 7 * BLOCK_BYTES).syncMode(mode).build();
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    StorageTraits traits = SimulatedStorage.traits(BLOCK_BYTES, false, true);
    latest = WriteAheadLog.open(new SimulatedStorage(disk, directory, traits), options);
    return latest;
  }

  // What Lincheck makes objects of must be public.

  /** The calls that are checked, on a real log. */
  @Param(name = "sequence", gen = IntGen.class, conf = "1:8")
  @Param(name = "value", gen = IntGen.class, conf = "1:9")
  public abstract static class Log {
    final WriteAheadLog log;

    Log(SyncMode mode) throws IOException {
      log = open(mode);
    }

    @Operation
    public long append(@Param(name = "value") int value) throws IOException {
      return log.append(new byte[] {(byte) value});
    }

    /** Two records at once, which a COMMIT follows; its payload begins with how many they are. */
    @Operation
    public long appendBatch(@Param(name = "value") int value) throws IOException {
      dev.syncline.Operation entry = dev.syncline.Operation.entry(new byte[] {(byte) value});
      SequenceRange range = log.appendBatch(List.of(entry, entry));
      return range.first() * 100 + range.last();
    }

    @Operation
    public long sync() throws IOException {
      return log.sync();
    }

    @Operation
    public int read(@Param(name = "sequence") int sequence) throws IOException {
      return log.read(sequence).map(WalRecord::value).map(value -> (int) value[0]).orElse(0);
    }

    @Operation
    public boolean truncate(@Param(name = "sequence") int sequence) throws IOException {
      try {
        log.truncate(sequence);
        return true;
      } catch (IllegalArgumentException notThatManyYet) {
        return false;
      }
    }

    @Operation
    public long firstSequence() {
      return log.firstSequence();
    }

    @Operation
    public long currentSequence() {
      return log.currentSequence();
    }

  }

  /** SYNC: what has been appended is durable. */
  public static class SyncedLog extends Log {
    public SyncedLog() throws IOException {
      super(SyncMode.SYNC);
    }

    @Operation
    public long appendAsync(@Param(name = "value") int value) throws Exception {
      return log.appendAsync(dev.syncline.Operation.entry(new byte[] {(byte) value})).durable().get();
    }

    @Operation
    public long durableSequence() {
      return log.durableSequence();
    }
  }

  /** MANUAL: what has been appended is durable after a sync; a rotation and a truncation may make more of it so, when they like. */
  public static class ManualLog extends Log {
    public ManualLog() throws IOException {
      super(SyncMode.MANUAL);
    }

    @Operation
    public boolean whatWasSyncedIsDurable() throws IOException {
      long synced = log.sync();
      return log.durableSequence() >= synced;
    }
  }

  /** What a log is to its callers. */
  public abstract static class Model {
    private final List<Integer> values = new ArrayList<>();
    private final boolean durableAtOnce;
    private int truncated;
    private int durable;

    Model(boolean durableAtOnce) {
      this.durableAtOnce = durableAtOnce;
    }

    public long append(int value) {
      values.add(value);
      if (durableAtOnce) sync();
      return values.size();
    }

    public long appendAsync(int value) {
      return append(value);
    }

    public long appendBatch(int value) {
      long first = values.size() + 1;
      values.addAll(List.of(value, value, 2));
      if (durableAtOnce) sync();
      return first * 100 + first + 1;
    }

    public long sync() {
      durable = values.size();
      return durable;
    }

    public int read(int sequence) {
      return sequence > truncated && sequence <= values.size() ? values.get(sequence - 1) : 0;
    }

    public boolean truncate(int sequence) {
      if (sequence > values.size()) return false;
      truncated = Math.max(truncated, sequence);
      return true;
    }

    public long firstSequence() {
      return truncated + 1L;
    }

    public long currentSequence() {
      return values.size();
    }

    public long durableSequence() {
      return durable;
    }

    public boolean whatWasSyncedIsDurable() {
      sync();
      return true;
    }
  }

  /** The model of {@link SyncedLog}. */
  public static class SyncedList extends Model {
    public SyncedList() {
      super(true);
    }
  }

  /** The model of {@link ManualLog}. */
  public static class ManualList extends Model {
    public ManualList() {
      super(false);
    }
  }
}
