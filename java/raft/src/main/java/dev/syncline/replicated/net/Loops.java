package dev.syncline.replicated.net;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that all connections of the process share. They are daemons, started when they are first needed. */
public final class Loops {
  private static final int WORKERS = 2 * Runtime.getRuntime().availableProcessors() + 8;

  private Loops() {}

  static EventLoopGroup shared() {
    return Network.GROUP;
  }

  private static final class Network {
    static final EventLoopGroup GROUP =
        new NioEventLoopGroup(Math.min(4, Runtime.getRuntime().availableProcessors() + 1), new DefaultThreadFactory("syncline-net", true));
  }

  /** For what clients ask. What waits for a thread is bounded by the requests that a connection may have under way. */
  public static Executor forClients() {
    return Clients.POOL;
  }

  /** For what nodes ask: clients, however many, do not delay a vote. */
  public static Executor forNodes() {
    return Nodes.POOL;
  }

  private static final class Clients {
    static final Executor POOL = pool("syncline-client-request-");
  }

  private static final class Nodes {
    static final Executor POOL = pool("syncline-node-request-");
  }

  private static Executor pool(String name) {
    AtomicInteger count = new AtomicInteger();
    ThreadFactory threads = work -> {
      Thread thread = new Thread(work, name + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
    ThreadPoolExecutor pool = new ThreadPoolExecutor(WORKERS, WORKERS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }
}
