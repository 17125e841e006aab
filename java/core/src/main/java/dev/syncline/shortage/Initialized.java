package dev.syncline.shortage;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Has classes initialized while there are stack and memory for it: one whose initialization has met the end of either is lost to the
 * process (JVMS 5.5), and whatever needs it fails from then on.
 */
public final class Initialized {
  /** The neighbours of those that are all there: to look a few hundred up again takes each opening of a log half a millisecond. */
  private static final Set<Class<?>> DONE = ConcurrentHashMap.newKeySet();

  private Initialized() {}

  /**
   * Once for a neighbour; again after it failed.
   *
   * @param names of classes that the loader of {@code neighbour} finds; classes of this project, each of which is there
   */
  public static void require(Class<?> neighbour, String... names) {
    if (DONE.contains(neighbour)) return;
    for (String name : names) {
      try {
        Class.forName(name, true, neighbour.getClassLoader());
      } catch (ClassNotFoundException e) {
        throw new LinkageError("a class of the same jar is missing: " + name, e);
      }
    }
    DONE.add(neighbour);
  }
}
