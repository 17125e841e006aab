package dev.syncline.replicated.jraft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.TimerManager;
import com.alipay.sofa.jraft.entity.LocalFileMetaOutter.LocalFileMeta;
import com.alipay.sofa.jraft.entity.RaftOutter.SnapshotMeta;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.option.SnapshotCopierOptions;
import com.alipay.sofa.jraft.rpc.RaftClientService;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileResponse;
import com.alipay.sofa.jraft.rpc.RpcResponseClosure;
import com.alipay.sofa.jraft.storage.snapshot.Snapshot;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotCopier;
import com.alipay.sofa.jraft.storage.snapshot.SnapshotReader;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotMetaTable;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotStorage;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.apache.commons.io.FileUtils;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a node that copies a snapshot, if it is not to have it any more, or the other one cannot read it. */
@Timeout(60)
class SnapshotCopyTest {
  private static final Endpoint ADDRESS = new Endpoint("127.0.0.1", 1);
  private static final Logger STEPS = Logger.getLogger(LocalSnapshotStorage.class.getName());

  @TempDir Path directory;
  private final TimerManager clock = new TimerManager(1);
  private final Level levelBefore = STEPS.getLevel();
  private Status failure = Status.OK();

  /** What the other node has not answered. */
  private final CompletableFuture<RpcResponseClosure<GetFileResponse>> unanswered = new CompletableFuture<>();

  private boolean answers = true;

  /** Of the other node's snapshot. */
  private long index = 7;

  private interface Action {
    void run() throws Exception;
  }

  /** Does something on the copying thread, when JRaft says that it takes a step. */
  private static void when(String step, Action action) {
    STEPS.addHandler(new Handler() {
      @Override
      public void publish(LogRecord record) {
        if (!record.getMessage().startsWith(step)) return;
        try {
          action.run();
        } catch (Exception e) {
          throw new AssertionError(e);
        }
      }

      @Override
      public void flush() {}

      @Override
      public void close() {}
    });
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) Thread.currentThread().interrupt();
  }

  @BeforeEach
  void watch() {
    STEPS.setLevel(Level.INFO);
    STEPS.setUseParentHandlers(false);
  }

  @AfterEach
  void end() {
    for (Handler each : STEPS.getHandlers()) STEPS.removeHandler(each);
    STEPS.setUseParentHandlers(true);
    STEPS.setLevel(levelBefore);
    clock.shutdown();
  }

  private SnapshotCopier begin() throws IOException {
    RaftOptions raft = new RaftOptions();
    GroupSnapshots snapshots = new GroupSnapshots(new LocalSnapshotStorage(directory.toString(), null, raft), ADDRESS);
    assertThat(snapshots.init(null)).isTrue();
    Files.createDirectory(directory.resolve("temp"));
    RaftClientService others = (RaftClientService) Proxy.newProxyInstance(
        SnapshotCopyTest.class.getClassLoader(), new Class<?>[] {RaftClientService.class},
        (proxy, method, arguments) -> switch (method.getName()) {
          case "connect" -> true;
          case "getFile" -> getFile((GetFileRequest) arguments[1], arguments[3]);
          default -> throw new UnsupportedOperationException(method.getName());
        });
    String uri = Snapshot.REMOTE_SNAPSHOT_URI_SCHEME + ADDRESS + "/1";
    return snapshots.startToCopyFrom(uri, new SnapshotCopierOptions("group", others, clock, raft, new NodeOptions()));
  }

  @SuppressWarnings("unchecked")
  private CompletableFuture<Object> getFile(GetFileRequest request, Object asker) {
    RpcResponseClosure<GetFileResponse> closure = (RpcResponseClosure<GetFileResponse>) asker;
    if (!answers) {
      unanswered.complete(closure);
      return new CompletableFuture<>();
    }
    ByteString data = request.getFilename().equals(Snapshot.JRAFT_SNAPSHOT_META_FILE) ? table() : ByteString.copyFromUtf8("content");
    closure.setResponse(GetFileResponse.newBuilder().setData(data).setEof(true).setReadSize(data.size()).build());
    closure.run(failure);
    return new CompletableFuture<>();
  }

  private ByteString table() {
    LocalSnapshotMetaTable table = new LocalSnapshotMetaTable(new RaftOptions());
    table.setMeta(SnapshotMeta.newBuilder().setLastIncludedIndex(index).setLastIncludedTerm(1).addPeers(ADDRESS.toString()).build());
    table.addFile("file", LocalFileMeta.getDefaultInstance());
    return ByteString.copyFrom(table.saveToByteBufferAsRemote());
  }

  @Test
  void whatWasCopiedIsThere() throws Exception {
    SnapshotCopier copier = begin();
    copier.join();
    assertThat(copier.isOk()).isTrue();
    try (SnapshotReader reader = copier.getReader()) {
      assertThat(Path.of(reader.getPath(), "file")).hasContent("content");
      assertThat(reader.generateURIForCopy()).contains(ADDRESS.toString());
    }
    copier.close();
  }

  @Test
  void aCancelledCopyHasEndedBeforeAnotherBeginsAndNoDiskHasFailed() throws Exception {
    CountDownLatch reached = new CountDownLatch(1);
    CountDownLatch goesOn = new CountDownLatch(1);
    when("Deleting snapshot " + directory.resolve("temp"), () -> {
      reached.countDown();
      awaitUninterruptibly(goesOn);
    });
    SnapshotCopier copier = begin();
    reached.await();
    copier.cancel();
    CompletableFuture<Void> joined = CompletableFuture.runAsync(() -> join(copier));
    assertThatThrownBy(() -> joined.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
    goesOn.countDown();
    joined.get();
    assertThat(copier.isOk()).isFalse();
    assertThat(copier.getRaftError()).isEqualTo(RaftError.ECANCELED);
    assertThat(directory.resolve("temp")).doesNotExist();
    copier.close();
  }

  @Test
  void aCopyThatWaitsForAnAnswerIsCancelledAtOnce() throws Exception {
    answers = false;
    SnapshotCopier copier = begin();
    RpcResponseClosure<GetFileResponse> late = unanswered.get();
    copier.cancel();
    copier.join();
    assertThat(copier.getRaftError()).isEqualTo(RaftError.ECANCELED);
    late.run(Status.OK());
  }

  @Test
  void anotherNodesDiskIsNotThisOnes() throws Exception {
    failure = new Status(RaftError.EIO, "Fail to read from path=/there");
    SnapshotCopier copier = begin();
    copier.join();
    assertThat(copier.isOk()).isFalse();
    assertThat(copier.getRaftError()).isNotEqualTo(RaftError.EIO);
    assertThat(copier.getErrorMsg()).contains("/there");
  }

  @Test
  void whatCannotBePutInItsPlaceIsNotTheSnapshotBefore() throws Exception {
    copy(7);
    index = 9;
    when("Renaming", () -> FileUtils.deleteDirectory(directory.resolve("temp").toFile()));
    SnapshotCopier copier = begin();
    copier.join();
    assertThat(copier.isOk()).isFalse();
    assertThat(copier.getRaftError()).isEqualTo(RaftError.EIO);
    copier.close();
  }

  /** One that was copied, and was cancelled before it was loaded. */
  @Test
  void anEarlierCopyThatWasNotLoadedMayBeOfALaterSnapshot() throws Exception {
    copy(9);
    copy(7);
    copy(7);
  }

  private void copy(long itsIndex) throws Exception {
    index = itsIndex;
    SnapshotCopier copier = begin();
    copier.join();
    assertThat(copier.isOk()).as("%s", copier.getErrorMsg()).isTrue();
    try (SnapshotReader reader = copier.getReader()) {
      assertThat(reader.load().getLastIncludedIndex()).isEqualTo(itsIndex);
    }
    copier.close();
  }

  @Test
  void aCopyThatDoesNotEndAsJRaftKnowsHasFailed() throws Exception {
    Path place = directory.resolve(Snapshot.JRAFT_SNAPSHOT_PREFIX + index);
    when("Deleting snapshot " + place, () -> Files.createFile(place));
    SnapshotCopier copier = begin();
    copier.join();
    assertThat(copier.isOk()).isFalse();
  }

  @Test
  void aCopyThatIsToAskAgainIsCancelledToo() throws Exception {
    failure = new Status(RaftError.EAGAIN, "busy");
    SnapshotCopier copier = begin();
    TimeUnit.MILLISECONDS.sleep(20);
    copier.cancel();
    copier.join();
    assertThat(copier.getRaftError()).isEqualTo(RaftError.ECANCELED);
  }

  private static void join(SnapshotCopier copier) {
    try {
      copier.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
