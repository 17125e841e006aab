package dev.syncline.io;

import dev.syncline.shortage.StackReserve;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * The directories that this JVM has locked, in a place that all class loaders share, each of which may have a copy of this class.
 *
 * <p>Each entry stands in one map, and has an anchor in the root thread group: an empty thread group by whose name another class
 * loader finds the map, through a JDK interface. An anchor is of the loader whose log holds the directory, and goes when that log gives the
 * directory up or loses it to another loader's. Then nothing leads to the loader any more, but for a lock that was handed over: the code
 * that can release it stays until it is released. A group that is still found though its entry is gone does not count: since Java 19
 * groups vanish when they are collected, and destroying them does nothing.
 *
 * <p>The map and all that is in it are of JDK types. Its keys name directories, its values are entries, for {@link DirectoryLock} to fill.
 */
final class JvmLocks {
  /** The name of each anchor and, as the one string of this text in the JVM, the monitor under which all of this changes. */
  private static final String NAME = "dev.syncline.io.DirectoryLock.held";

  /** The key of an entry's anchor, a ThreadGroup; an entry without one is none any more. */
  private static final String ANCHOR = "anchor";

  /** The key of an entry's mutex, a ReentrantLock. */
  private static final String MUTEX = "mutex";

  /** Keeps the anchors of this loader reachable, whatever happens to their groups and to the logs. Guarded by the monitor. */
  private static final Set<Anchor> OWN = new HashSet<>();

  private JvmLocks() {}

  private static final class Anchor extends ThreadGroup implements Supplier<Map<Object, Map<String, Object>>> {
    private final Map<Object, Map<String, Object>> entries;

    Anchor(Map<Object, Map<String, Object>> entries) {
      super(rootGroup(), NAME);
      this.entries = entries;
    }

    @Override
    public Map<Object, Map<String, Object>> get() {
      return entries;
    }
  }

  /** The entry of a directory, made if there is none. */
  static Map<String, Object> entryOf(Object directoryKey) {
    return alone(() -> {
      Map<Object, Map<String, Object>> entries = entries();
      Map<String, Object> known = entries.get(directoryKey);
      if (known != null) return known;
      Map<String, Object> made = new ConcurrentHashMap<>(Map.of(MUTEX, new ReentrantLock()));
      made.put(ANCHOR, newAnchor(entries));
      entries.put(directoryKey, made);
      return made;
    });
  }

  static ReentrantLock mutexOf(Map<String, Object> entry) {
    StackReserve.require(StackReserve.MEMORY);
    return (ReentrantLock) entry.get(MUTEX);
  }

  /** False once the entry was removed: another may stand in its place. */
  static boolean isRegistered(Map<String, Object> entry) {
    return entry.containsKey(ANCHOR);
  }

  /** Makes the entry this loader's, so that it no longer leads to the one that had it. */
  static void adopt(Map<String, Object> entry) {
    alone(() -> {
      ThreadGroup before = (ThreadGroup) entry.get(ANCHOR);
      if (before instanceof Anchor) return null;
      entry.put(ANCHOR, newAnchor(entriesOf(before)));
      return dispose(before);
    });
  }

  static void remove(Object directoryKey, Map<String, Object> entry) {
    alone(() -> {
      ThreadGroup anchor = (ThreadGroup) entry.remove(ANCHOR);
      if (anchor == null) return null;
      entriesOf(anchor).remove(directoryKey, entry);
      return dispose(anchor);
    });
  }

  /**
   * Runs it while no other thread of this JVM does, of whatever loader. A lock object would have to be found in the place that is being
   * guarded; so this is the library's one monitor, and nothing is done under it that could wait and pin a virtual thread.
   */
  private static <T> T alone(Supplier<T> work) {
    synchronized (NAME) {
      return work.get();
    }
  }

  private static Anchor newAnchor(Map<Object, Map<String, Object>> entries) {
    Anchor anchor = new Anchor(entries);
    OWN.add(anchor);
    return anchor;
  }

  @SuppressWarnings({"deprecation", "removal"})
  private static Void dispose(ThreadGroup anchor) {
    OWN.remove(anchor);
    try {
      anchor.destroy();
    } catch (NoSuchMethodError | IllegalThreadStateException e) {
      // A Java version without it, or a stranger has destroyed the group: either way it does not count any more.
    }
    return null;
  }

  /** The one map that the anchors lead to, or a new one if there are none. */
  private static Map<Object, Map<String, Object>> entries() {
    for (Iterator<Anchor> own = OWN.iterator(); own.hasNext(); ) {
      Anchor anchor = own.next();
      if (isAnchor(anchor)) return anchor.get();
      // Another loader's log has taken the directory over.
      own.remove();
    }
    for (ThreadGroup group : groupsIn(rootGroup())) if (isAnchor(group)) return entriesOf(group);
    return new ConcurrentHashMap<>();
  }

  private static boolean isAnchor(ThreadGroup group) {
    if (group == null || !NAME.equals(group.getName()) || !(group instanceof Supplier)) return false;
    for (Map<String, Object> entry : entriesOf(group).values()) if (entry.get(ANCHOR) == group) return true;
    return false;
  }

  /** The group may be of another loader's class of this name. */
  @SuppressWarnings("unchecked")
  private static Map<Object, Map<String, Object>> entriesOf(ThreadGroup anchor) {
    return ((Supplier<Map<Object, Map<String, Object>>>) anchor).get();
  }

  private static ThreadGroup rootGroup() {
    ThreadGroup group = Thread.currentThread().getThreadGroup();
    while (group.getParent() != null) group = group.getParent();
    return group;
  }

  private static ThreadGroup[] groupsIn(ThreadGroup root) {
    ThreadGroup[] groups = new ThreadGroup[root.activeGroupCount() + 1];
    // Those that do not fit are left out without a word.
    while (root.enumerate(groups, false) == groups.length) groups = new ThreadGroup[2 * groups.length];
    return groups;
  }
}
