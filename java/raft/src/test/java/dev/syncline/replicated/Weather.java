package dev.syncline.replicated;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/** What happens to the nodes of a group by itself, one thing after the other: networks, disks and processes that fail, and come back. */
final class Weather {
  /** Kinds of trouble. */
  enum Kind {
    CUT_OFF, MOST_CUT_OFF, DEAF, FAR_AWAY, SLOW_DISK, ALL_DISKS_SLOW, FULL_DISK, MOST_DISKS_FULL, BROKEN_DISK, STOPPED, ALL_STOPPED,
    DISK_LOST, COMPACTED
  }

  private static final Kind[] KINDS = Kind.values();
  private final Cluster cluster;
  private final Map<String, Disk> disks;
  private final Random random;
  private final Map<Kind, Integer> counts = new EnumMap<>(Kind.class);

  /** Whoever stops or starts a node has it. */
  private final ReentrantLock lifecycle = new ReentrantLock();

  /** The nodes that trouble may come to. Under the lock. */
  private final List<String> exposed = new ArrayList<>();

  /** How many nodes {@link #supervise} has started. Under the lock. */
  private int startedAgain;

  Weather(Cluster cluster, Map<String, Disk> disks, long seed) {
    this.cluster = cluster;
    this.disks = disks;
    this.random = new Random(seed);
    exposed.addAll(cluster.addresses());
  }

  void expose(String address) {
    lifecycle.lock();
    try {
      exposed.add(address);
    } finally {
      lifecycle.unlock();
    }
  }

  /** From when this returns the node is well, and stays so. */
  void shelter(String address) {
    lifecycle.lock();
    try {
      exposed.remove(address);
    } finally {
      lifecycle.unlock();
    }
  }

  /** A node that the group has removed ends, unless it has already. */
  void end(String address) {
    lifecycle.lock();
    try {
      if (cluster.node(address) != null) stopOnBadDisk(address);
    } finally {
      lifecycle.unlock();
    }
  }

  List<String> exposed() {
    lifecycle.lock();
    try {
      return List.copyOf(exposed);
    } finally {
      lifecycle.unlock();
    }
  }

  Map<Kind, Integer> counts() {
    return counts;
  }

  /**
   * What a supervisor does: starts the nodes again that have stopped, each on a disk that is well again. A disk's failure may be noticed
   * long after, by the next append. A node that has stopped although nothing was wrong with its disk is a mistake.
   */
  void supervise() throws IOException {
    lifecycle.lock();
    try {
      for (String each : cluster.runningAddresses()) {
        Optional<Throwable> failure = cluster.node(each).failure();
        if (failure.isEmpty() || failure.get() instanceof NodeRemovedException) continue;
        if (!disks.get(each).hasFailed()) throw new AssertionError(each + " has stopped on a disk that is well", failure.get());
        startedAgain++;
        stopOnBadDisk(each);
        startUnlessRemoved(each);
      }
    } finally {
      lifecycle.unlock();
    }
  }

  /** The operator may have taken it out of the group meanwhile. */
  private void startUnlessRemoved(String address) throws IOException {
    try {
      cluster.start(address);
    } catch (NodeRemovedException e) {
      if (exposed.contains(address)) throw e;
    }
  }

  int startedAgain() {
    return startedAgain;
  }

  /** Something of a random kind to a random node, or to several; it is over when this returns. */
  void trouble() throws IOException {
    lifecycle.lock();
    try {
      supervise();
      Kind kind = KINDS[random.nextInt(KINDS.length)];
      counts.merge(kind, 1, Integer::sum);
      happen(kind, some(1), some(exposed.size() / 2 + 1));
    } finally {
      lifecycle.unlock();
    }
    pause(300);
  }

  private List<String> some(int count) {
    List<String> all = new ArrayList<>(exposed);
    Collections.shuffle(all, random);
    // Leaders have more to lose than others, so that one in three is one.
    if (random.nextInt(3) == 0) all.stream().filter(each -> cluster.node(each).leads()).findFirst().ifPresent(leader -> {
      all.remove(leader);
      all.add(0, leader);
    });
    return all.subList(0, count);
  }

  private void happen(Kind kind, List<String> one, List<String> most) throws IOException {
    switch (kind) {
      case CUT_OFF -> cutOff(one);
      case MOST_CUT_OFF -> cutOff(most);
      case DEAF -> during(1500, () -> Network.deafen(one.get(0)), Network::reconnectAll);
      case FAR_AWAY -> during(1500, () -> Network.delay(one.get(0), 20 + random.nextInt(400)), Network::reconnectAll);
      case SLOW_DISK -> during(2500, () -> disksAre(one, Disk.Condition.SLOW), () -> disksAre(one, Disk.Condition.WELL));
      case ALL_DISKS_SLOW -> during(2500, () -> disksAre(exposed, Disk.Condition.SLOW), () -> disksAre(exposed, Disk.Condition.WELL));
      case FULL_DISK -> ending(one, Disk.Condition.FULL);
      case MOST_DISKS_FULL -> ending(most, Disk.Condition.FULL);
      case BROKEN_DISK -> ending(one, Disk.Condition.BROKEN);
      case STOPPED -> restart(one);
      case ALL_STOPPED -> restart(List.copyOf(exposed));
      case DISK_LOST -> lose(one.get(0));
      case COMPACTED -> compact(one.get(0));
      default -> throw new AssertionError(kind);
    }
  }

  private void cutOff(List<String> nodes) {
    during(1500, () -> nodes.forEach(Network::isolate), Network::reconnectAll);
  }

  private void during(int millisMax, Runnable begin, Runnable end) {
    begin.run();
    pause(millisMax);
    end.run();
  }

  private void pause(int millisMax) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(millisMax)));
  }

  private void disksAre(List<String> nodes, Disk.Condition condition) {
    for (String each : nodes) disks.get(each).is(condition);
  }

  /** A node may end by it, and then has not before the disk is well; or it has not noticed. */
  private void ending(List<String> nodes, Disk.Condition condition) throws IOException {
    during(2000, () -> disksAre(nodes, condition), () -> {});
    for (String each : nodes) {
      boolean broken = cluster.node(each).failure().isPresent();
      // A node that ends on a disk that is still bad says so; it must end all the same.
      if (broken && random.nextBoolean()) stopOnBadDisk(each);
    }
    disksAre(nodes, Disk.Condition.WELL);
    for (String each : nodes) {
      if (cluster.node(each) != null && cluster.node(each).failure().isPresent()) stopOnBadDisk(each);
      if (cluster.node(each) == null) cluster.start(each);
    }
  }

  private void stopOnBadDisk(String address) {
    try {
      cluster.stop(address);
    } catch (IOException e) {
      // What it could not write it has not acknowledged.
    }
  }

  private void restart(List<String> nodes) throws IOException {
    for (String each : nodes) stopOnBadDisk(each);
    pause(500);
    for (String each : nodes) cluster.start(each);
  }

  private void lose(String address) throws IOException {
    cluster.wipe(address);
    cluster.startJoining(address);
    try {
      Cluster.await("the node " + address + " that has lost its disk to be put in again", () -> {
        superviseQuietly();
        String role = cluster.node(address).administration().orElseThrow().details().get("role");
        return List.of("follower", "learner", "leader").contains(role);
      });
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "\n" + cluster.describe(), e);
    }
  }

  private void superviseQuietly() {
    try {
      supervise();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void compact(String address) throws IOException {
    try {
      cluster.node(address).compact();
    } catch (UnavailableException e) {
      // There was nothing to cut, or one is under way.
    }
  }
}
