package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.error.ConnectionFailureException;
import com.alipay.sofa.jraft.error.RemotingException;
import com.alipay.sofa.jraft.option.RpcOptions;
import com.alipay.sofa.jraft.rpc.RpcClient;
import com.alipay.sofa.jraft.rpc.impl.BoltRpcClient;
import com.alipay.sofa.jraft.util.Endpoint;
import dev.syncline.replicated.ClientTransport;
import dev.syncline.replicated.OutcomeUnknownException;
import dev.syncline.replicated.UnavailableException;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** A client's way to the nodes: bolt, which also carries what they say to each other. */
public final class BoltTransport implements ClientTransport {
  private final RpcClient client;

  private BoltTransport(RpcClient client) {
    this.client = client;
  }

  /** A transport with threads and connections of its own. */
  public static ClientTransport start() {
    ClientEnvelope.register();
    RpcOptions options = new RpcOptions();
    options.setEnableRpcChecksum(true);
    RpcClient client = new BoltRpcClient(new com.alipay.remoting.rpc.RpcClient());
    client.init(options);
    return new BoltTransport(client);
  }

  @Override
  public byte[] call(String address, byte[] request, long timeoutNanos) throws IOException {
    long timeoutMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
    try {
      Object reply = client.invokeSync(endpoint(address), new ClientEnvelope.Request(request), timeoutMillis);
      return ((ClientEnvelope.Reply) reply).bytes();
    } catch (ConnectionFailureException e) {
      throw new UnavailableException(address + " does not answer: " + e.getMessage(), e);
    } catch (RemotingException e) {
      throw new OutcomeUnknownException("no answer from " + address + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new OutcomeUnknownException("interrupted while waiting for " + address, e);
    }
  }

  private static Endpoint endpoint(String address) {
    int colon = address.lastIndexOf(':');
    if (colon < 1) throw new IllegalArgumentException("expected an address like 10.0.0.1:7001, found \"" + address + "\"");
    return new Endpoint(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  @Override
  public void close() {
    client.shutdown();
  }
}
