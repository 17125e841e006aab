package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.error.ConnectionFailureException;
import com.alipay.sofa.jraft.error.InvokeTimeoutException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.util.Endpoint;
import com.google.protobuf.Message;
import dev.syncline.replicated.net.Loops;
import dev.syncline.replicated.net.NetClient;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** JRaft's way to the other nodes. */
final class RaftClient implements RpcClient {
  /** JRaft asks whether there is a connection while it holds the node's lock. */
  private static final long CONNECT_WAIT_MILLIS = 100;

  private final NetClient net;
  private final Group group;
  private final TermGuard terms;

  RaftClient(NetClient net, Group group, TermGuard terms) {
    this.net = net;
    this.group = group;
    this.terms = terms;
  }

  @Override
  public boolean init(RpcOptions options) {
    return true;
  }

  /** The connections are the engine's. */
  @Override
  public void shutdown() {}

  /** One that belongs to no group (yet), because it is new, is not there as far as JRaft is concerned. */
  @Override
  public boolean checkConnection(Endpoint endpoint) {
    return net.hello(endpoint.toString()).filter(group::isFellow).isPresent();
  }

  @Override
  public boolean checkConnection(Endpoint endpoint, boolean createIfAbsent) {
    if (checkConnection(endpoint) || !createIfAbsent) return checkConnection(endpoint);
    try {
      net.connect(endpoint.toString()).get(CONNECT_WAIT_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
    return checkConnection(endpoint);
  }

  @Override
  public void closeConnection(Endpoint endpoint) {
    net.disconnect(endpoint.toString());
  }

  @Override
  public void registerConnectEventListener(ReplicatorGroup replicators) {
    net.onConnected(address -> {
      PeerId peer = PeerId.parsePeer(address);
      if (peer != null) Loops.forNodes().execute(() -> replicators.checkReplicator(peer, true));
    });
  }

  @Override
  public Object invokeSync(Endpoint endpoint, Object request, InvokeContext context, long timeoutMillis)
      throws InterruptedException, RemotingException {
    try {
      return ask(endpoint, request, timeoutMillis).get();
    } catch (ExecutionException e) {
      throw failure(e.getCause());
    }
  }

  @Override
  public void invokeAsync(Endpoint endpoint, Object request, InvokeContext context, InvokeCallback callback, long timeoutMillis) {
    ask(endpoint, request, timeoutMillis).whenComplete((answer, failed) -> {
      Runnable completion = () -> callback.complete(answer, failed == null ? null : failure(failed));
      Executor executor = callback.executor() == null ? Loops.forNodes() : callback.executor();
      try {
        executor.execute(completion);
      } catch (RejectedExecutionException e) {
        Loops.forNodes().execute(completion);
      }
    });
  }

  private CompletableFuture<Message> ask(Endpoint endpoint, Object request, long timeoutMillis) {
    RaftMessage kind = RaftMessage.of(request);
    if (net.isConnected(endpoint.toString(), true) && !checkConnection(endpoint))
      return CompletableFuture.failedFuture(new RemotingException(endpoint + " belongs to no group yet"));
    return net.ask(endpoint.toString(), kind.code(), ((Message) request).toByteArray(), timeoutMillis).thenApply(reply -> {
      Message answer = RaftMessage.decode(reply.type(), reply.body());
      terms.check(answer);
      return answer;
    });
  }

  private static RemotingException failure(Throwable thrown) {
    Throwable cause = thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    if (cause instanceof NetClient.NotSentException) return new ConnectionFailureException(cause.getMessage(), cause);
    if (cause.getCause() instanceof TimeoutException) return new InvokeTimeoutException(cause.getMessage(), cause);
    return new RemotingException(cause.getMessage(), cause);
  }
}
