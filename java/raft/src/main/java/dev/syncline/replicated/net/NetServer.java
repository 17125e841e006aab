package dev.syncline.replicated.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.AttributeKey;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.stream.Stream;
import jdk.net.ExtendedSocketOptions;

/** Listens for nodes and clients. */
public final class NetServer implements Closeable {
  private static final System.Logger LOG = System.getLogger("dev.syncline.replicated");
  private static final int BACKLOG = 256;
  private static final long NOTE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** Whose machine has gone without a word is found out within two minutes; else his connections would count for ever. */
  static final int PROBE_AFTER_SECONDS = 60;
  private static final int PROBE_AGAIN_SECONDS = 10;
  private static final int PROBES = 6;

  private static final WriteBufferWaterMark WATER = new WriteBufferWaterMark(256 << 10, 1 << 20);

  private final NetLimits limits;
  private final Optional<Tls> tls;
  /** The number of a connection in the order in which they came: each goes on on a loop of its own, and some loops begin late. */
  private static final AttributeKey<Long> ARRIVAL = AttributeKey.valueOf(NetServer.class, "arrival");

  private final Doorkeeper doorkeeper;
  private final RequestHandler requests;
  private final MemoryBudget budget;
  private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();

  /** Who has connected and not yet said who he is, by {@link #ARRIVAL}: the longest waiting first; guarded by itself. */
  private final NavigableMap<Long, ServerConnection> strangers = new TreeMap<>();

  /** Connections of all who are not this group's nodes by host; guarded by itself. */
  private final Map<String, Integer> clients = new HashMap<>();

  private final AtomicLong notedNanos = new AtomicLong();
  private final AtomicLong unnoted = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private Channel channel;

  /** Set before the connections are ended, so that one that comes in meanwhile is ended by whoever takes it. */
  private volatile boolean closed;

  private NetServer(NetLimits limits, Optional<Tls> tls, Doorkeeper doorkeeper, RequestHandler requests) {
    this.limits = limits;
    this.tls = tls;
    this.doorkeeper = doorkeeper;
    this.requests = requests;
    this.budget = new MemoryBudget(limits.clientBytes());
  }

  /** Listens on one address. */
  public static NetServer listen(
      InetSocketAddress address, NetLimits limits, Optional<Tls> tls, Doorkeeper doorkeeper, RequestHandler requests)
      throws IOException {
    if (address.isUnresolved())
      throw new IOException("cannot listen on " + address.getHostString() + ":" + address.getPort() + ": nobody knows a host of this name");
    NetServer server = new NetServer(limits, tls, doorkeeper, requests);
    ServerBootstrap bootstrap = new ServerBootstrap()
        .group(Loops.shared())
        .channel(NioServerSocketChannel.class)
        .handler(new Arrivals())
        .option(ChannelOption.SO_BACKLOG, BACKLOG)
        .option(ChannelOption.SO_REUSEADDR, true)
        .childOption(ChannelOption.TCP_NODELAY, true)
        .childOption(ChannelOption.SO_KEEPALIVE, true)
        .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE), PROBE_AFTER_SECONDS)
        .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL), PROBE_AGAIN_SECONDS)
        .childOption(NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT), PROBES)
        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
        .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, WATER)
        .childHandler(new ChannelInitializer<SocketChannel>() {
          @Override
          protected void initChannel(SocketChannel accepted) throws IOException {
            server.accept(accepted);
          }
        });
    var bound = bootstrap.bind(address).awaitUninterruptibly();
    if (!bound.isSuccess()) throw new IOException("cannot listen on " + address + ": " + bound.cause().getMessage(), bound.cause());
    server.channel = bound.channel();
    return server;
  }

  private void accept(SocketChannel accepted) throws IOException {
    ServerConnection connection = new ServerConnection(this, accepted);
    if (tls.isPresent()) {
      SslHandler handler = tls.get().forServer(accepted.alloc());
      handler.setHandshakeTimeoutMillis(limits.greetingMillis());
      accepted.pipeline().addLast(handler);
    }
    accepted.pipeline().addLast(
        new WriteTimeoutHandler(limits.stallMillis(), TimeUnit.MILLISECONDS), FrameEncoder.INSTANCE, connection.decoder(), connection);
    connections.add(connection);
    ServerConnection longest = null;
    synchronized (strangers) {
      strangers.put(arrival(connection), connection);
      if (strangers.size() > limits.clients()) longest = strangers.pollFirstEntry().getValue();
    }
    // A new one has more to expect than one that has been silent for so long.
    if (longest != null) longest.close();
    // Else it would go on with a node that is no more, and whoever has opened it take that for its successor.
    if (closed) connection.close();
    accepted.eventLoop().schedule(connection::closeStranger, limits.greetingMillis(), TimeUnit.MILLISECONDS);
  }

  NetLimits limits() {
    return limits;
  }

  Optional<Tls> tls() {
    return tls;
  }

  Doorkeeper doorkeeper() {
    return doorkeeper;
  }

  RequestHandler requests() {
    return requests;
  }

  Stream<SocketChannel> channels() {
    return connections.stream().map(ServerConnection::channel);
  }

  MemoryBudget budget() {
    return budget;
  }

  /** Somebody has said who he is. */
  void known(ServerConnection connection) {
    synchronized (strangers) {
      strangers.remove(arrival(connection));
    }
  }

  private static Long arrival(ServerConnection connection) {
    return connection.channel().attr(ARRIVAL).get();
  }

  /** Numbers the connections that come in, on the one thread that takes them. */
  private static final class Arrivals extends ChannelInboundHandlerAdapter {
    private long last;

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      ((Channel) accepted).attr(ARRIVAL).set(++last);
      context.fireChannelRead(accepted);
    }
  }

  void countStranger(String host) throws RefusedException {
    synchronized (clients) {
      int all = clients.values().stream().mapToInt(Integer::intValue).sum();
      int itsOwn = clients.getOrDefault(host, 0);
      if (all >= limits.clients() || itsOwn >= limits.clientsPerHost())
        throw new RefusedException(RefusedException.Reason.BUSY,
            "this node has " + all + " connections of clients, and of nodes that are not of its group, " + itsOwn + " of them from " + host
                + "; at most " + limits.clients() + " and " + limits.clientsPerHost() + " are taken");
      clients.merge(host, 1, Integer::sum);
    }
  }

  void forgetStranger(String host) {
    synchronized (clients) {
      clients.computeIfPresent(host, (name, count) -> count > 1 ? count - 1 : null);
    }
  }

  void ended(ServerConnection connection) {
    connections.remove(connection);
    known(connection);
  }

  /** Ends the connections that a test picks out: nodes that are no longer let in, clients without a permission. */
  public void closeIf(Predicate<Session> unwanted) {
    for (ServerConnection each : connections) if (each.hello() != null && unwanted.test(each)) each.close();
  }

  public int port() {
    return ((InetSocketAddress) channel.localAddress()).getPort();
  }

  /** Connections now: of clients, of nodes, and of those that have not said who they are. */
  public int connections() {
    return connections.size();
  }

  /** Says why somebody was refused; once a second, however many there are: a log is not to be filled from outside. */
  void note(String remote, String why) {
    refusals.incrementAndGet();
    long now = System.nanoTime();
    long before = notedNanos.get();
    if (before != 0 && now - before < NOTE_NANOS || !notedNanos.compareAndSet(before, now)) {
      unnoted.incrementAndGet();
      return;
    }
    long others = unnoted.getAndSet(0);
    LOG.log(System.Logger.Level.INFO, "{0}: {1}{2}", ForeignText.line(remote), ForeignText.line(why),
        others == 0 ? "" : " (and " + others + " others since the last line)");
  }

  /** Connections that were refused or failed, and requests of nodes that were not believed, since the start. */
  public long refusals() {
    return refusals.get();
  }

  /** What is left of the memory that clients may have together. */
  public long clientBytesFree() {
    return budget.left();
  }

  /** Stops to listen and ends all connections. */
  @Override
  public void close() {
    closed = true;
    channel.close().awaitUninterruptibly();
    for (ServerConnection each : connections) each.close();
  }
}
