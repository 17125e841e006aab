package dev.syncline.cli;

import java.io.IOException;

/** What is to be done if the program is interrupted before it has come to do it itself. */
final class AtExit {
  private final Thread hook;

  private AtExit(Thread hook) {
    this.hook = hook;
  }

  /** Work that may fail: then it is left, since nobody is there to be told. */
  interface Work {
    void run() throws IOException;
  }

  static AtExit run(String name, Work work) {
    Thread hook = new Thread(() -> {
      try {
        work.run();
      } catch (IOException e) {
        // As before.
      }
    }, name);
    Runtime.getRuntime().addShutdownHook(hook);
    return new AtExit(hook);
  }

  /** Whether it has not begun: the program is not already ending. */
  boolean forget() {
    try {
      return Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      return false;
    }
  }
}
