package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.error.RaftError;
import com.alipay.sofa.jraft.rpc.Connection;
import com.alipay.sofa.jraft.rpc.RaftRpcServerFactory;
import com.alipay.sofa.jraft.rpc.RpcContext;
import com.alipay.sofa.jraft.rpc.RpcProcessor;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequestHeader;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcServer;
import com.alipay.sofa.jraft.rpc.impl.ConnectionClosedEventListener;
import com.google.protobuf.Message;
import dev.syncline.replicated.net.Loops;
import dev.syncline.replicated.net.RequestHandler.Replies;
import dev.syncline.replicated.net.Session;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** Hands what other nodes ask to JRaft's processors. What JRaft would let anybody do to the group is not among them. */
final class RaftServer implements RpcServer {
  private final TermGuard terms;
  private final int port;
  private final Map<String, RpcProcessor<?>> processors = new ConcurrentHashMap<>();
  private final List<ConnectionClosedEventListener> listeners = new CopyOnWriteArrayList<>();

  /** What this node calls its group; empty until it runs. */
  private volatile String group = "";

  RaftServer(TermGuard terms, int port) {
    this.terms = terms;
    this.port = port;
    RaftRpcServerFactory.addRaftRequestProcessors(this);
  }

  /** Only what nodes say to each other; the processors that change the group are for whoever asks JRaft's own server. */
  @Override
  public void registerProcessor(RpcProcessor<?> processor) {
    for (RaftMessage each : RaftMessage.values())
      if (each.className().equals(processor.interest())) processors.put(processor.interest(), processor);
  }

  void serve(String groupName) {
    group = groupName;
  }

  /** Whoever calls the same group otherwise was started with another name: JRaft would not find the node that is meant, nor say so. */
  private void requireSameName(Session session, Message request) {
    String theirs = RaftMessage.group(request);
    if (group.isEmpty() || theirs.isEmpty() || theirs.equals(group)) return;
    throw new IllegalArgumentException(session.hello().address() + " calls the group " + withoutId(theirs) + ", and this node calls it "
        + withoutId(group) + ": start the one that is wrong with the other's --group");
  }

  private static String withoutId(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('_')));
  }

  /** Answers a request of another node, whose connection has been checked. */
  @SuppressWarnings("unchecked")
  void handle(Session session, byte type, byte[] body, Replies replies) {
    try {
      Message request = RaftMessage.decode(type, body);
      requireSameName(session, request);
      terms.check(request);
      String sender = RaftMessage.sender(request);
      if (!sender.isEmpty() && !sender.equals(session.hello().address()))
        throw new IllegalArgumentException(session.hello().address() + " speaks in the name of " + sender);
      RpcProcessor<Message> processor = (RpcProcessor<Message>) processors.get(request.getClass().getName());
      if (processor == null) throw new IllegalArgumentException("expected a request, found " + RaftMessage.of(request));
      executor(processor, request).execute(() -> processor.handleRequest(new Context(session, replies), request));
    } catch (IllegalArgumentException e) {
      session.note(e.getMessage());
      error(replies, RaftError.EINVAL, e.getMessage());
    } catch (RejectedExecutionException e) {
      error(replies, RaftError.EBUSY, "this node is stopping");
    }
  }

  static void error(Replies replies, RaftError error, String message) {
    ErrorResponse response = ErrorResponse.newBuilder().setErrorCode(error.getNumber()).setErrorMsg(message).build();
    replies.reply(RaftMessage.ERROR.code(), response.toByteArray());
  }

  private static Executor executor(RpcProcessor<Message> processor, Message request) {
    Executor executor = null;
    if (processor.executorSelector() != null && request instanceof AppendEntriesRequest entries) {
      AppendEntriesRequestHeader header = AppendEntriesRequestHeader.newBuilder()
          .setGroupId(entries.getGroupId()).setServerId(entries.getServerId()).setPeerId(entries.getPeerId()).build();
      executor = processor.executorSelector().select(processor.interest(), header);
    }
    if (executor == null) executor = processor.executor();
    return executor == null ? Loops.forNodes() : executor;
  }

  void closed(Session session) {
    for (ConnectionClosedEventListener each : listeners) each.onClosed(session.remote(), new Context(session, null).getConnection());
  }

  private record Context(Session session, Replies replies) implements RpcContext {
    @Override
    public void sendResponse(Object response) {
      replies.reply(RaftMessage.of(response).code(), ((Message) response).toByteArray());
    }

    @Override
    public Connection getConnection() {
      return new Connection() {
        @Override
        public Object getAttribute(String key) {
          return session.attributes().get(key);
        }

        @Override
        public void setAttribute(String key, Object value) {
          session.attributes().put(key, value);
        }

        @Override
        public Object setAttributeIfAbsent(String key, Object value) {
          return session.attributes().putIfAbsent(key, value);
        }

        @Override
        public void close() {
          session.close();
        }
      };
    }

    @Override
    public String getRemoteAddress() {
      return session.remote();
    }
  }

  // What JRaft asks of a server that it would start and stop itself. This one's connections are the engine's.

  @Override
  public void registerConnectionClosedEventListener(ConnectionClosedEventListener listener) {
    listeners.add(listener);
  }

  @Override
  public boolean init(Void nothing) {
    return true;
  }

  @Override
  public void shutdown() {}

  @Override
  public int boundPort() {
    return port;
  }

  @Override
  public boolean isStarted() {
    return true;
  }
}
