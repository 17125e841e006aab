package dev.syncline.lab;

import static dev.syncline.lab.CrashJudgement.require;

import dev.syncline.CorruptionPolicy;
import dev.syncline.LogFailedException;
import dev.syncline.RecordsRewoundException;
import dev.syncline.SyncMode;
import dev.syncline.Verification;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Layout;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.DirectoryLock;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.nio.NioStorage;
import dev.syncline.tck.DecisionCase;
import dev.syncline.tck.DecisionRow;
import dev.syncline.tck.DecisionTable;
import dev.syncline.tck.DiskImage;
import dev.syncline.tck.FaultyStorage;
import dev.syncline.tck.FaultyStorage.Stall;
import dev.syncline.tck.ForgedLog;
import dev.syncline.tck.InterceptedStorage;
import dev.syncline.tck.Operation;
import dev.syncline.tck.Operation.Op;
import dev.syncline.tck.Quietly;
import dev.syncline.tck.Together;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.stream.LongStream;

/**
 * What is asked of a mutated engine, and of the real one: each check passes on a log that keeps its promises. Called by {@link Mutant},
 * from another class loader.
 */
public final class MutantChecks {
  private static final int BLOCK_BYTES = 512;
  private static final int FRAMES_START_BYTES = (int) Layout.FRAMES_START_BYTES;
  private static final int FILE_BLOCK_BYTES = 4096;
  private static final String FIRST_SEGMENT = "00000000000000000001.wal";
  private static final int TABLE_STRIDE = 5;
  private static final int SPACE_FAILURES = 5;
  private static final int SETTLE_MILLIS = 300;
  private static final int INTERRUPTED_WRITES = 5_000;
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private MutantChecks() {}

  /** Explores so many crash states, from that seed's run on; returns how many. */
  public static long explore(Path directory, long firstSeed, int states) throws Exception {
    AtomicLong explored = new AtomicLong();
    CrashExplorer explorer = new CrashExplorer(directory, directory.resolve("images"), explored);
    try {
      for (long seed = firstSeed; explored.get() < states; seed++) explorer.explore(seed, () -> explored.get() >= states);
    } catch (AssertionError e) {
      throw new AssertionError("after " + explored.get() + " states, " + e.getMessage().lines().findFirst().orElse("") + ": " + e.getCause(), e);
    } finally {
      // The last log was abandoned, as all were: its threads end when somebody else opens the directory.
      DirectoryLock.acquire(directory, timeoutNanos -> true, PATIENCE.toNanos()).release();
    }
    return explored.get();
  }

  /** No frame behind a fence that a power cut may leave, where making space ready fails now and then, too. */
  public static void noFrameIsBehindAFence(Path directory) throws IOException {
    FenceOrder.check(directory, SyncMode.SYNC, BLOCK_BYTES, true, 0);
    FenceOrder.check(directory.resolve("failing"), SyncMode.SYNC, FILE_BLOCK_BYTES, true, SPACE_FAILURES);
  }

  /** Every fifth combination of evidence of the decision table, of every row. */
  public static void theDecisionTable(Path directory) throws IOException {
    for (DecisionRow row : DecisionRow.values()) {
      for (int i = 0; i < DecisionTable.cases(row).size(); i += TABLE_STRIDE) {
        DecisionCase each = DecisionTable.cases(row).get(i);
        SimulatedDisk disk = new SimulatedDisk(each.image());
        DecisionTable.judge(
            each, () -> new SimulatedStorage(disk, directory, SimulatedStorage.traits(ForgedLog.BLOCK_BYTES, false, true)));
      }
    }
  }

  /** Each byte of a frame header changed, as the corruption contract does with all bytes. */
  public static void everyByteOfAFrameHeaderCounts(Path directory) throws IOException {
    GoldenLog log = GoldenLog.write(directory, true);
    GoldenLog.GoldenSegment segment = log.newest();
    byte[] before = log.image().bytes(segment.name());
    int start = segment.frames().get(0).start();
    for (int at = start; at < start + Layout.FRAME_HEADER_BYTES; at++) {
      byte[] after = before.clone();
      after[at] ^= (byte) (1 << at % 8);
      Corruption corruption = Corruption.of(log, segment, before, after);
      SimulatedDisk disk = new SimulatedDisk(log.image().with(segment.name(), after));
      Storage storage = new SimulatedStorage(disk, directory, SimulatedStorage.traits(BLOCK_BYTES, false, true));
      try {
        new CorruptionJudgement(log, corruption, Verification.TAIL).judge(WriteAheadLog.open(storage, GoldenLog.options().build()));
      } catch (AssertionError e) {
        throw new AssertionError("byte " + at + ": " + e.getMessage(), e);
      }
    }
  }

  // Focused checks, for what crashes at random cannot express.

  /** A disk with a log on it whose identifiers are fixed: the same log, another life of its first segment. */
  private static DiskImage life(Path directory, long epoch, int appends) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    WriteAheadLog log = open(disk, directory, epoch);
    for (int i = 0; i < appends; i++) log.append(new byte[10]);
    return now(disk);
  }

  private static DiskImage now(SimulatedDisk disk) {
    return disk.cut(disk.moment(), new Survival(Survival.Kind.EVERYTHING, 1));
  }

  private static WriteAheadLog open(SimulatedDisk disk, Path directory, long epoch) throws IOException {
    LongSupplier identifiers = LongStream.concat(LongStream.of(1, 2), LongStream.iterate(epoch, last -> last + 1)).iterator()::nextLong;
    WalOptions options = WalOptions.builder()
        .blockSize(BLOCK_BYTES).maxSegmentSize(FRAMES_START_BYTES + 15 * BLOCK_BYTES)
        .markInterval(Duration.ofHours(1)).joinCommitsWithin(Duration.ZERO).identifiers(identifiers).build();
    return WriteAheadLog.open(new SimulatedStorage(disk, directory, SimulatedStorage.traits(1, false, true)), options);
  }

  /** On files, since a simulated disk has no links. */
  public static void aCutLeavesTheCopyAlone(Path directory) throws IOException {
    Path copy = directory.resolve("copy");
    WalOptions options = WalOptions.builder().joinCommitsWithin(Duration.ZERO).build();
    try (WriteAheadLog log = WriteAheadLog.open(directory.resolve("original"), options)) {
      for (int i = 0; i < 20; i++) log.append(new byte[10]);
      log.snapshot(copy);
      log.truncateAfter(5);
    }
    try (WriteAheadLog log = WriteAheadLog.open(copy)) {
      require(log.recovery().damage().isEmpty(), "a cut of the original has damaged the copy: " + log.recovery().damage());
      require(log.currentSequence() == 20, "expected 20 records in the copy, found " + log.currentSequence());
    }
  }

  /** Behind a torn frame lie frames of the same segment's earlier life: what they promise was promised to somebody else. */
  public static void anEarlierLifeProvesNothing(Path directory) throws IOException {
    byte[] earlier = life(directory, 11, 4).bytes(FIRST_SEGMENT);
    DiskImage later = life(directory, 77, 1);
    byte[] bytes = later.bytes(FIRST_SEGMENT);
    Arrays.fill(bytes, FRAMES_START_BYTES + BLOCK_BYTES, FRAMES_START_BYTES + 2 * BLOCK_BYTES, (byte) 0x5a);
    int behind = FRAMES_START_BYTES + 2 * BLOCK_BYTES;
    System.arraycopy(earlier, behind, bytes, behind, 2 * BLOCK_BYTES);
    try (WriteAheadLog log = open(new SimulatedDisk(later.with(FIRST_SEGMENT, bytes)), directory, 99)) {
      require(log.recovery().damage().isEmpty(), "a torn tail was taken for damage: " + log.recovery().damage());
      require(log.currentSequence() == 1, "expected 1 record, found " + log.currentSequence());
    }
  }

  /** Who follows a log shows what has a witness, goes forward, and hears of a cut. The mark is written for changes of structure only. */
  public static void aFollowerShowsTheDurableHistory(Path directory) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    SimulatedStorage beside = new SimulatedStorage(disk, directory, SimulatedStorage.traits(1, false, true));
    try (WriteAheadLog writer = open(disk, directory, 11); WriteAheadLog reader = followed(writer, beside); WalCursor tail = reader.tail(0)) {
      require(reader.currentSequence() == 2, "expected 2 records with a witness, found " + reader.currentSequence());
      writer.append(new byte[10]);
      require(reader.currentSequence() == 3, "expected 3 records with a witness, found " + reader.currentSequence());
      for (long sequence = 1; sequence <= 3; sequence++)
        require(tail.hasNext() && tail.next().sequence() == sequence, "the tail does not come to " + sequence);
      writer.truncateAfter(1);
      for (int i = 0; i < 3; i++) writer.append(new byte[20]);
      try {
        throw new AssertionError("a tail that had shown 3 goes on behind a cut to 1: " + tail.hasNext());
      } catch (UncheckedIOException e) {
        require(((RecordsRewoundException) e.getCause()).lastShared() == 1, "expected 1 to be shared, found " + e.getCause());
      }
      require(reader.read(2).orElseThrow().value().length == 20, "an old record is shown");
    }
  }

  private static WriteAheadLog followed(WriteAheadLog writer, Storage beside) throws IOException {
    for (int i = 0; i < 3; i++) writer.append(new byte[10]);
    return WriteAheadLog.openReadOnly(beside, WalOptions.defaults());
  }

  /** A frame whose batch is not whole is cut off, and its bytes are kept. */
  public static void aTornTailIsCutAndKept(Path directory) throws IOException {
    DiskImage image = life(directory, 11, 2);
    byte[] bytes = image.bytes(FIRST_SEGMENT);
    Arrays.fill(bytes, FRAMES_START_BYTES + 2 * BLOCK_BYTES, FRAMES_START_BYTES + 3 * BLOCK_BYTES, (byte) 0x5a);
    SimulatedDisk disk = new SimulatedDisk(image.with(FIRST_SEGMENT, bytes));
    try (WriteAheadLog log = open(disk, directory, 99)) {
      require(log.recovery().quarantined().size() == 1, "nothing was kept of a torn tail");
      byte[] cut = disk.cut(disk.moment(), new Survival(Survival.Kind.NOTHING, 1)).bytes(FIRST_SEGMENT);
      require(cut.length == FRAMES_START_BYTES + 2 * BLOCK_BYTES, "a torn tail was not cut: " + cut.length + " bytes are left");
    }
  }

  /** What was given up as damaged keeps its sequences. */
  public static void aSequenceThatWasGivenUpIsNotUsedAgain(Path directory) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    try (WriteAheadLog log = open(disk, directory, 11)) {
      for (int i = 0; i < 3; i++) log.append(new byte[10]);
    }
    byte[] bytes = now(disk).bytes(FIRST_SEGMENT);
    bytes[bytes.length - 1] ^= 1;
    DiskImage damaged = now(disk).with(FIRST_SEGMENT, bytes);
    WalOptions options = WalOptions.builder().blockSize(BLOCK_BYTES).maxSegmentSize(FRAMES_START_BYTES + 15 * BLOCK_BYTES)
        .corruptionPolicy(CorruptionPolicy.TRUNCATE).build();
    Storage storage = new SimulatedStorage(new SimulatedDisk(damaged), directory, SimulatedStorage.traits(1, false, true));
    try (WriteAheadLog log = WriteAheadLog.open(storage, options)) {
      long next = log.append(new byte[10]);
      require(next == 4, "expected sequence 4 behind the record that was given up, got " + next);
    }
  }

  /** Two frames in a row: who waits for the second returns only when that one has been written. */
  public static void aFollowerWaitsForItsOwnFrame(Path directory) throws Exception {
    FaultyStorage disk = new FaultyStorage(NioStorage.open(directory, FILE_BLOCK_BYTES, false));
    try (WriteAheadLog log = WriteAheadLog.open(disk, quiet(SyncMode.SYNC))) {
      log.append(new byte[10]);
      Stall first = disk.on(Op.WRITE_DURABLY).named(FIRST_SEGMENT::equals).stallBefore();
      Together.Task<Long> leader = Together.begin(() -> log.append(new byte[10]));
      first.awaitReached(PATIENCE);
      Stall second = disk.on(Op.WRITE_DURABLY).named(FIRST_SEGMENT::equals).stallBefore();
      Together.Task<Long> one = Together.begin(() -> log.append(new byte[10]));
      Together.Task<Long> other = Together.begin(() -> log.append(new byte[10]));
      Together.await("both lie in the second frame", () -> log.stats().appends() == 4);
      first.release();
      second.awaitReached(PATIENCE);
      leader.get();
      TimeUnit.MILLISECONDS.sleep(SETTLE_MILLIS);
      boolean early = one.isDone() || other.isDone();
      second.release();
      one.get();
      other.get();
      require(!early, "an append returned before its frame was written");
    }
  }

  /** Fails the writer thread's first sync. */
  private static final class OneFailingSync extends InterceptedStorage {
    private final AtomicBoolean failed;

    OneFailingSync(Storage delegate, AtomicBoolean failed) {
      super(delegate);
      this.failed = failed;
    }

    @Override
    protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
      boolean meant = operation.op() == Op.SYNC && operation.thread().getName().equals("syncline-writer");
      if (meant && failed.compareAndSet(false, true)) throw new IOException("EIO");
      return call.run();
    }

    @Override
    protected Storage around(Storage other) {
      return new OneFailingSync(other, failed);
    }
  }

  /** A sync that failed is not made good by another one. */
  public static void aFailedSyncIsFinal(Path directory) throws Exception {
    AtomicBoolean failed = new AtomicBoolean();
    Storage disk = new OneFailingSync(NioStorage.open(directory, FILE_BLOCK_BYTES, false), failed);
    WriteAheadLog log = WriteAheadLog.open(disk, quiet(SyncMode.MANUAL));
    log.append(new byte[1100 << 10]);
    Together.await("the writer has written a full frame", () -> log.stats().pendingBytes() == 0);
    boolean acknowledged = true;
    try {
      log.sync();
    } catch (LogFailedException expected) {
      acknowledged = false;
    }
    require(failed.get(), "no sync failed");
    Quietly.close(log);
    require(!acknowledged, "a sync was acknowledged after it had failed");
  }

  /** An opener waits for a write of the instance that it fences. */
  public static void aSuccessorWaitsForWhatIsInFlight(Path directory) throws Exception {
    FaultyStorage disk = new FaultyStorage(NioStorage.open(directory, FILE_BLOCK_BYTES, false));
    WriteAheadLog abandoned = WriteAheadLog.open(disk, quiet(SyncMode.SYNC));
    abandoned.append(new byte[10]);
    Stall stall = disk.on(Op.WRITE_DURABLY).named(FIRST_SEGMENT::equals).stallBefore();
    Together.Task<Long> inFlight = Together.begin(() -> abandoned.append(new byte[10]));
    stall.awaitReached(PATIENCE);
    Together.Task<WriteAheadLog> successor =
        Together.begin(() -> WriteAheadLog.open(NioStorage.open(directory, FILE_BLOCK_BYTES, false), quiet(SyncMode.SYNC)));
    for (int i = 0; i < SETTLE_MILLIS && !successor.isDone(); i++) TimeUnit.MILLISECONDS.sleep(1);
    boolean early = successor.isDone();
    stall.release();
    try {
      inFlight.get();
    } catch (IOException outcomeUnknown) {
      // Fenced while it was under way.
    }
    Quietly.close(successor.get());
    require(!early, "an opener did not wait for a write in flight");
  }

  /** An instance that was fenced changes nothing when it is closed at last. */
  public static void aFencedCloseChangesNothing(Path directory) throws IOException {
    SimulatedDisk disk = new SimulatedDisk(DiskImage.empty());
    WriteAheadLog fenced = open(disk, directory, 11);
    fenced.append(new byte[10]);
    try (WriteAheadLog successor = open(disk, directory, 77)) {
      successor.append(new byte[10]);
      byte[] before = now(disk).bytes(FIRST_SEGMENT);
      Quietly.close(fenced);
      require(Arrays.equals(now(disk).bytes(FIRST_SEGMENT), before), "closing a fenced instance changed what its successor had sealed");
    }
  }

  private static WalOptions quiet(SyncMode mode) {
    return WalOptions.builder().syncMode(mode).maxSegmentSize(1 << 20).markInterval(Duration.ofHours(1)).build();
  }

  /** Interrupts close channels with unsynced bytes sooner or later: then the file says so, instead of syncing through a new one. */
  public static void aLostChannelIsNotReplacedWithUnsyncedBytes(Path directory) throws Exception {
    Storage storage = NioStorage.open(directory, FILE_BLOCK_BYTES, false);
    Thread victim = Thread.currentThread();
    AtomicBoolean ended = new AtomicBoolean();
    Together.Task<Void> storm = Together.begin(() -> {
      while (!ended.get()) {
        victim.interrupt();
        LockSupport.parkNanos(5_000);
      }
      return null;
    });
    boolean refused = false;
    try (SegmentFile file = storage.create("a.wal", 0)) {
      ByteBuffer block = AlignedBuffers.allocate(FILE_BLOCK_BYTES);
      for (int i = 0; i < INTERRUPTED_WRITES && !refused; i++) {
        try {
          file.write(block.clear().limit(FILE_BLOCK_BYTES), 0);
        } catch (IOException lost) {
          refused = true;
        }
      }
    } finally {
      ended.set(true);
      while (!storm.isDone()) Thread.onSpinWait();
      Thread.interrupted();
    }
    require(refused, "every interrupted write went on through a new channel, with unsynced bytes behind it");
  }

  /** Each second step is enough to find a bug. */
  public static void aRepairIsNeitherHalfDoneNorForgetful(Path locks) throws Exception {
    require(new RepairRun(locks, false, true).cutEverywhere(2).size() == 3, "expected three states, found others");
  }
}
