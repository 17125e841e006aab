package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.impl.BoltRaftRpcFactory;
import com.alipay.sofa.jraft.util.SPI;

/**
 * JRaft has one factory of clients for the process, and asks it on the thread that starts a node. Nodes of replicated logs get the client
 * that was made for them; nodes of anybody else what they would get without this one.
 */
@SPI(name = "syncline", priority = 1)
public class NodeRpcFactory extends BoltRaftRpcFactory {
  private static final ThreadLocal<Starting> STARTING = new ThreadLocal<>();

  private record Starting(String address, RpcClient client, long electionTimeoutMillis) {}

  /** What {@link #starting} runs. */
  interface Start<T> {
    T run();
  }

  /** Runs something that starts the node at {@code address}, which is to use {@code client}. */
  static <T> T starting(String address, RpcClient client, long electionTimeoutMillis, Start<T> start) {
    STARTING.set(new Starting(address, client, electionTimeoutMillis));
    try {
      T started = start.run();
      if (STARTING.get() != null)
        throw new IllegalStateException("another RaftRpcFactory of the class path has made the node's client; expected "
            + NodeRpcFactory.class.getName() + " or a class that extends it");
      return started;
    } finally {
      STARTING.remove();
    }
  }

  /** Of the node that this thread starts; 0 if it starts none of a replicated log. */
  static long electionTimeoutMillis() {
    Starting node = STARTING.get();
    return node == null ? 0 : node.electionTimeoutMillis;
  }

  @Override
  public RpcClient createRpcClient(ConfigHelper<RpcClient> helper) {
    Starting node = STARTING.get();
    if (node == null) return super.createRpcClient(helper);
    STARTING.remove();
    RpcClient client = clientOf(node.address, node.client);
    if (helper != null) helper.config(client);
    return client;
  }

  /** The client that the node at {@code address} gets: the one that was made for it. */
  protected RpcClient clientOf(String address, RpcClient client) {
    return client;
  }
}
