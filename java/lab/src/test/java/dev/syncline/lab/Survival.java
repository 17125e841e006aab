package dev.syncline.lab;

import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * What a power cut does to work that was not synced, decided piece by piece from a seed.
 *
 * <p>Used up by one crash: ask a new one for the next.
 */
final class Survival {
  static final int SECTOR_BYTES = 512;

  enum Kind {
    /** The disk had done nothing that it was not made to do. */
    NOTHING,
    /** The disk had done everything: also what a process leaves that dies without a power cut. */
    EVERYTHING,
    /** Names are as new, bytes and sizes as old: a rename is there, what it names is not. */
    NAMES,
    /** Bytes are as new, names as old. */
    BYTES,
    /** What had returned is there; of what was under way the first sectors. */
    FIRST_SECTORS,
    /** What had returned is there; of what was under way the last sectors. */
    LAST_SECTORS,
    /** Names, sizes and sectors are there or not, each kind in the order in which they changed or sector by sector. */
    TORN,
    /** The same, with names out of order and garbage in some sectors. */
    SHUFFLED
  }

  private static final List<Kind> KINDS = List.of(Kind.values());

  private final Kind kind;
  private final Random random;
  private final double sectorChance;
  private final double garbageChance;

  Survival(Kind kind, long seed) {
    this.kind = kind;
    this.random = new Random(seed);
    this.sectorChance = List.of(0.15, 0.5, 0.85).get(random.nextInt(3));
    this.garbageChance = kind == Kind.SHUFFLED ? List.of(0.02, 0.2, 0.6).get(random.nextInt(3)) : 0;
  }

  static List<Kind> kinds() {
    return KINDS;
  }

  /** Of so many changes of a file's size that were not synced, how many are there: the first ones. */
  int sizesKept(List<DiskStep> changes, int moment) {
    return kept(changes, moment, kind == Kind.NOTHING || kind == Kind.NAMES);
  }

  /** Which changes of a directory's names are there. */
  boolean[] namesKept(List<DiskStep> changes, int moment) {
    boolean[] kept = new boolean[changes.size()];
    if (kind == Kind.SHUFFLED) {
      for (int i = 0; i < kept.length; i++) kept[i] = random.nextBoolean();
    } else {
      Arrays.fill(kept, 0, kept(changes, moment, kind == Kind.NOTHING || kind == Kind.BYTES), true);
    }
    return kept;
  }

  private int kept(List<DiskStep> changes, int moment, boolean none) {
    if (none) return 0;
    if (kind == Kind.TORN || kind == Kind.SHUFFLED) return random.nextInt(changes.size() + 1);
    if (kind == Kind.EVERYTHING || kind == Kind.NAMES || kind == Kind.BYTES) return changes.size();
    int returned = 0;
    while (returned < changes.size() && changes.get(returned).endedBefore(moment)) returned++;
    return random.nextBoolean() ? returned : changes.size();
  }

  /** Which of so many sectors of one write are there. */
  boolean[] sectorsKept(int sectors, boolean returned) {
    boolean[] kept = new boolean[sectors];
    switch (kind) {
      case NOTHING, NAMES -> { }
      case EVERYTHING, BYTES -> Arrays.fill(kept, true);
      case FIRST_SECTORS -> Arrays.fill(kept, 0, returned ? sectors : random.nextInt(sectors + 1), true);
      case LAST_SECTORS -> Arrays.fill(kept, returned ? 0 : random.nextInt(sectors + 1), sectors, true);
      case TORN, SHUFFLED -> {
        for (int i = 0; i < sectors; i++) kept[i] = random.nextDouble() < sectorChance;
      }
    }
    return kept;
  }

  /** Whether a sector that was being written holds neither the old nor the new bytes; fills it then. */
  boolean garbles(byte[] sector) {
    if (garbageChance == 0 || random.nextDouble() >= garbageChance) return false;
    random.nextBytes(sector);
    return true;
  }
}
