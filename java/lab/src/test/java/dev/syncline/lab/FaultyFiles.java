package dev.syncline.lab;

import dev.syncline.lab.SystemFault.Effect;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Decides what becomes of each file operation that Java makes on a {@link FaultyPath}: the same as {@code faulty_syscalls.c}, one
 * layer higher, for {@code FileChannel} and {@code Files}.
 *
 * <p>EINTR does not come up here: the JDK's native code deals with it.
 */
final class FaultyFiles implements FaultySystem {
  /** Whether a directory can be held by a descriptor, as on Linux. */
  final boolean holdsDirectories;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition disarmed = lock.newCondition();

  // All under the lock.
  private final Map<SystemCall, Long> counts = new EnumMap<>(SystemCall.class);
  private String watched = "\0";
  private SystemFault fault;
  private long matches;
  private long struck;
  private long held;
  private FileChannel failedChannel;
  private Thread failedThread;
  private long touchedAfterFailure;
  private long triedAgain;

  /** Open channels, so that they follow what becomes of their files' names, as descriptors do. */
  private final Set<FaultyChannel> channels = ConcurrentHashMap.newKeySet();

  /** What is to become of one call. */
  record Meeting(Effect effect, SystemError error, Path file) {
    boolean is(Effect wanted) {
      return effect == wanted;
    }

    /** As the JDK's native code throws it. */
    IOException channelError() {
      return new IOException(error.text());
    }

    IOException fileError() {
      return new FileSystemException(file.toString(), null, error.text());
    }
  }

  FaultyFiles(boolean holdsDirectories) {
    this.holdsDirectories = holdsDirectories;
  }

  /** The same directory, with faults beneath it. */
  Path over(Path path) {
    return new FaultyPath(new FaultyFileSystem(this, path.getFileSystem()), path);
  }

  void opened(FaultyChannel channel) {
    channels.add(channel);
  }

  void closed(FaultyChannel channel) {
    channels.remove(channel);
  }

  void renamed(Path from, Path to) {
    for (FaultyChannel channel : channels) channel.renamed(from, to);
  }

  /** A call on a name. */
  Meeting meet(SystemCall call, Path file, boolean direct) {
    return meet(call, file, direct, null);
  }

  /** A call on a channel; what hangs is held inside {@code channel}'s own {@code begin} and {@code end}. */
  Meeting meet(SystemCall call, Path file, FileChannel channel) {
    return meet(call, file, false, channel);
  }

  private Meeting meet(SystemCall call, Path file, boolean direct, FileChannel channel) {
    lock.lock();
    try {
      Meeting nothing = new Meeting(Effect.NONE, SystemError.EIO, file);
      if (!file.toString().contains(watched)) return nothing;
      counts.merge(call, 1L, Long::sum);
      if (channel != null && channel == failedChannel && call.writesOrSyncs()) {
        touchedAfterFailure++;
        if (Thread.currentThread() == failedThread) triedAgain++;
      }
      if (fault == null || fault.call() != call || !file.toString().endsWith(fault.fileSuffix())) return nothing;
      if (fault.effect() == Effect.FAIL_DIRECT && !direct) return nothing;
      matches++;
      if (matches < fault.nth() || matches - fault.nth() >= fault.times()) return nothing;
      struck++;
      SystemFault met = fault;
      if (met.effect() != Effect.SHORT && met.effect() != Effect.HANG && call.writesOrSyncs()) {
        failedChannel = channel;
        failedThread = Thread.currentThread();
      }
      if (met.effect() != Effect.HANG && met.effect() != Effect.HANG_FAIL) return new Meeting(met.effect(), met.error(), file);
      held++;
      while (fault == met) disarmed.awaitUninterruptibly();
      held--;
      return new Meeting(met.effect() == Effect.HANG ? Effect.NONE : Effect.FAIL, met.error(), file);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Set<SystemCall> calls() {
    return EnumSet.of(SystemCall.OPEN, SystemCall.CLOSE, SystemCall.UNLINK, SystemCall.LINK, SystemCall.READ, SystemCall.WRITE,
        SystemCall.WRITE_DURABLE, SystemCall.SYNC, SystemCall.SYNC_DIRECTORY, SystemCall.TRUNCATE, SystemCall.SIZE, SystemCall.RENAME,
        SystemCall.LIST, SystemCall.ATTRIBUTES);
  }

  @Override
  public Set<SystemError> errors() {
    return EnumSet.complementOf(EnumSet.of(SystemError.EINTR));
  }

  /** Java has no other way to a durable write than the one that was refused. */
  @Override
  public boolean hides(SystemFault fault) {
    return fault.isInvisible() && fault.error() != SystemError.EINVAL;
  }

  @Override
  public void watch(Path directory) {
    lock.lock();
    try {
      watched = directory.toString();
      counts.clear();
      fault = null;
      struck = 0;
      touchedAfterFailure = 0;
      triedAgain = 0;
      failedChannel = null;
      disarmed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void arm(SystemFault armed) {
    lock.lock();
    try {
      fault = armed;
      matches = 0;
      struck = 0;
      disarmed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void disarm() {
    lock.lock();
    try {
      fault = null;
      disarmed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private interface Reading {
    long now();
  }

  private long read(Reading reading) {
    lock.lock();
    try {
      return reading.now();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public long count(SystemCall call) {
    return read(() -> counts.getOrDefault(call, 0L));
  }

  @Override
  public long struck() {
    return read(() -> struck);
  }

  @Override
  public long held() {
    return read(() -> held);
  }

  @Override
  public long touchedAfterFailure() {
    return read(() -> touchedAfterFailure);
  }

  @Override
  public long triedAgain() {
    return read(() -> triedAgain);
  }
}
