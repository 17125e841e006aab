package dev.syncline.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.FSMCaller;
import com.alipay.sofa.jraft.JRaftUtils;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.ConfigurationEntry;
import com.alipay.sofa.jraft.core.NodeMetrics;
import com.alipay.sofa.jraft.entity.LogEntry;
import com.alipay.sofa.jraft.entity.LogId;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.entity.codec.v2.LogEntryV2CodecFactory;
import com.alipay.sofa.jraft.error.RaftException;
import com.alipay.sofa.jraft.option.LogManagerOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.LogManager;
import com.alipay.sofa.jraft.storage.impl.LogManagerImpl;
import dev.syncline.StorageMode;
import dev.syncline.io.Storage;
import dev.syncline.tck.FaultyStorage;
import dev.syncline.tck.Operation.Op;
import dev.syncline.tck.Together;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** JRaft's own log manager above the log: what its suite checks, and that errors reach the node. */
class LogManagerTest extends LogStorageTestBase {
  private static final long PATIENCE_SECONDS = 120;

  private final List<RaftException> errors = new CopyOnWriteArrayList<>();
  private final List<Manager> managers = new ArrayList<>();

  /** Shows what the manager still has in memory. */
  private static final class Manager extends LogManagerImpl {
    LogEntry inMemory(long index) {
      return getEntryFromMemory(index);
    }
  }

  @Override
  protected Storage openStorage(Path directory) throws IOException {
    return storage(directory, StorageMode.AUTO);
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Manager manager : managers) {
      manager.shutdown();
      manager.join();
    }
  }

  private Manager manager(SynclineLogStorage log) {
    LogManagerOptions options = new LogManagerOptions();
    options.setGroupId("test");
    options.setConfigurationManager(options().getConfigurationManager());
    options.setLogEntryCodecFactory(LogEntryV2CodecFactory.getInstance());
    options.setFsmCaller(caller());
    options.setNodeMetrics(new NodeMetrics(false));
    options.setLogStorage(log);
    options.setRaftOptions(new RaftOptions());
    Manager manager = new Manager();
    assertThat(manager.init(options)).isTrue();
    managers.add(manager);
    return manager;
  }

  private FSMCaller caller() {
    return (FSMCaller) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {FSMCaller.class}, (proxy, method, arguments) -> {
      if (method.getName().equals("onError")) return errors.add((RaftException) arguments[0]);
      throw new UnsupportedOperationException(method.getName());
    });
  }

  private static Status append(Manager manager, List<LogEntry> entries) throws Exception {
    CompletableFuture<Status> done = new CompletableFuture<>();
    manager.appendEntries(new ArrayList<>(entries), new LogManager.StableClosure() {
      @Override
      public void run(Status status) {
        done.complete(status);
      }
    });
    return done.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static void appended(Manager manager, List<LogEntry> entries) throws Exception {
    assertThat(append(manager, entries).isOk()).isTrue();
  }

  private static void stop(Manager manager, SynclineLogStorage log) throws InterruptedException {
    manager.shutdown();
    manager.join();
    log.shutdown();
  }

  @Test
  void anEmptyLogIsConsistent() {
    Manager manager = manager(newLog());
    assertThat(manager.getFirstLogIndex()).isEqualTo(1);
    assertThat(manager.getLastLogIndex()).isZero();
    assertThat(manager.getLastLogIndex(true)).isZero();
    assertThat(manager.getLastLogId(true)).isEqualTo(new LogId(0, 0));
    assertThat(manager.getLastLogId(false)).isEqualTo(new LogId(0, 0));
    assertThat(manager.getEntry(1)).isNull();
    assertThat(manager.checkConsistency().isOk()).isTrue();
    assertThat(manager.hasAvailableCapacityToAppendEntries(10)).isTrue();
    assertThat(manager.hasAvailableCapacityToAppendEntries(1_000_000)).isFalse();
  }

  @Test
  void entriesOfALeaderGetIndexesAndAreFoundAgain() throws Exception {
    SynclineLogStorage log = newLog();
    Manager manager = manager(log);
    List<LogEntry> own = entries(1, 10, 4);
    own.forEach(entry -> entry.getId().setIndex(0));
    appended(manager, own);
    appended(manager, entries(11, 11, 4));
    for (long index = 1; index <= 11; index++) assertThat(manager.getEntry(index).getId()).isEqualTo(new LogId(index, 4));
    assertThat(manager.getLastLogId(true)).isEqualTo(new LogId(11, 4));
    assertThat(manager.getLastLogId(false)).isEqualTo(new LogId(11, 4));
    assertThat(manager.getTerm(7)).isEqualTo(4);
    assertThat(manager.getTerm(12)).isZero();
    assertThat(manager.checkConsistency().isOk()).isTrue();
    stop(manager, log);
    Manager again = manager(log);
    assertThat(again.getLastLogId(true)).isEqualTo(new LogId(11, 4));
    assertThat(again.getEntry(11)).isEqualTo(entry(11, 4));
  }

  @Test
  void conflictingEntriesOfANewLeaderTakeThePlaceOfOldOnes() throws Exception {
    SynclineLogStorage log = newLog();
    Manager manager = manager(log);
    appended(manager, entries(1, 20, 1));
    List<LogEntry> mixed = new ArrayList<>(entries(11, 14, 1));
    mixed.addAll(entries(15, 30, 2));
    appended(manager, mixed);
    List<String> expected = new ArrayList<>(lines(1, 14, 1));
    expected.addAll(lines(15, 30, 2));
    assertThat(manager.getLastLogIndex(true)).isEqualTo(30);
    for (long index = 1; index <= 30; index++) assertThat(manager.getTerm(index)).isEqualTo(index < 15 ? 1 : 2);
    appended(manager, entries(25, 26, 3));
    assertThat(manager.getLastLogId(true)).isEqualTo(new LogId(26, 3));
    stop(manager, log);
    opened(log);
    expected = new ArrayList<>(expected.subList(0, 24));
    expected.addAll(lines(25, 26, 3));
    assertThat(contents(log)).isEqualTo(expected);
  }

  @Test
  void aGapIsRefusedAndEntriesThatWereAppliedAreNotWrittenAgain() throws Exception {
    Manager manager = manager(newLog());
    appended(manager, entries(1, 10, 1));
    assertThat(append(manager, entries(12, 12, 1)).isOk()).isFalse();
    Together.await("all is on disk", () -> manager.getLastLogIndex(true) == 10);
    manager.setAppliedId(new LogId(9, 1));
    Together.await("what was applied left memory", () -> manager.inMemory(9) == null);
    appended(manager, entries(1, 9, 7));
    assertThat(manager.getLastLogIndex()).isEqualTo(10);
    for (long index = 1; index <= 10; index++) assertThat(manager.getEntry(index)).isEqualTo(entry(index, 1));
    assertThat(errors).isEmpty();
  }

  @Test
  void entriesLeaveMemoryOnceAppliedAndAreReadFromTheLogThen() throws Exception {
    Manager manager = manager(newLog());
    appended(manager, entries(1, 50, 1));
    assertThat(manager.inMemory(30)).isNotNull();
    manager.setAppliedId(new LogId(50, 1));
    Together.await("all left memory", () -> manager.inMemory(50) == null);
    for (long index = 1; index <= 50; index++) assertThat(manager.getEntry(index)).isEqualTo(entry(index, 1));
  }

  @Test
  void configurationsAreFoundByIndexAlsoAfterReopening() throws Exception {
    SynclineLogStorage log = newLog();
    Manager manager = manager(log);
    ConfigurationEntry mine = new ConfigurationEntry();
    mine.setId(new LogId(0, 1));
    mine.setConf(JRaftUtils.getConfiguration("a:1,b:1"));
    assertThat(manager.checkAndSetConfiguration(null)).isNull();
    assertThat(manager.checkAndSetConfiguration(mine)).isSameAs(mine);
    assertThat(manager.getConfiguration(1).isEmpty()).isTrue();
    appended(manager, List.of(configuration(1, 1, "a:1,b:1", null), configuration(2, 2, "a:1,b:1,c:1", "a:1,b:1")));
    for (int opening = 0; opening < 2; opening++) {
      Manager now = managers.get(managers.size() - 1);
      assertThat(now.getConfiguration(1).getConf()).hasToString("a:1,b:1");
      assertThat(now.getConfiguration(1).getOldConf().isEmpty()).isTrue();
      assertThat(now.getConfiguration(2).getConf()).hasToString("a:1,b:1,c:1");
      assertThat(now.getConfiguration(2).getOldConf()).hasToString("a:1,b:1");
      assertThat(now.checkAndSetConfiguration(mine).getConf()).hasToString("a:1,b:1,c:1");
      if (opening > 0) break;
      stop(manager, log);
      manager(log);
    }
  }

  @Test
  void aSecondSnapshotTruncatesBehindTheFirst() throws Exception {
    SynclineLogStorage log = newLog();
    Manager manager = manager(log);
    appended(manager, entries(1, 10, 2));
    manager.setSnapshot(snapshot(3, 2));
    assertThat(manager.getEntry(1)).isEqualTo(entry(1, 2));
    manager.setSnapshot(snapshot(5, 2));
    assertThat(manager.getFirstLogIndex()).isEqualTo(4);
    Together.await("the log is truncated", () -> log.getFirstLogIndex() == 4);
    assertThat(manager.getEntry(3)).isNull();
    for (long index = 4; index <= 10; index++) assertThat(manager.getEntry(index)).isEqualTo(entry(index, 2));
    assertThat(manager.getTerm(5)).isEqualTo(2);
    assertThat(manager.checkConsistency().isOk()).isTrue();
  }

  @Test
  void aSnapshotBeyondTheLogEmptiesItAndTheNextEntryFollowsOnIt() throws Exception {
    SynclineLogStorage log = newLog();
    Manager manager = manager(log);
    appended(manager, entries(1, 10, 2));
    manager.setSnapshot(snapshot(1000, 5));
    Together.await("the log is empty", () -> log.getFirstLogIndex() == 1001 && log.getLastLogIndex() == 1000);
    assertThat(manager.getLastLogId(true)).isEqualTo(new LogId(1000, 5));
    assertThat(manager.checkConsistency().isOk()).isTrue();
    stop(manager, log);
    Manager again = manager(log);
    again.setSnapshot(snapshot(1000, 5));
    assertThat(again.checkConsistency().isOk()).isTrue();
    assertThat(again.getLastLogId(true)).isEqualTo(new LogId(1000, 5));
    appended(again, entries(1001, 1003, 6));
    assertThat(again.getLastLogId(true)).isEqualTo(new LogId(1003, 6));
    assertThat(contents(log)).isEqualTo(lines(1001, 1003, 6));
    assertThat(errors).isEmpty();
  }

  @Test
  void aSnapshotWithAnotherTermResetsTheLog() throws Exception {
    SynclineLogStorage log = newLog();
    Manager manager = manager(log);
    appended(manager, entries(1, 10, 2));
    manager.setSnapshot(snapshot(6, 9));
    assertThat(manager.getFirstLogIndex()).isEqualTo(7);
    assertThat(manager.getLastLogIndex()).isEqualTo(6);
    appended(manager, entries(7, 8, 9));
    assertThat(contents(log)).isEqualTo(lines(7, 8, 9));
    assertThat(manager.checkConsistency().isOk()).isTrue();
    assertThat(errors).isEmpty();
  }

  /** The leader that sent the snapshot has gone, and the next one has all entries, too, and sends those. */
  @Test
  void entriesFromBeforeASnapshotThatWasTakenMeanwhileAreTakenFromBehindItOn() throws Exception {
    SynclineLogStorage log = newLog();
    Manager manager = manager(log);
    manager.setSnapshot(snapshot(286, 8));
    manager.setAppliedId(new LogId(286, 8));
    appended(manager, entries(1, 304, 8));
    assertThat(manager.getLastLogId(true)).isEqualTo(new LogId(304, 8));
    for (long index = 287; index <= 304; index++) assertThat(manager.getEntry(index)).isEqualTo(entry(index, 8));
    appended(manager, entries(305, 310, 9));
    assertThat(manager.checkConsistency().isOk()).isTrue();
    assertThat(errors).isEmpty();
    stop(manager, log);
    List<String> expected = new ArrayList<>(lines(287, 304, 8));
    expected.addAll(lines(305, 310, 9));
    assertThat(contents(opened(log))).isEqualTo(expected);
  }

  private static SnapshotMeta snapshot(long index, long term) {
    return SnapshotMeta.newBuilder().setLastIncludedIndex(index).setLastIncludedTerm(term).addPeers("a:1").build();
  }

  @Test
  void whoWaitsForANewEntryIsTold() throws Exception {
    Manager manager = manager(newLog());
    appended(manager, entries(1, 10, 1));
    CompletableFuture<Object> told = new CompletableFuture<>();
    Object argument = new Object();
    long id = manager.wait(10, (arg, error) -> told.complete(error == 0 ? arg : error), argument);
    assertThat(id).isPositive();
    appended(manager, entries(11, 12, 1));
    assertThat(told.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isSameAs(argument);
    assertThat(manager.removeWaiter(id)).isFalse();
  }

  @Test
  void afterShutdownTheLastIdIsRefused() throws Exception {
    Manager manager = manager(newLog());
    appended(manager, entries(1, 10, 1));
    manager.shutdown();
    assertThatThrownBy(() -> manager.getLastLogId(true)).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> manager.getLastLogIndex(true)).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aWriteThatFailsReachesTheNodeAndNothingIsAcknowledgedAnyMore() throws Exception {
    FaultyStorage disk = new FaultyStorage(openStorage(directory()));
    Manager manager = manager(newLog(directory(), (at, settings) -> disk));
    appended(manager, entries(1, 10, 1));
    disk.on(Op.WRITE_DURABLY).named(name -> isFirstSegment(name)).fail(() -> new IOException("EIO of the test"));
    assertThat(append(manager, entries(11, 12, 1)).isOk()).isFalse();
    assertThat(errors).isNotEmpty();
    disk.heal();
    assertThat(append(manager, entries(11, 12, 1)).isOk()).isFalse();
  }
}
