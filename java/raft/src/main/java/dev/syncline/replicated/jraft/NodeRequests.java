package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.error.RaftError;
import dev.syncline.replicated.ConsensusEngine.ClientRequestHandler;
import dev.syncline.replicated.net.Loops;
import dev.syncline.replicated.net.Permission;
import dev.syncline.replicated.net.RefusedException;
import dev.syncline.replicated.net.RefusedException.Reason;
import dev.syncline.replicated.net.RequestHandler;
import dev.syncline.replicated.net.Session;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** What comes over the connections of a node: from clients, and from nodes of the same group; from others only an invitation. */
final class NodeRequests implements RequestHandler {
  /** The type of a client's request and of its answer. */
  static final byte CLIENT = 0;

  private static final byte[] ACCEPTED = {};
  private final JRaftEngine engine;
  private final Group group;
  private final RaftServer raft;
  private final ClientRequestHandler clients;

  NodeRequests(JRaftEngine engine, Group group, RaftServer raft, ClientRequestHandler clients) {
    this.engine = engine;
    this.group = group;
    this.raft = raft;
    this.clients = clients;
  }

  @Override
  public void handle(Session session, byte type, byte[] body, Replies replies) throws RefusedException {
    if (type == CLIENT) {
      Loops.forClients().execute(() -> client(session, body, replies));
    } else if (!session.hello().node()) {
      throw new RefusedException(Reason.NOT_PERMITTED, "a client asks what only nodes ask");
    } else if (type == Invitation.TYPE) {
      Loops.forNodes().execute(() -> accept(session, body, replies));
    } else if (group.isFellow(session.hello())) {
      // Between an invitation and the node's start the connection stays: who asks asks again.
      if (engine.runs()) raft.handle(session, type, body, replies);
      else RaftServer.error(replies, RaftError.EBUSY, group.address() + " is starting, or has stopped for good");
    } else {
      throw new RefusedException(Reason.UNKNOWN_NODE, session.hello().address() + " is not a node of the group of " + group.address());
    }
  }

  @Override
  public long replyBytes(byte type, byte[] body) {
    return type == CLIENT ? clients.replyBytes(body) : 0;
  }

  private void client(Session session, byte[] body, Replies replies) {
    Permission needed = clients.needs(body);
    if (session.permissions().contains(needed)) clients.handle(body).thenAccept(reply -> replies.reply(CLIENT, reply));
    else replies.reply(CLIENT, clients.refused(needed));
  }

  private void accept(Session session, byte[] body, Replies replies) {
    try {
      group.accept(Invitation.decode(body), session.hello().address());
      replies.reply(Invitation.ANSWER, ACCEPTED);
      engine.identityChanged();
      engine.startNode();
    } catch (IOException | IllegalArgumentException e) {
      replies.reply(Invitation.ANSWER, String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void closed(Session session) {
    raft.closed(session);
  }
}
