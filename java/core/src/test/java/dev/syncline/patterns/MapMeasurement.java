package dev.syncline.patterns;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Puts in a second where the map's lock is held while the disk works, and where it is not; see PATTERNS.md for the command. */
@EnabledIfSystemProperty(named = "syncline.measure", matches = "\\d+", disabledReason = "measures: set it to the seconds of each figure")
class MapMeasurement {
  @TempDir Path temporary;

  private interface Put {
    void put(String key, String value) throws IOException;
  }

  /** What the page advises against: one put at a time waits for the disk, and all others for it. */
  private static Put inTheLock(WriteAheadLog log) {
    ReentrantLock lock = new ReentrantLock();
    Map<String, String> entries = new HashMap<>();
    return (key, value) -> {
      lock.lock();
      try {
        log.put(key.getBytes(UTF_8), value.getBytes(UTF_8));
        entries.put(key, value);
      } finally {
        lock.unlock();
      }
    };
  }

  @Test
  void putsInASecond() throws Exception {
    int seconds = Integer.getInteger("syncline.measure");
    for (int threads : new int[] {1, 8, 64}) {
      double inside;
      double outside;
      try (WriteAheadLog log = WriteAheadLog.open(temporary.resolve("inside-" + threads))) {
        inside = perSecond(threads, seconds, inTheLock(log));
      }
      try (DurableMap map = new DurableMap(temporary.resolve("outside-" + threads))) {
        outside = perSecond(threads, seconds, map::put);
      }
      System.out.printf("%2d threads: %7.0f puts/s with the append in the lock, %7.0f without a lock: %.1f times%n",
          threads, inside, outside, outside / inside);
      assertThat(inside).isPositive();
    }
  }

  private static double perSecond(int threads, int seconds, Put map) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    LongAdder puts = new LongAdder();
    try {
      long began = System.nanoTime();
      List<Future<Void>> running = IntStream.range(0, threads).mapToObj(thread -> pool.<Void>submit(() -> {
        for (int i = 0; System.nanoTime() - began < (seconds + 1) * 1_000_000_000L; i++) {
          map.put("key-" + thread + "-" + i % 1000, "v".repeat(100));
          if (System.nanoTime() - began > 1_000_000_000L) puts.increment(); // The first second is not counted.
        }
        return null;
      })).toList();
      for (Future<Void> one : running) one.get();
    } finally {
      pool.shutdown();
    }
    return puts.sum() / (double) seconds;
  }
}
