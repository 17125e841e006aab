package dev.syncline.tck.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Frames as a stream of units, a few of which make a block. Each unit says whose it is and which one, and a frame knows the one before it,
 * as a frame header has the checksum of its predecessor.
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

  private Frames() {}

  /** A frame that somebody tried to commit: its number, which no other has, and that of the frame it follows; below 0 a segment's. */
  record Frame(int number, int previous, int size) {
    int unit(int i) {
      return number << 8 | size << 4 | i + 1;
    }

    int[] units() {
      int[] units = new int[size];
      for (int i = 0; i < size; i++) units[i] = unit(i);
      return units;
    }
  }

  static int blockOf(int at) {
    return Math.floorDiv(at, BLOCK);
  }

  static int roundUp(int at) {
    return (at + BLOCK - 1) / BLOCK * BLOCK;
  }

  /** What was found in a stream: frames that follow on each other, and where the last one ends. */
  record Found(List<Frame> frames, int end) {
    int last(int segment) {
      return frames.isEmpty() ? -segment : frames.get(frames.size() - 1).number;
    }
  }

  /** @param skips whether a frame may begin at the next block, too */
  static Found parse(int[] units, int segment, Frame[] known, boolean skips) {
    List<Frame> frames = new ArrayList<>();
    int at = 0;
    int previous = -segment;
    while (true) {
      Frame next = frameAt(units, at, previous, known);
      int start = at;
      if (next == null && skips) {
        start = roundUp(at);
        next = frameAt(units, start, previous, known);
      }
      if (next == null) return new Found(frames, at);
      frames.add(next);
      previous = next.number;
      at = start + next.size;
    }
  }

  private static Frame frameAt(int[] units, int at, int previous, Frame[] known) {
    if (at >= units.length || units[at] <= 0 || (units[at] & 15) != 1) return null;
    Frame frame = known[units[at] >> 8];
    if (frame.previous != previous || at + frame.size > units.length) return null;
    return Arrays.equals(units, at, at + frame.size, frame.units(), 0, frame.size) ? frame : null;
  }
}
