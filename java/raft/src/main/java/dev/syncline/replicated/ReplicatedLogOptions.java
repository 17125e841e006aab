package dev.syncline.replicated;

import dev.syncline.CorruptionPolicy;
import dev.syncline.StorageMode;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.log.options.LogOptions;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;

/** Who a node is and how it behaves; immutable. Sizes are bytes. Every node of a group needs the same ones but for its own address. */
public final class ReplicatedLogOptions {
  private static final int PORT_MAX = 65_535;
  private static final int FORMAT_BATCH_BYTES_MAX = 1 << 30;

  /** With less than a disk or a scheduler may take, a node interrupts every leader, and one such node is enough to stop a group. */
  private static final Duration ELECTION_TIMEOUT_MIN = Duration.ofMillis(100);

  /** JRaft counts in milliseconds, in 32 bits, and takes multiples of this one. */
  private static final Duration ELECTION_TIMEOUT_MAX = Duration.ofHours(1);

  private final Builder settings;

  private ReplicatedLogOptions(Builder settings) {
    this.settings = settings;
  }

  /**
   * The options of a node.
   *
   * @param directory where the node keeps everything; nobody else's
   * @param address its own, one of {@code peers}: {@code host:port}
   * @param peers every node's address, this one's included. Only a group that begins takes it from here; later the group's own log
   *     has it
   */
  public static Builder builder(Path directory, String address, List<String> peers) {
    return new Builder(directory, address, peers);
  }

  /** The options of a node that waits to be added to a group that there is; its directory is new, or one that it had in that group. */
  public static Builder joining(Path directory, String address) {
    return new Builder(directory, address, List.of());
  }

  public Path directory() {
    return settings.directory;
  }

  /** Where the node listens and how others reach it. */
  public String address() {
    return settings.address;
  }

  /** With whom it is to found a group; nobody if it waits to be added to one. */
  public List<String> peers() {
    return settings.peers;
  }

  public String group() {
    return settings.group;
  }

  public Duration electionTimeout() {
    return settings.electionTimeout;
  }

  public Duration requestTimeout() {
    return settings.requestTimeout;
  }

  public Optional<Security> security() {
    return Optional.ofNullable(settings.security);
  }

  public int maxRecordSize() {
    return settings.maxRecordSize;
  }

  public int maxBatchSize() {
    return settings.maxBatchSize;
  }

  public long maxSegmentSize() {
    return settings.maxSegmentSize;
  }

  public long snapshotEveryBytes() {
    return settings.snapshotEveryBytes;
  }

  public StorageMode storage() {
    return settings.storage;
  }

  public Executor callbackExecutor() {
    return settings.callbackExecutor;
  }

  /**
   * How the local log is opened. It refuses nothing by size: what the group has committed, every node must apply. And it opens
   * whole or not at all: a copy with a hole must not answer reads.
   */
  WalOptions localLog() {
    return WalOptions.builder()
        .syncMode(SyncMode.MANUAL)
        .corruptionPolicy(CorruptionPolicy.REFUSE)
        .storage(settings.storage)
        .maxSegmentSize(settings.maxSegmentSize)
        .maxRecordSize(FORMAT_BATCH_BYTES_MAX)
        .maxBatchSize(FORMAT_BATCH_BYTES_MAX)
        .build();
  }

  static String requireAddress(String address) {
    if (!Objects.requireNonNull(address, "address").matches("[^:/\\s\\p{Cntrl}]+:(0|[1-9]\\d{0,4})"))
      throw new IllegalArgumentException("expected an address like 10.0.0.1:7001, found \"" + address + "\"");
    int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    if (port < 1 || port > PORT_MAX)
      throw new IllegalArgumentException("expected a port from 1 to " + PORT_MAX + ", at which others reach it, found \"" + address + "\"");
    if (address.startsWith("0.0.0.0:"))
      throw new IllegalArgumentException("expected an address at which others reach this one node, found \"" + address + "\"");
    return address;
  }

  /** Without TLS whoever reaches the port can do everything: beyond this machine only who says that this is meant. */
  private static void requireGuarded(Builder settings) {
    if (settings.security != null || settings.insecure) return;
    String host = settings.address.substring(0, settings.address.lastIndexOf(':'));
    try {
      if (InetAddress.getByName(host).isLoopbackAddress()) return;
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("expected the name or number of this host, found \"" + host + "\"", e);
    }
    throw new IllegalArgumentException(settings.address + " is reached from other machines, and without TLS whoever reaches it can read,"
        + " append and truncate: set security (--tls-certificate and the others), or say insecure (--insecure) if the network keeps"
        + " all others out");
  }

  /** Collects the settings; {@link #build} checks them. */
  public static final class Builder implements Cloneable {
    private final Path directory;
    private final String address;
    private final List<String> peers;
    private String group = "syncline";
    private Security security;
    private boolean insecure;
    private Duration electionTimeout = Duration.ofSeconds(1);
    private Duration requestTimeout = Duration.ofSeconds(10);
    private int maxRecordSize = 1 << 20;
    private int maxBatchSize = 4 << 20;
    private long maxSegmentSize = 64L << 20;
    private long snapshotEveryBytes = 64L << 20;
    private StorageMode storage = StorageMode.AUTO;
    private Executor callbackExecutor = ForkJoinPool.commonPool();

    private Builder(Path directory, String address, List<String> peers) {
      this.directory = Objects.requireNonNull(directory, "directory");
      this.address = ReplicatedLogOptions.requireAddress(address);
      this.peers = List.copyOf(peers);
      this.peers.forEach(ReplicatedLogOptions::requireAddress);
      if (!this.peers.isEmpty() && !this.peers.contains(address))
        throw new IllegalArgumentException("expected " + address + " to be one of the peers, found " + this.peers);
      if (this.peers.stream().distinct().count() < this.peers.size())
        throw new IllegalArgumentException("expected every peer once, found " + this.peers);
    }

    /**
     * Told apart from other groups that use the same addresses. Default {@code syncline}; a letter of ASCII, then letters, digits,
     * {@code -} and {@code _}.
     */
    public Builder group(String name) {
      if (!Objects.requireNonNull(name, "group").matches("[A-Za-z][A-Za-z0-9_-]*"))
        throw new IllegalArgumentException("group is a letter and then letters, digits, - and _, not \"" + name + "\"");
      group = name;
      return this;
    }

    /** Mutual TLS for everything that crosses the network. Not set: none, which is refused beyond loopback unless {@link #insecure} is. */
    public Builder security(Security files) {
      security = Objects.requireNonNull(files, "security");
      return this;
    }

    /** Whether to listen beyond loopback without TLS: whoever reaches the address can then do everything. Default false. */
    public Builder insecure(boolean meant) {
      insecure = meant;
      return this;
    }

    /**
     * After how long without a word from the leader a node wants to lead: what a failed leader costs. Well above the network's delays.
     * Default 1 s; 100 ms to 1 h. The same on all nodes: the most impatient one decides how often leaders change.
     */
    public Builder electionTimeout(Duration timeout) {
      electionTimeout = positive("electionTimeout", timeout);
      if (timeout.compareTo(ELECTION_TIMEOUT_MIN) < 0 || timeout.compareTo(ELECTION_TIMEOUT_MAX) > 0)
        throw new IllegalArgumentException(
            "electionTimeout is " + ELECTION_TIMEOUT_MIN + " to " + ELECTION_TIMEOUT_MAX + ", not " + timeout);
      return this;
    }

    /** How long a call waits for the group. Default 10 s; anything above zero, and more than 292 years counts as that. */
    public Builder requestTimeout(Duration timeout) {
      requestTimeout = positive("requestTimeout", timeout);
      return this;
    }

    /** Largest key plus value, or payload. A record crosses the network in one piece, several times. Default 1 MiB; 1 byte to 1 GiB. */
    public Builder maxRecordSize(int bytes) {
      maxRecordSize = (int) within("maxRecordSize", bytes, FORMAT_BATCH_BYTES_MAX);
      return this;
    }

    /**
     * Largest batch, in bytes of keys, values and payloads, and 64 for each operation beyond a single one: what a small one costs. Default
     * 4 MiB; 1 byte to 1 GiB, and at least maxRecordSize.
     */
    public Builder maxBatchSize(int bytes) {
      maxBatchSize = (int) within("maxBatchSize", bytes, FORMAT_BATCH_BYTES_MAX);
      return this;
    }

    /** Bytes after which the local log and the group's log begin a new file. Default 64 MiB; 1 byte to 1 TiB. */
    public Builder maxSegmentSize(long bytes) {
      maxSegmentSize = within("maxSegmentSize", bytes, LogOptions.SEGMENT_BYTES_MAX);
      return this;
    }

    /**
     * Bytes of commands after which a node saves its state and lets the group's log be cut. It bounds that log (to twice as much), what
     * a restart applies again, and how long the space of truncated records stays taken. Default 64 MiB; at least 1 byte.
     */
    public Builder snapshotEveryBytes(long bytes) {
      snapshotEveryBytes = within("snapshotEveryBytes", bytes, Long.MAX_VALUE);
      return this;
    }

    /** How a node's files are written. Default {@link StorageMode#AUTO}: native where that works, else portable. */
    public Builder storage(StorageMode mode) {
      storage = Objects.requireNonNull(mode, "storage");
      return this;
    }

    /** Where futures of {@code appendAsync} complete; the common pool if not set. */
    public Builder callbackExecutor(Executor executor) {
      callbackExecutor = Objects.requireNonNull(executor, "callbackExecutor");
      return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException if they contradict each other
     */
    public ReplicatedLogOptions build() {
      if (maxRecordSize > maxBatchSize)
        throw new IllegalArgumentException(
            "maxRecordSize of " + maxRecordSize + " bytes exceeds maxBatchSize of " + maxBatchSize + ": a record must fit a batch");
      requireGuarded(this);
      if (security != null && security.permissions().isEmpty())
        throw new IllegalArgumentException("a node needs a file of permissions beside its certificate: Security.ofNode");
      try {
        return new ReplicatedLogOptions((Builder) clone());
      } catch (CloneNotSupportedException e) {
        throw new AssertionError(e);
      }
    }

    private static long within(String name, long bytes, long most) {
      if (bytes < 1 || bytes > most) throw new IllegalArgumentException(name + " is 1 to " + most + " bytes, not " + bytes);
      return bytes;
    }

    private static Duration positive(String name, Duration duration) {
      Objects.requireNonNull(duration, name);
      if (duration.isZero() || duration.isNegative()) throw new IllegalArgumentException(name + " must be above zero, not " + duration);
      return duration;
    }
  }
}
