package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.core.Scheduler;
import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.rpc.RaftClientService;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileResponse;
import com.alipay.sofa.jraft.rpc.RpcResponseClosure;
import com.alipay.sofa.jraft.storage.snapshot.Snapshot;
import com.alipay.sofa.jraft.storage.snapshot.local.LocalSnapshotMetaTable;
import com.google.protobuf.ByteString;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/**
 * What the copying of a snapshot asks another node, and the clock by which it asks again: until it is cancelled, and from then on that is
 * the answer to everything. Safe for many threads.
 */
final class CopyQuestions implements Scheduler {
  private final RaftClientService service;
  private final Scheduler clock;
  private final Set<Question> open = new HashSet<>();
  private boolean cancelled;

  /** What the other node's snapshot consists of. */
  private ByteString table = ByteString.EMPTY;

  /** To be asked later, and when; there is one question at a time. */
  private Runnable later = () -> {};

  private ScheduledFuture<?> when;

  CopyQuestions(RaftClientService service, Scheduler clock) {
    this.service = service;
    this.clock = clock;
  }

  static Status cancellation() {
    return new Status(RaftError.ECANCELED, "the copying of a snapshot was cancelled");
  }

  synchronized boolean cancelled() {
    return cancelled;
  }

  private synchronized void note(long offset, ByteString part) {
    table = offset == 0 ? part : table.concat(part);
  }

  /** The last index of the other node's snapshot, as far as it has said so. */
  synchronized long copiedIndex() {
    LocalSnapshotMetaTable read = new LocalSnapshotMetaTable(new RaftOptions());
    boolean whole = read.loadFromIoBufferAsRemote(ByteBuffer.wrap(table.toByteArray()));
    return whole && read.hasMeta() ? read.getMeta().getLastIncludedIndex() : 0;
  }

  void cancel() {
    List<Question> unanswered;
    Runnable now;
    synchronized (this) {
      cancelled = true;
      unanswered = new ArrayList<>(open);
      now = when != null && when.cancel(false) ? later : () -> {};
      when = null;
    }
    unanswered.forEach(each -> each.run(cancellation()));
    now.run();
  }

  /** JRaft's, but for the questions for files. */
  RaftClientService service() {
    return (RaftClientService) Proxy.newProxyInstance(
        CopyQuestions.class.getClassLoader(), new Class<?>[] {RaftClientService.class},
        (proxy, method, arguments) -> call(method, arguments));
  }

  @SuppressWarnings("unchecked")
  private Object call(Method method, Object[] arguments) throws Throwable {
    if (method.getName().equals("getFile")) {
      Question question = new Question((GetFileRequest) arguments[1], (RpcResponseClosure<GetFileResponse>) arguments[3]);
      if (!begins(question)) {
        question.run(cancellation());
        return new CompletableFuture<>();
      }
      arguments[3] = question;
    }
    try {
      return method.invoke(service, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private synchronized boolean begins(Question question) {
    return !cancelled && open.add(question);
  }

  /** Answered once. */
  private final class Question implements RpcResponseClosure<GetFileResponse> {
    private final GetFileRequest request;
    private final RpcResponseClosure<GetFileResponse> asker;
    private boolean answered;

    Question(GetFileRequest request, RpcResponseClosure<GetFileResponse> asker) {
      this.request = request;
      this.asker = asker;
    }

    @Override
    public synchronized void setResponse(GetFileResponse response) {
      if (answered) return;
      if (request.getFilename().equals(Snapshot.JRAFT_SNAPSHOT_META_FILE)) note(request.getOffset(), response.getData());
      asker.setResponse(response);
    }

    @Override
    public void run(Status status) {
      synchronized (this) {
        if (answered) return;
        answered = true;
      }
      synchronized (CopyQuestions.this) {
        open.remove(this);
      }
      asker.run(ofThisNode(status));
    }
  }

  /** What another node's disk has refused is no failure of this one's, for which JRaft would stop the node. */
  private static Status ofThisNode(Status status) {
    if (status.getRaftError() != RaftError.EIO) return status;
    return new Status(RaftError.EINTERNAL, "the other node's disk: %s", status.getErrorMsg());
  }

  @Override
  public synchronized ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
    later = command;
    when = clock.schedule(command, cancelled ? 0 : delay, unit);
    return when;
  }

  @Override
  public ScheduledFuture<?> scheduleAtFixedRate(Runnable command, long initialDelay, long period, TimeUnit unit) {
    return clock.scheduleAtFixedRate(command, initialDelay, period, unit);
  }

  @Override
  public ScheduledFuture<?> scheduleWithFixedDelay(Runnable command, long initialDelay, long delay, TimeUnit unit) {
    return clock.scheduleWithFixedDelay(command, initialDelay, delay, unit);
  }

  /** It is the node's. */
  @Override
  public void shutdown() {}
}
