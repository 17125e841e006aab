package dev.syncline.replicated;

import dev.syncline.RecordTooLargeException;
import dev.syncline.WalCursor;
import dev.syncline.WriteAheadLog;
import dev.syncline.replicated.net.Permission;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;

/** Answers clients on behalf of a node: what {@link ReplicatedLog} does for its own process, in bytes. */
final class ClientService implements ConsensusEngine.ClientRequestHandler {
  static final int SCAN_BYTES_MAX = 1 << 20;
  private final ReplicatedLogOptions options;
  private final LogState state;
  private final Backups backups;
  private final Executor readers;

  /** Set when the node has started; who asks before is told to come again. */
  private volatile ConsensusEngine engine;

  ClientService(ReplicatedLogOptions options, LogState state, Backups backups) {
    this.options = options;
    this.state = state;
    this.backups = backups;
    this.readers = options.callbackExecutor();
  }

  void answerWith(ConsensusEngine started) {
    engine = started;
  }

  @Override
  public CompletableFuture<byte[]> handle(byte[] request) {
    try {
      ConsensusEngine now = engine;
      if (now == null) throw new UnavailableException(options.address() + " is starting");
      Optional<Throwable> failure = now.failure();
      // What this node has only gets older: not even its figures are told.
      if (failure.isPresent()) throw new UnavailableException(options.address() + " has stopped for good: " + failure.get().getMessage());
      return answer(ClientMessage.decode(request)).exceptionally(ClientService::failed);
    } catch (IOException | RuntimeException e) {
      return CompletableFuture.completedFuture(failed(e));
    }
  }

  @Override
  public Permission needs(byte[] request) {
    return request.length < 2 ? Permission.READ : switch (request[1]) {
      case ClientMessage.PROPOSE -> Permission.APPEND;
      case ClientMessage.ADD_VOTER, ClientMessage.ADD_LEARNER, ClientMessage.REMOVE, ClientMessage.TRANSFER, ClientMessage.COMPACT ->
          Permission.ADMINISTER;
      default -> Permission.READ;
    };
  }

  /** Records are there as objects, as a body and as a message at a time. */
  @Override
  public long replyBytes(byte[] request) {
    return request.length < 2 ? 0 : switch (request[1]) {
      case ClientMessage.SCAN -> 2L * (SCAN_BYTES_MAX + options.maxRecordSize());
      case ClientMessage.READ -> 2L * options.maxRecordSize();
      case ClientMessage.READ_BACKUP -> 2L * Backups.PART_BYTES_MAX;
      default -> 0;
    };
  }

  @Override
  public byte[] refused(Permission missing) {
    return ClientMessage.encode(ClientMessage.NOT_PERMITTED,
        options.address() + ": the client's certificate lacks the permission \"" + missing.name().toLowerCase(Locale.ROOT) + "\"");
  }

  private CompletableFuture<byte[]> answer(ClientMessage request) throws IOException {
    ByteBuffer body = request.body();
    switch (request.code()) {
      case ClientMessage.PROPOSE:
        return propose(body).thenApply(result -> ClientMessage.encode(ClientMessage.RESULT, result));
      case ClientMessage.SCAN:
        long after = body.getLong();
        int bytes = Math.min(body.getInt(), SCAN_BYTES_MAX);
        return afterBarrier(() -> records(scan(after, bytes)));
      case ClientMessage.READ:
        long sequence = body.getLong();
        return afterBarrier(() -> records(state.read(log -> log.read(sequence)).stream().map(ClientRecord::of).toList()));
      case ClientMessage.STATUS:
        return afterBarrier(this::status);
      case ClientMessage.LOCAL_STATUS:
        return CompletableFuture.completedFuture(status());
      case ClientMessage.DETAILS:
        return CompletableFuture.completedFuture(ClientMessage.encode(ClientMessage.TEXT, details()));
      case ClientMessage.ADD_VOTER, ClientMessage.ADD_LEARNER, ClientMessage.REMOVE, ClientMessage.TRANSFER:
        String address = ClientMessage.text(body).orElse("");
        ReplicatedLogOptions.requireAddress(address);
        administer(request.code(), address);
        return CompletableFuture.completedFuture(ClientMessage.encode(ClientMessage.DONE, new byte[0]));
      case ClientMessage.BEGIN_BACKUP:
        return afterBarrier(() -> ClientMessage.encode(ClientMessage.TEXT, backups.begin()));
      case ClientMessage.READ_BACKUP:
        long number = body.getLong();
        long offset = body.getLong();
        byte[] part = backups.part(number, ClientMessage.text(body).orElse(""), offset);
        return CompletableFuture.completedFuture(ClientMessage.encode(ClientMessage.PART, part));
      case ClientMessage.END_BACKUP:
        backups.end(body.getLong());
        return CompletableFuture.completedFuture(ClientMessage.encode(ClientMessage.DONE, new byte[0]));
      case ClientMessage.COMPACT:
        return engine.compact().thenApply(done -> ClientMessage.encode(ClientMessage.DONE, new byte[0]));
      default:
        throw new IllegalArgumentException("expected a request, found code " + request.code());
    }
  }

  /** Waits: the thread is one of those that are for clients. */
  private void administer(byte code, String address) throws IOException {
    GroupAdministration group = engine.administration()
        .orElseThrow(() -> new IllegalArgumentException("this engine's group does not change"));
    switch (code) {
      case ClientMessage.ADD_VOTER -> group.add(address, false);
      case ClientMessage.ADD_LEARNER -> group.add(address, true);
      case ClientMessage.REMOVE -> group.remove(address);
      default -> group.transfer(address);
    }
  }

  private String details() {
    Map<String, String> all = new LinkedHashMap<>();
    engine.administration().ifPresent(group -> all.putAll(group.details()));
    WriteAheadLog log = state.log();
    all.put("firstSequence", Long.toString(log.firstSequence()));
    all.put("appliedSequence", Long.toString(log.currentSequence()));
    all.put("sinceSnapshotBytes", Long.toString(state.bytesSinceSave()));
    all.put("freeBytes", Long.toString(options.directory().toFile().getUsableSpace()));
    return all.entrySet().stream().map(each -> each.getKey() + "\t" + each.getValue()).collect(Collectors.joining("\n"));
  }

  /** Only commands that every node can apply get into the group's log. */
  private CompletableFuture<byte[]> propose(ByteBuffer body) throws RecordTooLargeException {
    Limits.requireEncodedSize(options, body);
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    Command command = Command.decode(ByteBuffer.wrap(bytes));
    if (command.kind().appendsOperations()) Limits.requireBatchSize(options, command.operations());
    return engine.propose(bytes);
  }

  private interface Answer {
    byte[] get() throws IOException;
  }

  private CompletableFuture<byte[]> afterBarrier(Answer answer) {
    return engine.readBarrier().thenApplyAsync(passed -> {
      try {
        return answer.get();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }, readers);
  }

  /** At least one record, if there is one; then as many as fit. */
  private List<ClientRecord> scan(long after, int bytes) throws IOException {
    List<ClientRecord> records = new ArrayList<>();
    int taken = 0;
    try (WalCursor cursor = ReplicatedCursor.upToNow(state, after, true)) {
      while (taken < bytes && cursor.hasNext()) {
        ClientRecord record = ClientRecord.of(cursor.next());
        records.add(record);
        taken += record.encodedBytes();
      }
    }
    return records;
  }

  private static byte[] records(List<ClientRecord> records) {
    int bytes = Integer.BYTES;
    for (ClientRecord record : records) bytes += record.encodedBytes();
    ByteBuffer out = ClientMessage.allocate(bytes);
    ClientRecord.encode(records, out);
    return ClientMessage.encode(ClientMessage.RECORDS, out.array());
  }

  private byte[] status() {
    WriteAheadLog log = state.log();
    NodeStatus status = new NodeStatus(
        log.firstSequence(), log.currentSequence(), log.lastCheckpoint(), log.lastCheckpointCovers(), engine.leader());
    return ClientMessage.encode(ClientMessage.STATE, status.encode());
  }

  /** What a client is told of a failure; every failure that is not understood leaves the outcome unknown. */
  private static byte[] failed(Throwable thrown) {
    Throwable failure = thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    if (failure instanceof UncheckedIOException unchecked) failure = unchecked.getCause();
    String message = String.valueOf(failure.getMessage());
    if (failure instanceof NotLeaderException not) return ClientMessage.encode(ClientMessage.NOT_LEADER, not.leader().orElse(""));
    if (failure instanceof NotPermittedException) return ClientMessage.encode(ClientMessage.NOT_PERMITTED, message);
    if (failure instanceof UnavailableException) return ClientMessage.encode(ClientMessage.UNAVAILABLE, message);
    if (failure instanceof RecordTooLargeException) return ClientMessage.encode(ClientMessage.TOO_LARGE, message);
    if (failure instanceof BufferUnderflowException) return ClientMessage.encode(ClientMessage.INVALID, "a request that ends too early");
    if (failure instanceof IllegalArgumentException) return ClientMessage.encode(ClientMessage.INVALID, message);
    return ClientMessage.encode(ClientMessage.UNKNOWN, failure instanceof OutcomeUnknownException ? message : failure.toString());
  }
}
