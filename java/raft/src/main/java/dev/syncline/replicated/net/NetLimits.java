package dev.syncline.replicated.net;

/**
 * How much is taken from others at a time.
 *
 * @param frameBytes the largest frame; a connection never takes more memory than this before the frame is complete
 * @param clients connections of clients, and as many that have not said yet who they are
 * @param clientsPerHost connections of clients from one host
 * @param requestsPerConnection requests of a connection that are being worked on; then no more is read from it
 * @param clientBytes bytes of all clients' requests that are arriving or being worked on; then no more is read from them
 * @param greetingMillis time to say who one is
 * @param stallMillis time for a frame to arrive once it has begun, and for anything sent to be taken
 */
public record NetLimits(
    int frameBytes, int clients, int clientsPerHost, int requestsPerConnection, long clientBytes, long greetingMillis, long stallMillis) {
  private static final int OVERHEAD_BYTES = 2 << 20;

  /** What is right for batches of this many bytes: the log's replication sends up to half a megabyte and one batch in a frame. */
  public static NetLimits forBatches(int batchBytes) {
    int frame = (int) Math.min(Integer.MAX_VALUE - 64, (long) batchBytes + OVERHEAD_BYTES);
    long budget = Math.max(4L * frame, Runtime.getRuntime().maxMemory() / 8);
    return new NetLimits(frame, 512, 256, 512, budget, 5_000, 30_000);
  }

  public NetLimits withClients(int most, int perHost) {
    return new NetLimits(frameBytes, most, perHost, requestsPerConnection, clientBytes, greetingMillis, stallMillis);
  }

  public NetLimits withTimes(long greeting, long stall) {
    return new NetLimits(frameBytes, clients, clientsPerHost, requestsPerConnection, clientBytes, greeting, stall);
  }
}
