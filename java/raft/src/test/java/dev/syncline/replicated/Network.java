package dev.syncline.replicated;

import com.alipay.sofa.jraft.ReplicatorGroup;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import dev.syncline.replicated.jraft.NodeRpcFactory;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * What nodes of this JVM send each other, and can be cut off from. JRaft finds it as a service, and makes one for the process.
 */
@SPI(priority = 100)
public final class Network extends NodeRpcFactory {
  private static final Set<String> ISOLATED = ConcurrentHashMap.newKeySet();

  /** From now on nothing that the node sends arrives, requests and replies, nor anything that is sent to it. */
  static void isolate(String address) {
    ISOLATED.add(address);
  }

  static void reconnect(String address) {
    ISOLATED.remove(address);
  }

  static void reconnectAll() {
    ISOLATED.clear();
  }

  @Override
  protected RpcClient clientOf(String address, RpcClient client) {
    return new Client(address, client);
  }

  private record Client(String from, RpcClient to) implements RpcClient {
    private boolean cut(Endpoint other) {
      return ISOLATED.contains(from) || ISOLATED.contains(other.toString());
    }

    @Override
    public boolean init(RpcOptions options) {
      return to.init(options);
    }

    @Override
    public void shutdown() {
      to.shutdown();
    }

    @Override
    public void closeConnection(Endpoint other) {
      to.closeConnection(other);
    }

    @Override
    public void registerConnectEventListener(ReplicatorGroup replicators) {
      to.registerConnectEventListener(replicators);
    }

    @Override
    public boolean checkConnection(Endpoint other) {
      return !cut(other) && to.checkConnection(other);
    }

    @Override
    public boolean checkConnection(Endpoint other, boolean createIfAbsent) {
      return !cut(other) && to.checkConnection(other, createIfAbsent);
    }

    @Override
    public Object invokeSync(Endpoint other, Object request, InvokeContext context, long timeoutMillis)
        throws InterruptedException, RemotingException {
      requireConnected(other);
      Object reply = to.invokeSync(other, request, context, timeoutMillis);
      requireConnected(other);
      return reply;
    }

    @Override
    public void invokeAsync(Endpoint other, Object request, InvokeContext context, InvokeCallback callback, long timeoutMillis)
        throws InterruptedException, RemotingException {
      requireConnected(other);
      to.invokeAsync(other, request, context, new InvokeCallback() {
        @Override
        public void complete(Object result, Throwable failure) {
          boolean lost = failure == null && cut(other);
          callback.complete(lost ? null : result, lost ? new RemotingException("the reply was lost") : failure);
        }

        @Override
        public Executor executor() {
          return callback.executor();
        }
      }, timeoutMillis);
    }

    private void requireConnected(Endpoint other) throws RemotingException {
      if (cut(other)) throw new RemotingException(from + " cannot reach " + other);
    }
  }
}
