package dev.syncline.tck;

import dev.syncline.SyncMode;
import java.nio.file.Path;

/** What a child process of the kit runs that has little of something; it says "fine" at the end, or what was wrong. */
final class ShortageChild {
  static final String FINE = "fine";
  static final String STACK = "stack:";
  static final String HEAP = "heap:";
  static final String THREADS = "threads:";
  static final String DESCRIPTORS = "descriptors:";
  static final String FILE_SIZE = "file-size:";

  private ShortageChild() {}

  /** Arguments: the contract class that makes the storage, the directory, and the task with the mode. */
  public static void main(String[] arguments) {
    try {
      LogTestBase storage = ChildLog.contract(arguments[0]);
      Path directory = Path.of(arguments[1]);
      String task = arguments[2].substring(0, arguments[2].indexOf(':') + 1);
      SyncMode mode = SyncMode.valueOf(arguments[2].substring(task.length()));
      switch (task) {
        case STACK -> StackDepths.run(storage, directory, mode);
        case HEAP -> HeapPressure.run(storage, directory, mode);
        case DESCRIPTORS -> DescriptorShortage.run(storage, directory, mode);
        case FILE_SIZE -> FileSizeLimit.run(storage, directory, mode);
        case THREADS -> ThreadShortage.run(storage, directory, mode);
        default -> throw new IllegalArgumentException("no such task: " + task);
      }
      System.out.println(FINE);
    } catch (Throwable t) {
      System.out.println("failed: " + Stacks.of(t));
    }
    // Threads that a shortage keeps from ending do not keep the process.
    System.exit(0);
  }
}
