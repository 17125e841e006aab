package dev.syncline.bench.cell;

/** Names of files that are opened to be seen in a trace of system calls. */
public final class Marks {
  public static final String BEGIN = "check-begins";
  public static final String END = "check-ends";

  private Marks() {}
}
