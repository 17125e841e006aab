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
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * What nodes of this JVM send each other, and can be cut off from. JRaft finds it as a service, and makes one for the process.
 */
@SPI(priority = 100)
public final class Network extends NodeRpcFactory {
  private static final Set<String> ISOLATED = ConcurrentHashMap.newKeySet();
  private static final Set<String> DEAF = ConcurrentHashMap.newKeySet();
  private static final Map<String, Integer> DELAY_MILLIS = new ConcurrentHashMap<>();
  private static final ScheduledExecutorService CLOCK = Executors.newSingleThreadScheduledExecutor(task -> {
    Thread thread = new Thread(task, "network-delays");
    thread.setDaemon(true);
    return thread;
  });

  /** From now on nothing that the node sends arrives, requests and replies, nor anything that is sent to it. */
  static void isolate(String address) {
    ISOLATED.add(address);
  }

  static void reconnect(String address) {
    ISOLATED.remove(address);
  }

  /** From now on nothing that others ask of the node arrives; what it asks does. */
  static void deafen(String address) {
    DEAF.add(address);
  }

  /** From now on what comes to the node and what it asks others takes so long. */
  static void delay(String address, int millis) {
    DELAY_MILLIS.put(address, millis);
  }

  static void reconnectAll() {
    ISOLATED.clear();
    DEAF.clear();
    DELAY_MILLIS.clear();
  }

  @Override
  protected RpcClient clientOf(String address, RpcClient client) {
    return new Client(address, client, new ConcurrentHashMap<>());
  }

  /** @param due when the last request to each node goes out: later ones do not overtake it, as on a connection */
  private record Client(String from, RpcClient to, Map<Endpoint, Long> due) implements RpcClient {
    private boolean cut(Endpoint other) {
      return ISOLATED.contains(from) || ISOLATED.contains(other.toString()) || DEAF.contains(other.toString());
    }

    private int delayMillis(Endpoint other) {
      return Math.max(DELAY_MILLIS.getOrDefault(from, 0), DELAY_MILLIS.getOrDefault(other.toString(), 0));
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
      TimeUnit.MILLISECONDS.sleep(delayMillis(other));
      Object reply = to.invokeSync(other, request, context, timeoutMillis);
      requireConnected(other);
      return reply;
    }

    @Override
    public void invokeAsync(Endpoint other, Object request, InvokeContext context, InvokeCallback callback, long timeoutMillis)
        throws InterruptedException, RemotingException {
      requireConnected(other);
      InvokeCallback unlessLost = new InvokeCallback() {
        @Override
        public void complete(Object result, Throwable failure) {
          boolean lost = failure == null && cut(other);
          callback.complete(lost ? null : result, lost ? new RemotingException("the reply was lost") : failure);
        }

        @Override
        public Executor executor() {
          return callback.executor();
        }
      };
      long nowNanos = System.nanoTime();
      long dueNanos = Math.max(nowNanos + TimeUnit.MILLISECONDS.toNanos(delayMillis(other)), due.getOrDefault(other, nowNanos));
      if (dueNanos <= nowNanos) {
        to.invokeAsync(other, request, context, unlessLost, timeoutMillis);
        return;
      }
      due.put(other, dueNanos);
      CLOCK.schedule(() -> sendLate(other, request, context, unlessLost, timeoutMillis), dueNanos - nowNanos, TimeUnit.NANOSECONDS);
    }

    private void sendLate(Endpoint other, Object request, InvokeContext context, InvokeCallback callback, long timeoutMillis) {
      try {
        requireConnected(other);
        to.invokeAsync(other, request, context, callback, timeoutMillis);
      } catch (RemotingException | RuntimeException e) {
        callback.complete(null, e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void requireConnected(Endpoint other) throws RemotingException {
      if (cut(other)) throw new RemotingException(from + " cannot reach " + other);
    }
  }
}
