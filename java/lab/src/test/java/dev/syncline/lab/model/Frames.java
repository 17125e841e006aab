package dev.syncline.lab.model;

import java.util.ArrayList;
import java.util.List;

/**
 * Frames as units, a few of which make a block. A frame's first unit is its header: it says which frame it is, and so what it holds and
 * what it follows on, as a checksum does. The others are its commits', the same in whatever frame they lie.
 */
final class Frames {
  /** Units of a block. */
  static final int BLOCK = 4;

  /** Units of a sector, the least that a disk writes as a whole. */
  static final int SECTOR = 2;

  static final int ZERO = 0;
  static final int GARBAGE = -1;

  /** A block full of this is a seal. */
  static final int SEAL = -2;

  private static final int HEADER = 1 << 24;

  private Frames() {}

  /** What somebody tried to commit: a number that no other has, and how many units it takes. */
  record Commit(int number, int size) {}

  /**
   * A frame as it was, or was to be, after one of its commits.
   *
   * @param number which no other has
   * @param previous the number of the frame that it follows on; below 0 a segment's
   * @param block where it belongs
   */
  record Frame(int number, int previous, int block, List<Commit> commits) {
    int size() {
      return 1 + commits.stream().mapToInt(Commit::size).sum();
    }

    int blocks() {
      return (size() + BLOCK - 1) / BLOCK;
    }

    int end() {
      return block + blocks();
    }

    /** With zeros up to the block. */
    List<Integer> units() {
      List<Integer> units = new ArrayList<>();
      units.add(HEADER | number);
      for (Commit commit : commits) for (int i = 0; i < commit.size; i++) units.add(commit.number << 8 | i + 1);
      while (units.size() % BLOCK != 0) units.add(ZERO);
      return units;
    }
  }

  /** The frame of {@code known} whose header is the first unit there, if all of it is there; else null. */
  static Frame frameAt(List<Integer> units, int at, List<Frame> known) {
    if (at >= units.size() || units.get(at) < HEADER) return null;
    Frame frame = known.get(units.get(at) - HEADER);
    List<Integer> whole = frame.units();
    // A file may end with the last unit that counts.
    List<Integer> there = new ArrayList<>(units.subList(at, Math.min(units.size(), at + whole.size())));
    while (there.size() % BLOCK != 0) there.add(ZERO);
    return there.equals(whole) ? frame : null;
  }
}
