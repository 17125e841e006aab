package dev.syncline.lab;

/** The errors that are injected, with their number on Linux and the text that a C library has for them. */
public enum SystemError {
  EINTR(4, "Interrupted system call"),
  EIO(5, "Input/output error"),
  EINVAL(22, "Invalid argument"),
  ENOSPC(28, "No space left on device"),
  EDQUOT(122, "Disk quota exceeded");

  private final int number;
  private final String text;

  SystemError(int number, String text) {
    this.number = number;
    this.text = text;
  }

  public int number() {
    return number;
  }

  public String text() {
    return text;
  }

  public boolean isFull() {
    return this == ENOSPC || this == EDQUOT;
  }

  /** Whether the failure, or what caused it, says that it was this: by name or by text. */
  public boolean isNamedIn(Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage());
      if (message.contains(name()) || message.contains(text)) return true;
      for (Throwable suppressed : t.getSuppressed()) if (isNamedIn(suppressed)) return true;
    }
    return false;
  }
}
