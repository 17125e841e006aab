package dev.syncline.shortage;

/**
 * Has classes initialized while there are stack and memory for it: one whose initialization has met the end of either is lost to the
 * process (JVMS 5.5), and whatever needs it fails from then on.
 */
public final class Initialized {
  private Initialized() {}

  /** @param names of classes that the loader of {@code neighbour} finds; classes of this project, each of which is there */
  public static void require(Class<?> neighbour, String... names) {
    for (String name : names) {
      try {
        Class.forName(name, true, neighbour.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new LinkageError("a class of the same jar is missing: " + name, e);
      }
    }
  }
}
