package dev.syncline.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.syncline.CorruptionPolicy;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.Mark;
import dev.syncline.format.SegmentName;
import dev.syncline.lab.LogFields.Field;
import dev.syncline.lab.LogFields.Kind;
import dev.syncline.tck.DiskImage;
import dev.syncline.tck.ForgedLog;
import dev.syncline.tck.KitDirectory;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every field of every structure of FORMAT.md, forged to every extreme with its checksums made right: promise 40. An ordinary build takes
 * one case of {@link #SHARE}, a nightly one of three; {@code -Dsyncline.forged=1} takes them all.
 */
@Tag("laboratory")
class ForgedFieldsTest {
  private static final int SHARE = Integer.getInteger("syncline.forged", Nightly.fuzzSeconds() > 0 ? 3 : 41);
  private static final long ALLOCATED_BYTES_MAX = 64 << 20;

  @TempDir(factory = KitDirectory.class)
  private Path lockDirectory;

  /** Logs that were refused, or of which damage was told. */
  private int toldOf;

  @Test
  @Timeout(value = 2400, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void aForgedFieldIsDamageOrNothing() throws IOException {
    List<String> failures = new ArrayList<>();
    int cases = 0;
    int tried = 0;
    for (ForgedLogs log : ForgedLogs.all(lockDirectory)) {
      ForgedUse good = new ForgedUse(lockDirectory, log.image(), log.written(), 0);
      good.everything();
      for (Field field : someOfEachKind(LogFields.of(log.image()))) {
        long value = LogFields.value(log.image(), field);
        for (long forged : ForgedLogs.extremes(value, field.bytes(), log.image().bytes(field.file()).length)) {
          for (boolean chained : new boolean[] {false, true}) {
            if (cases++ % SHARE != 0) continue;
            tried++;
            String failure = failureOf(log, field, forged, chained, good.bytesRead());
            if (failure != null) failures.add(failure);
          }
        }
      }
    }
    System.out.println(tried + " forged logs of " + cases + ", something was said of " + toldOf);
    assertThat(toldOf).as("logs of which something was said").isGreaterThan(tried / 4);
    assertThat(tried).isGreaterThan(500);
    assertThat(failures).as("%d of %d", failures.size(), tried).isEmpty();
  }

  /** A header is believed with its checksum, but not that what it claims for its body is no frame. */
  @Test
  void aForgedLengthHidesNoFrameBehindIt() throws IOException {
    byte[] segment = ForgedLog.segment(1, 0, 5, ForgedLog.Link.NONE, sequence -> sequence - 1);
    Mark mark = Mark.fresh(ForgedLog.ID).withOrdinals(1, 1).withDurable(ForgedLog.durable(segment, 0), false);
    DiskImage good = ForgedLog.with(DiskImage.empty(), 1, segment).with(SegmentName.MARK, ForgedLog.markFile(mark));
    Field body = LogFields.of(good).stream()
        .filter(each -> each.kind() == Kind.FRAME_HEADER && each.name().equals("body") && each.frameAt() == ForgedLog.frameAt(2))
        .findFirst().orElseThrow();
    for (boolean chained : new boolean[] {false, true}) {
      SimulatedDisk disk = new SimulatedDisk(LogFields.forge(good, body, 3 * ForgedLog.BLOCK_BYTES, chained));
      SimulatedStorage storage = new SimulatedStorage(disk, lockDirectory, SimulatedStorage.traits(ForgedLog.BLOCK_BYTES, true, true));
      WalOptions options = WalOptions.builder().corruptionPolicy(CorruptionPolicy.READ_ONLY).build();
      try (WriteAheadLog log = WriteAheadLog.open(storage, options)) {
        assertThat(log.recovery().damage()).as("chained: %s", chained).hasSize(1);
        assertThat(log.read(5)).isPresent();
        assertThat(log.read(3)).isPresent();
      }
    }
  }

  private String failureOf(ForgedLogs log, Field field, long forged, boolean chained, long goodBytes) {
    String what = log + ": " + field + " = " + forged + (chained ? ", chained" : "");
    long before = allocatedBytes();
    try {
      DiskImage image = LogFields.forge(log.image(), field, forged, chained);
      ForgedUse use = new ForgedUse(lockDirectory, image, log.written(), field.kind().isRecord() ? 1 : 0);
      use.everything();
      if (use.told()) toldOf++;
      if (use.bytesRead() > 12 * goodBytes) return what + " makes readers read " + use.bytesRead() + " bytes instead of " + goodBytes;
    } catch (IOException | RuntimeException | AssertionError | OutOfMemoryError e) {
      StackTraceElement[] trace = e.getStackTrace();
      return what + ": " + e + (trace.length == 0 ? "" : " at " + trace[0] + " " + trace[Math.min(3, trace.length - 1)]);
    }
    long allocated = allocatedBytes() - before;
    return allocated > ALLOCATED_BYTES_MAX ? what + " makes the caller allocate " + allocated + " bytes" : null;
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  /** The first and the last structure of each kind in each file: what lies between is like them. */
  private static List<Field> someOfEachKind(List<Field> all) {
    Map<String, Integer> first = new HashMap<>();
    Map<String, Integer> last = new HashMap<>();
    for (Field field : all) {
      first.putIfAbsent(field.file() + field.kind(), field.structureAt());
      last.put(field.file() + field.kind(), field.structureAt());
    }
    return all.stream().filter(field -> field.structureAt() == first.get(field.file() + field.kind())
        || field.structureAt() == last.get(field.file() + field.kind())).toList();
  }
}
