package dev.syncline.shortage;

/** What to do, in the same words from every storage. */
public final class Advice {
  /** Where something is full: behind what has failed. */
  public static final String ROOM = "; free space or inodes (df -h, df -i) or raise a limit (quota, ulimit -f), then try again";

  private Advice() {}
}
