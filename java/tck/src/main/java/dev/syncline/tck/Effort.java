package dev.syncline.tck;

import java.util.List;

/**
 * How often something is tried that meets by chance what it looks for, or how much of what costs by its size: in any build enough to see
 * it, and more with {@code -Dsyncline.tck.thorough=true}, as {@code -Pnightly} has it.
 */
final class Effort {
  private static final boolean THOROUGH = Boolean.getBoolean("syncline.tck.thorough");

  private Effort() {}

  static int of(int always, int thorough) {
    return THOROUGH ? thorough : always;
  }

  /** All of several kinds, or in any build the one whose turn it is. */
  static <T> List<T> inTurns(T[] kinds, int turn) {
    return THOROUGH ? List.of(kinds) : List.of(kinds[turn % kinds.length]);
  }

  /**
   * The next of many steps at each of which a process may die: in any build about every third, at uneven distances, so that none of an
   * order that is repeated is always passed over. Storages differ in none of the steps, and the simulated disk goes through all of them.
   */
  static int stepAfter(int step) {
    return step + (THOROUGH ? 1 : 1 + (step * 7 + step / 5) % 5);
  }
}
