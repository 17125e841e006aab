package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogFailedException;
import dev.syncline.StorageFullException;
import dev.syncline.SyncMode;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.lab.SystemFault.Effect;
import dev.syncline.tck.DirectoryBytes;
import dev.syncline.tck.LogTestBase;
import dev.syncline.tck.OpenFiles;
import dev.syncline.tck.Quietly;
import dev.syncline.tck.Together;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The faults of system calls that have a story of their own: promises 20 to 22. */
abstract class SystemFaultScenarios extends LogTestBase {
  private static final String FIRST_SEGMENT = String.format(Locale.ROOT, "%020d.wal", 1);
  private static final int FOLLOWERS = 8;
  private static final int APPENDS_MAX = 500;

  /** The system beneath {@link #openStorage}. */
  protected abstract FaultySystem system();

  /** The directory as the storage under test is to be given it. */
  protected Path place(Path directory) {
    return directory;
  }

  @AfterEach
  final void letGo() {
    if (system() != null) system().disarm();
  }

  private static SystemFault fault(SystemCall call, Effect effect, SystemError error) {
    return SystemFault.of(call, effect, error).on(FIRST_SEGMENT);
  }

  private WriteAheadLog openWithFive(SyncMode mode) throws IOException {
    system().watch(directory());
    WriteAheadLog log = open(place(directory()), options -> options
        .syncMode(mode)
        .markInterval(Duration.ofHours(1))
        .openTimeout(Duration.ofMillis(300))
        .closeTimeout(Duration.ofMillis(300)));
    appendEntries(log, 5);
    log.sync();
    return log;
  }

  private void assertReopens(long atLeast, long atMost) throws IOException {
    system().disarm();
    WriteAheadLog log = open(place(directory()));
    assertThat(log.recovery().damage()).isEmpty();
    assertThat(log.currentSequence()).isBetween(atLeast, atMost);
    assertThat(lines(log.replay()).subList(0, 5)).isEqualTo(entryLines(1, 5));
    log.append(bytes("goes on"));
    log.close();
    assertThat(OpenFiles.below(directory())).isEmpty();
  }

  /** A file server that answers late, or a disk that fails behind the change: the name has changed, and the call says it has not. */
  @Test
  void aRenameThatSaysItFailedAndWasDoneLosesNoFileFromSight() throws Exception {
    Files.createDirectories(directory());
    system().watch(directory());
    try (Storage storage = openStorage(place(directory())); SegmentFile file = storage.create("a.tmp", BLOCK_BYTES)) {
      system().arm(SystemFault.of(SystemCall.RENAME, Effect.FAIL_AFTER, SystemError.EIO));
      assertThatThrownBy(() -> storage.rename("a.tmp", "a.wal")).isInstanceOf(IOException.class);
      assertThat(system().struck()).isEqualTo(1);
      system().disarm();
      assertThat(storage.list()).contains("a.wal").doesNotContain("a.tmp");
      file.writeZeros(0, BLOCK_BYTES);
      file.sync();
      assertThat(file.size()).isEqualTo(BLOCK_BYTES);
    }
  }

  /** A kernel reports a failed write-back once, and the next sync succeeds: it vouches for nothing. */
  @ParameterizedTest
  @CsvSource({"SYNC, FAIL", "SYNC, FAIL_AFTER", "WRITE_DURABLE, FAIL", "WRITE_DURABLE, FAIL_AFTER", "WRITE_DURABLE, FAIL_MIDWAY"})
  void aSyncThatFailsOnceAndThenSucceedsAcknowledgesNothing(SystemCall call, Effect effect) throws Exception {
    WriteAheadLog log = openWithFive(SyncMode.MANUAL);
    system().arm(fault(call, effect, SystemError.EIO));
    byte[] large = new byte[call == SystemCall.SYNC ? 100 << 10 : 10]; // More than one frame, so that a sync ends them.
    Throwable failure = null;
    for (int i = 0; i < 6 && failure == null; i++) failure = catchThrowable(() -> log.append(large));
    if (failure == null) failure = catchThrowable(log::sync);
    assertThat(system().struck()).isEqualTo(1);
    assertThat(failure).isInstanceOf(LogFailedException.class);
    assertThat(SystemError.EIO.isNamedIn(failure)).as("%s", failure).isTrue();
    long durable = log.durableSequence();
    for (int i = 0; i < 3; i++) assertThatThrownBy(log::sync).as("it would succeed now").isInstanceOf(LogFailedException.class);
    assertThat(log.durableSequence()).isEqualTo(durable).isLessThan(log.stats().appends() + 1);
    assertThat(system().triedAgain()).isZero();
    assertThatThrownBy(log::close).isInstanceOf(LogFailedException.class);
    log.close();
    assertReopens(5, 11);
  }

  @ParameterizedTest
  @EnumSource(SyncMode.class)
  void aSyncThatNeverReturnsAcknowledgesNothingAndIsGivenUpOn(SyncMode mode) throws Exception {
    WriteAheadLog log = openWithFive(mode);
    system().arm(fault(SystemCall.WRITE_DURABLE, Effect.HANG, SystemError.EIO));
    Together.Task<Throwable> append = Together.begin(() -> catchThrowable(() -> {
      log.append(entryPayload(6));
      log.sync();
    }));
    Together.await("the write hangs", () -> system().held() == 1);
    assertThat(log.durableSequence()).isEqualTo(5);
    assertThat(log.stats().syncInProgressNanos()).isPositive();
    assertThat(log.read(5)).isPresent();
    assertThatThrownBy(log::close).isInstanceOf(IOException.class).hasMessageMatching("(?s).*\\d+ ms.*");
    assertThatThrownBy(() -> open(place(directory()), options -> options.openTimeout(Duration.ofMillis(300))))
        .isInstanceOf(IOException.class)
        .hasMessageMatching("(?s).*\\d+ ms.*");
    assertThat(append.isDone()).isFalse();
    system().disarm();
    append.get();
    assertReopens(5, 6);
  }

  @Test
  void anOpenThatRefusesDirectIoOnlyCostsNothingElse() throws Exception {
    try (Storage ordinary = openStorage(place(temporary.resolve("ordinary")))) {
      ordinary.createDirectory();
      Assumptions.assumeTrue(ordinary.traits().directIo(), "nothing to refuse: this storage goes through the page cache here");
    }
    Files.createDirectory(directory());
    system().watch(directory());
    system().arm(SystemFault.of(SystemCall.OPEN, Effect.FAIL_DIRECT, SystemError.EINVAL).forever());
    WriteAheadLog log = open(place(directory()), LogTestBase::smallSegments);
    assertThat(system().struck()).isPositive();
    assertThat(log.storage().directIo()).isFalse();
    boolean reserves = system().calls().contains(SystemCall.RESERVE);
    assertThat(log.storage().preallocation()).isEqualTo(reserves);
    appendEntries(log, 60);
    assertThat(system().count(SystemCall.WRITE_DURABLE)).as("one call for a durable write").isGreaterThanOrEqualTo(60);
    if (reserves) assertThat(system().count(SystemCall.RESERVE)).isPositive();
    log.close();
    assertThat(DirectoryBytes.files(directory(), name -> name.startsWith("probe"))).as("tried, and removed").isEmpty();
    system().disarm();
    assertThat(lines(open(place(directory())).replay())).isEqualTo(entryLines(1, 60));
  }

  /** Whether the disk goes on failing or not: Java's channels would tell of the interrupt alone. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptNeverHidesAnErrorAndStaysSet(boolean forever) throws Exception {
    WriteAheadLog log = openWithFive(SyncMode.SYNC);
    system().arm(fault(SystemCall.WRITE_DURABLE, Effect.HANG_FAIL, SystemError.EIO));
    boolean[] interrupted = new boolean[1];
    Together.Task<Throwable> append = Together.begin(() -> {
      Throwable failure = catchThrowable(() -> log.append(entryPayload(6)));
      interrupted[0] = Thread.currentThread().isInterrupted();
      return failure;
    });
    Together.await("the write hangs", () -> system().held() == 1);
    append.thread().interrupt();
    if (forever) system().arm(fault(SystemCall.WRITE_DURABLE, Effect.FAIL, SystemError.EIO).forever());
    else system().disarm();
    Throwable failure = append.get();
    assertThat(interrupted[0]).as("the interrupt").isTrue();
    // A durable write that an interrupt broke may be made again in full, through a descriptor of its own.
    boolean madeAgain = failure == null && !forever && !openTraitsSurviveInterrupt();
    if (!madeAgain) {
      assertThat(failure).isInstanceOf(LogFailedException.class);
      assertThat(SystemError.EIO.isNamedIn(failure)).as("%s", failure).isTrue();
      Quietly.close(log);
    }
    assertReopens(madeAgain ? 6 : 5, 6);
  }

  private boolean openTraitsSurviveInterrupt() throws IOException {
    try (Storage storage = openStorage(place(temporary.resolve("traits")))) {
      return storage.traits().survivesInterrupt();
    }
  }

  @Test
  void anInterruptDuringASyncNeverTurnsItsErrorIntoASuccess() throws Exception {
    system().watch(directory());
    try (Storage storage = openStorage(place(directory()))) {
      storage.createDirectory();
      try (SegmentFile file = storage.create(FIRST_SEGMENT, 0)) {
        ByteBuffer block = AlignedBuffers.allocate(BLOCK_BYTES);
        file.write(block.limit(BLOCK_BYTES), 0);
        file.sync();
        file.write(block.position(0), BLOCK_BYTES);
        system().arm(fault(SystemCall.SYNC, Effect.HANG_FAIL, SystemError.EIO));
        boolean[] interrupted = new boolean[1];
        Together.Task<Throwable> sync = Together.begin(() -> {
          Throwable failure = catchThrowable(file::sync);
          interrupted[0] = Thread.currentThread().isInterrupted();
          return failure;
        });
        Together.await("the sync hangs", () -> system().held() == 1);
        sync.thread().interrupt();
        system().disarm();
        assertThat(sync.get()).isInstanceOf(IOException.class).isNotInstanceOf(ClosedChannelException.class);
        assertThat(interrupted[0]).as("the interrupt").isTrue();
      }
    }
  }

  /** Of the frame that failed, or of the one that filled up meanwhile. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void everyFollowerOfAFailedGroupCommitIsToldOnceAndNobodyHangs(boolean leaderFails) throws Exception {
    WriteAheadLog log = openWithFive(SyncMode.SYNC);
    system().arm(fault(SystemCall.WRITE_DURABLE, leaderFails ? Effect.HANG_FAIL : Effect.HANG, SystemError.EIO));
    Together.Task<Throwable> leader = Together.begin(() -> catchThrowable(() -> log.append(entryPayload(6))));
    Together.await("the leader's write hangs", () -> system().held() == 1);
    List<Together.Task<Throwable>> followers = new ArrayList<>();
    for (int i = 0; i < FOLLOWERS; i++)
      followers.add(Together.begin(() -> catchThrowable(() -> log.append(bytes("follower")))));
    Together.await("every follower's record lies in a frame", () -> log.stats().appends() == 6 + FOLLOWERS);
    system().arm(fault(SystemCall.WRITE_DURABLE, Effect.FAIL, SystemError.EIO).forever());
    Throwable ofLeader = leader.get();
    if (leaderFails) assertThat(ofLeader).isInstanceOf(LogFailedException.class);
    else assertThat(ofLeader).isNull();
    for (Together.Task<Throwable> follower : followers) {
      assertThat(follower.get()).isInstanceOf(LogFailedException.class);
      assertThat(SystemError.EIO.isNamedIn(follower.get())).isTrue();
    }
    assertThat(system().struck()).as("one write for all of them").isEqualTo(leaderFails ? 0 : 1);
    assertThat(log.durableSequence()).isEqualTo(leaderFails ? 5 : 6);
    Quietly.close(log);
    assertReopens(leaderFails ? 5 : 6, 6 + FOLLOWERS);
  }

  @ParameterizedTest
  @EnumSource(value = SystemError.class, names = {"ENOSPC", "EDQUOT"})
  void noRoomForTheNextSegmentRefusesAppendsUntilThereIsSome(SystemError error) throws Exception {
    system().watch(directory());
    WriteAheadLog log = open(place(directory()), LogTestBase::smallSegments);
    appendEntries(log, 5);
    SystemCall preparation = system().calls().contains(SystemCall.RESERVE) ? SystemCall.RESERVE : SystemCall.WRITE;
    system().arm(SystemFault.of(preparation, Effect.FAIL, error).forever());
    Throwable failure = null;
    for (int i = 0; i < APPENDS_MAX && failure == null; i++)
      failure = catchThrowable(() -> log.append(entryPayload(log.currentSequence() + 1)));
    assertThat(failure).isInstanceOf(StorageFullException.class);
    assertThat(error.isNamedIn(failure)).as("%s", failure).isTrue();
    long last = log.currentSequence();
    assertThatThrownBy(() -> log.append(bytes("refused"))).isInstanceOf(StorageFullException.class);
    assertThat(log.stats().failed()).isFalse();
    assertThat(lines(log.replay())).isEqualTo(entryLines(1, last));
    log.truncate(2);
    system().disarm();
    assertThat(log.append(entryPayload(last + 1))).as("no sequence was used").isEqualTo(last + 1);
    log.close();
    assertThat(lines(open(place(directory())).replay(2))).isEqualTo(entryLines(3, last + 1));
  }

  @ParameterizedTest
  @EnumSource(value = SystemError.class, names = {"ENOSPC", "EDQUOT", "EIO"})
  void noRoomMetInSpaceThatIsReadyPoisons(SystemError error) throws Exception {
    WriteAheadLog log = openWithFive(SyncMode.SYNC);
    system().arm(fault(SystemCall.WRITE_DURABLE, Effect.FAIL, error));
    Throwable failure = catchThrowable(() -> log.append(bytes("lost")));
    assertThat(failure).isInstanceOf(LogFailedException.class);
    assertThat(error.isNamedIn(failure)).as("%s", failure).isTrue();
    assertThat(failure.getCause() instanceof StorageFullException).isEqualTo(error.isFull());
    assertThatThrownBy(() -> log.append(bytes("later"))).isInstanceOf(LogFailedException.class);
    Quietly.close(log);
    assertReopens(5, 5);
  }
}
