package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogClosedException;
import dev.syncline.LogFencedException;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.StorageTraits;
import dev.syncline.tck.Operation.Op;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** A storage's life and that of the storages it makes: fencing (promise 15), closing, and descriptors (promise 38). */
public abstract class ChildStorageContract extends LogTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int DESCRIPTORS_MAX_NATIVE = 6;
  private static final int DESCRIPTORS_MAX_PORTABLE = 8;

  private interface Attempt {
    void run() throws IOException;
  }

  private static Map<String, Attempt> operationsOn(Storage storage, Storage target) {
    Map<String, Attempt> operations = new LinkedHashMap<>();
    operations.put("createDirectory", storage::createDirectory);
    operations.put("list", storage::list);
    operations.put("create", () -> storage.create("b.tmp", 0).close());
    operations.put("open", () -> storage.open("a.tmp", Storage.Access.READ).close());
    operations.put("rename", () -> storage.rename("a.tmp", "b.tmp"));
    operations.put("link", () -> storage.link("a.tmp", target));
    operations.put("linkCount", () -> storage.linkCount("a.tmp"));
    operations.put("delete", () -> storage.delete("a.tmp"));
    operations.put("syncDirectory", storage::syncDirectory);
    operations.put("in", () -> storage.in(storage.directory().resolve("inside")).close());
    return operations;
  }

  private Storage made(Storage parent, String name) throws IOException {
    Storage child = parent.in(parent.directory().resolve(name));
    child.createDirectory();
    child.create("a.tmp", 0).close();
    return child;
  }

  private Storage opened() throws IOException {
    Storage storage = openStorage(directory());
    storage.createDirectory();
    storage.create("a.tmp", 0).close();
    return storage;
  }

  // Fencing.

  @Test
  void shuttingTheGateRefusesEveryOperationOfTheStoragesMadeByIt() throws IOException {
    try (Storage storage = opened(); Storage child = made(storage, "child"); Storage grandchild = made(child, "grandchild")) {
      SegmentFile file = grandchild.open("a.tmp", Storage.Access.WRITE);
      assertThat(storage.gate().shut(TimeUnit.SECONDS.toNanos(5))).isTrue();
      for (Storage fenced : new Storage[] {child, grandchild})
        operationsOn(fenced, storage).forEach((name, operation) ->
            assertThatThrownBy(operation::run).as(name).isInstanceOf(LogFencedException.class));
      assertThatThrownBy(file::sync).isInstanceOf(LogFencedException.class);
      file.close();
      assertThat(child.gate().isShut()).as("only the outer one was shut").isFalse();
      assertThat(child.gate().inside()).isZero();
    }
  }

  @Test
  void shuttingTheGateWaitsForTheOperationsOfTheStoragesMadeByIt() throws Exception {
    try (FaultyStorage storage = new FaultyStorage(opened()); Storage child = made(storage, "child")) {
      FaultyStorage.Stall stall = storage.on(Op.SYNC_DIRECTORY).stallBefore();
      Together.Task<Void> syncing = Together.begin(() -> {
        child.syncDirectory();
        return null;
      });
      stall.awaitReached(SOON);
      assertThat(storage.gate().inside()).isEqualTo(1);
      assertThat(storage.gate().shut(TimeUnit.MILLISECONDS.toNanos(20))).isFalse();
      stall.release();
      assertThat(storage.gate().shut(TimeUnit.SECONDS.toNanos(10))).isTrue();
      assertThat(storage.gate().inside()).isZero();
      syncing.get();
    }
  }

  @Test
  void shuttingAChildsGateLeavesTheStorageThatMadeItAlone() throws IOException {
    try (Storage storage = opened(); Storage child = made(storage, "child")) {
      assertThat(child.gate().shut(0)).isTrue();
      assertThat(storage.list()).containsExactly("a.tmp");
      assertThatThrownBy(child::list).isInstanceOf(LogFencedException.class);
      assertThatThrownBy(() -> storage.link("a.tmp", child)).isInstanceOf(LogFencedException.class);
      assertThat(storage.gate().inside()).as("a refused entry leaves again").isZero();
    }
  }

  @Test
  void theSuccessorWaitsForASnapshotUnderWayWhichThenFails() throws Exception {
    FaultyStorage slow = new FaultyStorage(openStorage(directory()));
    WriteAheadLog abandoned = open(slow, LogTestBase::smallSegments);
    appendEntries(abandoned, 40);
    Path target = temporary.resolve("snapshot");
    FaultyStorage.Stall stall = slow.on(Op.CREATE_DIRECTORY).stallAfter();
    Together.Task<Throwable> copying = Together.begin(() -> catchThrowable(() -> abandoned.snapshot(target)));
    stall.awaitReached(SOON);
    Together.Task<WriteAheadLog> opening = Together.begin(() -> open(LogTestBase::smallSegments));
    Together.await("the door is shut", slow.gate()::isShut);
    assertThat(opening.isDone()).as("what the snapshot does now may still land").isFalse();
    stall.release();
    WriteAheadLog successor = opening.get();
    assertThat(copying.get()).isInstanceOf(IOException.class);
    assertThat(target).as("nothing is written any more, and what was made is gone").doesNotExist();
    assertThat(lines(successor.replay())).isEqualTo(entryLines(1, 40));
  }

  // Closing.

  @Test
  void aClosedStorageRefusesEveryOperationAndSaysSo() throws IOException {
    try (Storage other = openStorage(temporary.resolve("other"))) {
      other.createDirectory();
      Storage storage = opened();
      SegmentFile file = storage.open("a.tmp", Storage.Access.WRITE);
      storage.close();
      storage.close();
      operationsOn(storage, other).forEach((name, operation) ->
          assertThatThrownBy(operation::run).as(name)
              .isInstanceOf(LogClosedException.class)
              .hasMessageContainingAll("closed", directory().toString()));
      assertThatThrownBy(file::sync).isInstanceOf(IOException.class).hasMessageContaining("closed");
      assertThatThrownBy(() -> other.link("a.tmp", storage)).isInstanceOf(IOException.class).hasMessageContaining("closed");
      file.close();
      assertThat(storage.gate().inside() + other.gate().inside()).isZero();
    }
    assertThat(OpenFiles.below(temporary)).isEmpty();
  }

  @Test
  void aStorageIsClosedWithTheOneThatMadeItButNotTheOtherWayRound() throws IOException {
    Storage storage = opened();
    Storage kept = made(storage, "kept");
    for (int i = 0; i < 20; i++) {
      int before = OpenFiles.below(temporary).size();
      made(storage, "child-" + i).close();
      assertThat(OpenFiles.below(temporary)).hasSize(before);
    }
    assertThat(storage.list()).containsExactly("a.tmp");
    storage.close();
    assertThatThrownBy(kept::list).isInstanceOf(IOException.class).hasMessageContaining("closed");
    assertThat(OpenFiles.below(temporary)).isEmpty();
  }

  @Test
  void closingDoesNotWaitForAnOperationUnderWayWhichEndsAsItWould() throws Exception {
    FaultyStorage storage = new FaultyStorage(opened());
    FaultyStorage.Stall stall = storage.on(Op.LIST).stallBefore();
    Together.Task<Throwable> listing = Together.begin(() -> catchThrowable(() -> assertThat(storage.list()).containsExactly("a.tmp")));
    stall.awaitReached(SOON);
    storage.close();
    assertThatThrownBy(storage::list).hasMessageContaining("closed");
    stall.release();
    assertThat(listing.get()).isNull();
    assertThat(OpenFiles.below(temporary)).as("closed with the last operation").isEmpty();
  }

  @Test
  void whatNeverExistedCanBeClosed() throws IOException {
    Storage storage = openStorage(temporary.resolve("nothing"));
    storage.in(temporary.resolve("nothing/below"));
    storage.close();
    assertThat(Files.exists(temporary.resolve("nothing"))).isFalse();
    assertThat(OpenFiles.below(temporary)).isEmpty();
  }

  @Test
  void aDirectoryInsideOneThatDoesNotExistIsMadeWithIt() throws IOException {
    try (Storage storage = openStorage(temporary.resolve("new")); Storage below = storage.in(temporary.resolve("new/below"))) {
      below.createDirectory();
      below.create("a.tmp", 0).close();
      assertThat(storage.list()).isEmpty();
      storage.createDirectory();
      assertThat(below.list()).containsExactly("a.tmp");
    }
  }

  // Descriptors.

  @Test
  void aLogThatDoesNotOpenLeavesNoDescriptor() throws IOException {
    Files.createDirectories(directory());
    Files.write(directory().resolve("7.wal"), new byte[1]);
    for (int i = 0; i < 3; i++)
      assertThatThrownBy(() -> open(LogTestBase::smallSegments)).isInstanceOf(IOException.class).hasMessageContaining("7.wal");
    assertThat(OpenFiles.below(temporary)).isEmpty();
  }

  @Test
  void aLogWithAReaderHoldsFewDescriptors() throws IOException {
    WriteAheadLog log = open(LogTestBase::smallSegments);
    appendEntries(log, 3);
    log.checkpoint();
    try (WalCursor cursor = log.replay()) {
      cursor.next();
      int max = traits().survivesInterrupt() ? DESCRIPTORS_MAX_NATIVE : DESCRIPTORS_MAX_PORTABLE;
      assertThat(OpenFiles.below(temporary)).hasSizeLessThanOrEqualTo(max);
    }
    log.close();
    assertThat(OpenFiles.below(temporary)).as("what a closed log leaves").isEmpty();
  }

  private StorageTraits traits() throws IOException {
    try (Storage storage = openStorage(temporary.resolve("traits"))) {
      storage.createDirectory();
      return storage.traits();
    }
  }
}
