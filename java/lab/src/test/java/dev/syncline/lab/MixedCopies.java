package dev.syncline.lab;

import dev.syncline.CorruptionPolicy;
import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.format.SegmentName;
import dev.syncline.io.Storage;
import dev.syncline.tck.DiskImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

/**
 * A directory put together from copies of one log: as the log was at several times, as copies of it were that lived on by themselves, and
 * what recoveries have kept of them in quarantine. All of it from a seed.
 */
final class MixedCopies {
  private static final int STEPS = 60;
  private static final int COPIES = 8;
  private static final int EDITS_MAX = 5;
  private static final int BATCH_MAX = 3;
  private static final int VALUE_BYTES_MAX = 900;
  private static final int BLOCK_BYTES = GoldenLog.BLOCK_BYTES;
  private static final String QUARANTINED = "-at-0";

  private final Random random;
  private final boolean joins;
  private final Path locks;
  private final List<Map<String, byte[]>> copies = new ArrayList<>();
  private final Set<String> written = new HashSet<>();
  private final List<String> edits = new ArrayList<>();
  private int lives;

  /**
   * @param joins whether commits of some lives share a block
   * @param locks a real directory, where locks lie
   */
  MixedCopies(long seed, boolean joins, Path locks) throws IOException {
    this.random = new Random(seed);
    this.joins = joins;
    this.locks = locks;
    live(new TreeMap<>());
    while (copies.size() < COPIES) live(anyCopy());
  }

  /** What was done to one of the copies, to be read by who looks for a fault. */
  List<String> edits() {
    return edits;
  }

  /** Whether any of the lives has appended this. */
  boolean wasWritten(String text) {
    return written.contains(text);
  }

  Storage storage(SimulatedDisk disk) {
    return new SimulatedStorage(disk, locks, SimulatedStorage.traits(BLOCK_BYTES, false, true));
  }

  // How copies come about.

  /** Goes on with what is there, and makes copies now and then. */
  private void live(Map<String, byte[]> from) throws IOException {
    int life = ++lives;
    SimulatedDisk disk = new SimulatedDisk(image(from));
    WriteAheadLog log = open(disk);
    int last = copies.size() + 1 + random.nextInt(3);
    try {
      for (int i = 0; i < STEPS && copies.size() < last; i++) {
        step(log, life);
        if (random.nextInt(STEPS / 4) == 0) copies.add(filesOf(disk));
        if (random.nextInt(STEPS / 4) == 0) {
          log.close();
          copies.add(filesOf(disk));
          log = open(disk);
        }
      }
      copies.add(filesOf(disk));
    } finally {
      log.close();
    }
  }

  private WriteAheadLog open(SimulatedDisk disk) throws IOException {
    WalOptions.Builder options = GoldenLog.options().corruptionPolicy(CorruptionPolicy.TRUNCATE);
    // Of three lives two have commits that are durable at once, and of those one has commits that share a block.
    int kind = joins ? random.nextInt(3) : 0;
    if (kind > 0) options.syncMode(SyncMode.SYNC);
    if (kind > 1) options.joinCommitsWithin(Duration.ofHours(1));
    return WriteAheadLog.open(storage(disk), options.build());
  }

  private void step(WriteAheadLog log, int life) throws IOException {
    switch (random.nextInt(14)) {
      case 0 -> log.truncate(back(log, 30));
      case 1 -> cut(log, back(log, 30));
      case 2 -> log.checkpoint();
      case 3, 4 -> {
        List<Operation> batch = new ArrayList<>();
        for (int i = 0; i <= random.nextInt(BATCH_MAX); i++) batch.add(Operation.entry(payload(life)));
        log.appendBatch(batch);
      }
      case 5, 6, 7 -> log.sync();
      default -> log.append(payload(life));
    }
  }

  private long back(WriteAheadLog log, int most) {
    return Math.max(log.firstSequence() - 1, log.currentSequence() - random.nextInt(most));
  }

  private static void cut(WriteAheadLog log, long last) throws IOException {
    try {
      log.truncateAfter(last);
    } catch (IllegalArgumentException insideABatch) {
      log.truncateAfter(log.currentSequence());
    }
  }

  private byte[] payload(int life) {
    String text = "life " + life + " number " + written.size() + " ";
    text += "x".repeat(random.nextInt(4) == 0 ? random.nextInt(VALUE_BYTES_MAX) : random.nextInt(20));
    written.add(text);
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Segments and mark, and beside them whole segments from quarantine, by the names that they have there. */
  private static Map<String, byte[]> filesOf(SimulatedDisk disk) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    DiskImage image = disk.cut(disk.moment(), new Survival(Survival.Kind.EVERYTHING, 1));
    image.directories().forEach((directory, names) -> names.forEach((name, number) -> {
      boolean counts = SegmentName.isSegment(name) || name.equals(SegmentName.MARK) || name.contains(QUARANTINED);
      if (counts) files.put(name, image.files().get(number).clone());
    }));
    return files;
  }

  private Map<String, byte[]> anyCopy() {
    return new TreeMap<>(copies.get(random.nextInt(copies.size())));
  }

  private static DiskImage image(Map<String, byte[]> files) {
    DiskImage image = DiskImage.empty();
    for (Map.Entry<String, byte[]> file : files.entrySet())
      if (!file.getKey().contains(QUARANTINED)) image = image.with(file.getKey(), file.getValue());
    return image;
  }

  // How they are mixed.

  /** One more directory. */
  DiskImage mixed() {
    edits.clear();
    int base = random.nextInt(copies.size());
    Map<String, byte[]> files = new TreeMap<>(copies.get(base));
    edits.add("copy " + base + " of " + copies.size() + ": " + files.keySet());
    int count = 1 + random.nextInt(EDITS_MAX);
    for (int i = 0; i < count; i++) edit(files);
    return image(files);
  }

  private void edit(Map<String, byte[]> files) {
    int from = random.nextInt(copies.size());
    Map<String, byte[]> other = copies.get(from);
    String name = anyOf(other);
    if (name == null) return;
    byte[] bytes = other.get(name);
    String place = name.contains(QUARANTINED) ? name.substring(0, name.indexOf(QUARANTINED)) : name;
    switch (random.nextInt(12)) {
      case 0 -> name = SegmentName.of(1 + random.nextInt(12));
      case 1 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
      case 2 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length / BLOCK_BYTES + 1) * BLOCK_BYTES);
      case 3 -> bytes = zeroed(bytes);
      case 4 -> bytes = flipped(bytes);
      case 5 -> bytes = null;
      case 7 -> bytes = pieced(files.get(place), bytes);
      case 6 -> {
        name = SegmentName.MARK;
        place = name;
        bytes = other.get(name);
      }
      default -> { }
    }
    String to = name.equals(place) || name.contains(QUARANTINED) ? place : name;
    if (bytes == null) files.remove(to);
    else files.put(to, bytes);
    edits.add(to + " from copy " + from + ", " + name + (bytes == null ? " removed" : " " + bytes.length + " bytes"));
  }

  private String anyOf(Map<String, byte[]> files) {
    List<String> names = List.copyOf(files.keySet());
    return names.isEmpty() ? null : names.get(random.nextInt(names.size()));
  }

  private byte[] zeroed(byte[] bytes) {
    byte[] result = bytes.clone();
    int at = random.nextInt(bytes.length / BLOCK_BYTES + 1) * BLOCK_BYTES;
    Arrays.fill(result, Math.min(at, bytes.length), Math.min(bytes.length, at + BLOCK_BYTES), (byte) 0);
    return result;
  }

  /** A file that was read while it was written: some blocks of one time, and the rest of another. */
  private byte[] pieced(byte[] one, byte[] other) {
    if (one == null) return other;
    byte[] result = other.clone();
    int to = random.nextInt(Math.min(one.length, other.length) / BLOCK_BYTES + 1) * BLOCK_BYTES;
    int from = random.nextBoolean() ? 0 : random.nextInt(to / BLOCK_BYTES + 1) * BLOCK_BYTES;
    System.arraycopy(one, from, result, from, to - from);
    return result;
  }

  private byte[] flipped(byte[] bytes) {
    byte[] result = bytes.clone();
    if (bytes.length > 0) result[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    return result;
  }
}
