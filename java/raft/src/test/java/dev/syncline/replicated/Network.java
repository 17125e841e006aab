package dev.syncline.replicated;

import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.rpc.InvokeCallback;
import com.alipay.sofa.jraft.rpc.InvokeContext;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.impl.BoltRaftRpcFactory;
import com.alipay.sofa.jraft.rpc.impl.BoltRpcClient;
import com.alipay.sofa.jraft.util.Endpoint;
import com.alipay.sofa.jraft.util.SPI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * What nodes of this JVM send each other, and can be cut off from. JRaft finds it as a service, and makes one for the process; a node's
 * client learns whose it is from the thread that opens the node.
 */
@SPI(priority = 100)
public final class Network extends BoltRaftRpcFactory {
  private static final ThreadLocal<String> OPENING = new ThreadLocal<>();
  private static final Set<String> ISOLATED = ConcurrentHashMap.newKeySet();

  /** What this thread opens next belongs to {@code address}. */
  static void opening(String address) {
    OPENING.set(address);
  }

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
  public RpcClient createRpcClient(ConfigHelper<RpcClient> helper) {
    RpcClient client = new Client(OPENING.get());
    if (helper != null) helper.config(client);
    return client;
  }

  private static final class Client extends BoltRpcClient {
    private final String from;

    Client(String from) {
      super(new com.alipay.remoting.rpc.RpcClient());
      this.from = from;
    }

    private boolean cut(Endpoint to) {
      return from != null && ISOLATED.contains(from) || ISOLATED.contains(to.toString());
    }

    @Override
    public boolean checkConnection(Endpoint to) {
      return !cut(to) && super.checkConnection(to);
    }

    @Override
    public boolean checkConnection(Endpoint to, boolean createIfAbsent) {
      return !cut(to) && super.checkConnection(to, createIfAbsent);
    }

    @Override
    public Object invokeSync(Endpoint to, Object request, InvokeContext context, long timeoutMillis)
        throws InterruptedException, RemotingException {
      requireConnected(to);
      Object reply = super.invokeSync(to, request, context, timeoutMillis);
      requireConnected(to);
      return reply;
    }

    @Override
    public void invokeAsync(Endpoint to, Object request, InvokeContext context, InvokeCallback callback, long timeoutMillis)
        throws InterruptedException, RemotingException {
      requireConnected(to);
      super.invokeAsync(to, request, context, new InvokeCallback() {
        @Override
        public void complete(Object result, Throwable failure) {
          boolean lost = failure == null && cut(to);
          callback.complete(lost ? null : result, lost ? new RemotingException("the reply was lost") : failure);
        }

        @Override
        public Executor executor() {
          return callback.executor();
        }
      }, timeoutMillis);
    }

    private void requireConnected(Endpoint to) throws RemotingException {
      if (cut(to)) throw new RemotingException(from + " cannot reach " + to);
    }
  }
}
