package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import dev.syncline.replicated.ConsensusEngine;

/** Passes clients' requests on, on the port that the nodes use among themselves. */
final class ClientProcessor implements RpcProcessor<ClientEnvelope.Request> {
  private final ConsensusEngine.ClientRequestHandler clients;

  ClientProcessor(ConsensusEngine.ClientRequestHandler clients) {
    ClientEnvelope.register();
    this.clients = clients;
  }

  @Override
  public void handleRequest(RpcContext context, ClientEnvelope.Request request) {
    clients.handle(request.bytes()).thenAccept(reply -> context.sendResponse(new ClientEnvelope.Reply(reply)));
  }

  @Override
  public String interest() {
    return ClientEnvelope.Request.class.getName();
  }
}
