package dev.syncline.tck;

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
}
