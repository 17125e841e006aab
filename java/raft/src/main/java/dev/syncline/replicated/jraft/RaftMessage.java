package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.AppendEntriesResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.ErrorResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.GetFileResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.InstallSnapshotResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.PingRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.ReadIndexResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.RequestVoteResponse;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowRequest;
import com.alipay.sofa.jraft.rpc.RpcRequests.TimeoutNowResponse;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/** What nodes say to each other: these messages, as JRaft encodes them, and no other object. The codes are the protocol's. */
enum RaftMessage {
  ERROR(1, ErrorResponse.getDefaultInstance()),
  PING(2, PingRequest.getDefaultInstance()),
  APPEND_ENTRIES(3, AppendEntriesRequest.getDefaultInstance()),
  ENTRIES_APPENDED(4, AppendEntriesResponse.getDefaultInstance()),
  REQUEST_VOTE(5, RequestVoteRequest.getDefaultInstance()),
  VOTE(6, RequestVoteResponse.getDefaultInstance()),
  INSTALL_SNAPSHOT(7, InstallSnapshotRequest.getDefaultInstance()),
  SNAPSHOT_INSTALLED(8, InstallSnapshotResponse.getDefaultInstance()),
  GET_FILE(9, GetFileRequest.getDefaultInstance()),
  FILE(10, GetFileResponse.getDefaultInstance()),
  TIMEOUT_NOW(11, TimeoutNowRequest.getDefaultInstance()),
  TIMED_OUT(12, TimeoutNowResponse.getDefaultInstance()),
  READ_INDEX(13, ReadIndexRequest.getDefaultInstance()),
  READ_INDEX_KNOWN(14, ReadIndexResponse.getDefaultInstance());

  private static final Map<Class<?>, RaftMessage> BY_CLASS = new HashMap<>();
  private static final Map<Byte, RaftMessage> BY_CODE = new HashMap<>();

  static {
    for (RaftMessage each : values()) {
      BY_CLASS.put(each.prototype.getClass(), each);
      BY_CODE.put(each.code, each);
    }
  }

  private final byte code;
  private final Message prototype;

  RaftMessage(int code, Message prototype) {
    this.code = (byte) code;
    this.prototype = prototype;
  }

  byte code() {
    return code;
  }

  /** What JRaft calls it. */
  String className() {
    return prototype.getClass().getName();
  }

  static RaftMessage of(Object message) {
    RaftMessage known = BY_CLASS.get(message.getClass());
    if (known == null) throw new IllegalArgumentException("nodes do not send each other a " + message.getClass().getName());
    return known;
  }

  /** @throws IllegalArgumentException if it is no such message */
  static Message decode(byte code, byte[] body) {
    RaftMessage known = BY_CODE.get(code);
    if (known == null) throw new IllegalArgumentException("expected a message between nodes, found code " + code);
    try {
      return known.prototype.getParserForType().parseFrom(body);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException("expected " + known + " in " + body.length + " bytes: " + e.getMessage(), e);
    }
  }

  /** The term that a message speaks of, in which the other side may be the leader or want to be, or of which it knows. */
  static OptionalLong term(Message message) {
    if (message instanceof AppendEntriesRequest m) return OptionalLong.of(m.getTerm());
    if (message instanceof AppendEntriesResponse m) return OptionalLong.of(m.getTerm());
    if (message instanceof RequestVoteRequest m) return OptionalLong.of(m.getTerm());
    if (message instanceof RequestVoteResponse m) return OptionalLong.of(m.getTerm());
    if (message instanceof InstallSnapshotRequest m) return OptionalLong.of(m.getTerm());
    if (message instanceof InstallSnapshotResponse m) return OptionalLong.of(m.getTerm());
    if (message instanceof TimeoutNowRequest m) return OptionalLong.of(m.getTerm());
    if (message instanceof TimeoutNowResponse m) return OptionalLong.of(m.getTerm());
    return OptionalLong.empty();
  }

  /** Who says that he sends it; empty if it does not say. */
  static String sender(Message message) {
    if (message instanceof AppendEntriesRequest m) return m.getServerId();
    if (message instanceof RequestVoteRequest m) return m.getServerId();
    if (message instanceof InstallSnapshotRequest m) return m.getServerId();
    if (message instanceof TimeoutNowRequest m) return m.getServerId();
    if (message instanceof ReadIndexRequest m) return m.getServerId();
    return "";
  }

  /** What the sender calls the group; empty if he does not say who he is. */
  static String group(Message message) {
    if (message instanceof AppendEntriesRequest m) return m.getGroupId();
    if (message instanceof RequestVoteRequest m) return m.getGroupId();
    if (message instanceof InstallSnapshotRequest m) return m.getGroupId();
    if (message instanceof TimeoutNowRequest m) return m.getGroupId();
    if (message instanceof ReadIndexRequest m) return m.getGroupId();
    return "";
  }
}
