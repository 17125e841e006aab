package dev.syncline.replicated;

import dev.syncline.RecordTooLargeException;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Asks one node, once: what {@link ReplicatedLogClient} is made of, and what tells nodes apart. Safe for many threads. */
public final class NodeClient {
  private final ClientTransport transport;
  private final String address;
  private final long timeoutNanos;

  /** {@code timeout} is for each call. */
  public NodeClient(ClientTransport transport, String address, Duration timeout) {
    this.transport = transport;
    this.address = address;
    this.timeoutNanos = TimeUnit.NANOSECONDS.convert(timeout);
  }

  public String address() {
    return address;
  }

  CommandResult propose(Command command) throws IOException {
    ClientMessage reply = ask(ClientMessage.PROPOSE, command.encode());
    return CommandResult.decode(bytes(expect(reply, ClientMessage.RESULT))).orThrow(command);
  }

  /** Where the log stands, having applied everything that was acknowledged before the call. */
  public NodeStatus status() throws IOException {
    return NodeStatus.decode(expect(askToRead(ClientMessage.STATUS, new byte[0]), ClientMessage.STATE));
  }

  /** Where this node stands, without asking any other. */
  public NodeStatus localStatus() throws IOException {
    return NodeStatus.decode(expect(askToRead(ClientMessage.LOCAL_STATUS, new byte[0]), ClientMessage.STATE));
  }

  /** The record with this sequence, of any type; empty if there is none. */
  public Optional<ClientRecord> read(long sequence) throws IOException {
    byte[] body = ClientMessage.allocate(Long.BYTES).putLong(sequence).array();
    return ClientRecord.decode(expect(askToRead(ClientMessage.READ, body), ClientMessage.RECORDS)).stream().findFirst();
  }

  /** Records above {@code afterSequence}, markers included: none if there are none, else at least one, up to about a megabyte. */
  public List<ClientRecord> scan(long afterSequence) throws IOException {
    ByteBuffer body = ClientMessage.allocate(Long.BYTES + Integer.BYTES).putLong(afterSequence).putInt(ClientService.SCAN_BYTES_MAX);
    return ClientRecord.decode(expect(askToRead(ClientMessage.SCAN, body.array()), ClientMessage.RECORDS));
  }

  // For an operator.

  /** See {@link GroupAdministration#details}; beside it what the node's own log says of itself. */
  public Map<String, String> details() throws IOException {
    Map<String, String> all = new LinkedHashMap<>();
    String text = ClientMessage.text(expect(askToRead(ClientMessage.DETAILS, new byte[0]), ClientMessage.TEXT)).orElse("");
    for (String line : text.split("\n")) {
      int tab = line.indexOf('\t');
      if (tab > 0) all.put(line.substring(0, tab), line.substring(tab + 1));
    }
    return all;
  }

  /** See {@link GroupAdministration#add}. */
  public void add(String member, boolean learner) throws IOException {
    order(learner ? ClientMessage.ADD_LEARNER : ClientMessage.ADD_VOTER, member);
  }

  /** See {@link GroupAdministration#remove}. */
  public void remove(String member) throws IOException {
    order(ClientMessage.REMOVE, member);
  }

  /** See {@link GroupAdministration#transfer}. */
  public void transfer(String voter) throws IOException {
    order(ClientMessage.TRANSFER, voter);
  }

  /** See {@link ReplicatedLog#compact}. */
  public void compact() throws IOException {
    order(ClientMessage.COMPACT, "");
  }

  /**
   * Makes {@code target} a log for {@link WriteAheadLog#open(Path)} that holds what the group held at a moment after the call began: every
   * record with its sequence, and nothing but whole batches. It is durable and in place when this returns.
   *
   * @param target must not exist
   * @return the highest sequence in it
   */
  public long backup(Path target) throws IOException {
    Path parts = target.toAbsolutePath().resolveSibling(target.getFileName() + ".part");
    if (Files.exists(target))
      throw new FileAlreadyExistsException(target + ": expected nothing there, since the backup becomes this directory");
    StateDirectory.delete(parts);
    Files.createDirectories(parts);
    String list = ClientMessage.text(expect(askToRead(ClientMessage.BEGIN_BACKUP, new byte[0]), ClientMessage.TEXT)).orElse("");
    List<String> lines = List.of(list.split("\n"));
    long number = Long.parseLong(lines.get(0));
    try {
      for (Map.Entry<String, Long> file : Backups.files(lines).entrySet())
        fetch(number, file.getKey(), file.getValue(), parts.resolve(Path.of(file.getKey()).getFileName()));
    } finally {
      expect(askToRead(ClientMessage.END_BACKUP, ClientMessage.allocate(Long.BYTES).putLong(number).array()), ClientMessage.DONE);
    }
    long highest;
    try (WriteAheadLog copy = WriteAheadLog.open(parts)) {
      highest = copy.currentSequence();
    }
    StateDirectory.sync(parts);
    Files.move(parts, target, StandardCopyOption.ATOMIC_MOVE);
    StateDirectory.sync(target.toAbsolutePath().getParent());
    return highest;
  }

  private void fetch(long number, String name, long bytes, Path target) throws IOException {
    try (FileChannel out = FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      while (out.position() < bytes) {
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer body = ClientMessage.allocate(2 * Long.BYTES + utf8.length).putLong(number).putLong(out.position()).put(utf8);
        ByteBuffer part = expect(askToRead(ClientMessage.READ_BACKUP, body.array()), ClientMessage.PART);
        if (!part.hasRemaining())
          throw new UnavailableException(address + " ended " + name + " at " + out.position() + " of " + bytes + " bytes");
        while (part.hasRemaining()) out.write(part);
      }
      out.force(true);
    }
  }

  private void order(byte code, String text) throws IOException {
    expect(ask(code, text.getBytes(StandardCharsets.UTF_8)), ClientMessage.DONE);
  }

  /** A read that may have arrived has changed nothing all the same. */
  private ClientMessage askToRead(byte code, byte[] body) throws IOException {
    try {
      return ask(code, body);
    } catch (OutcomeUnknownException e) {
      throw new UnavailableException(address + ": " + e.getMessage(), e);
    }
  }

  private ClientMessage ask(byte code, byte[] body) throws IOException {
    byte[] reply = transport.call(address, ClientMessage.encode(code, body), timeoutNanos);
    try {
      return ClientMessage.decode(reply);
    } catch (IllegalArgumentException e) {
      throw new OutcomeUnknownException(address + " gave an answer that is not understood: " + e.getMessage(), e);
    }
  }

  private ByteBuffer expect(ClientMessage reply, byte expected) throws IOException {
    if (reply.code() == expected) return reply.body();
    String text = ClientMessage.text(reply.body()).orElse("");
    switch (reply.code()) {
      case ClientMessage.NOT_LEADER:
        throw new NotLeaderException(address, text.isEmpty() ? null : text);
      case ClientMessage.UNAVAILABLE:
        throw new UnavailableException(text);
      case ClientMessage.TOO_LARGE:
        throw new RecordTooLargeException(text);
      case ClientMessage.NOT_PERMITTED:
        throw new NotPermittedException(text);
      case ClientMessage.INVALID:
        throw new IllegalArgumentException(address + ": " + text);
      default:
        throw new OutcomeUnknownException(address + ": " + text);
    }
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
