package dev.syncline.shortage;

/** What to do, in the same words from every storage. */
public final class Advice {
  /** Where something is full: behind what has failed. */
  public static final String ROOM = "; free space or inodes (df -h, df -i) or raise a limit (quota, ulimit -f), then try again";

  /** Where no lock is to be had. */
  public static final String LOCKS = "; the file system, or the server behind it, gives no lock: keep the log on a local disk, or look"
      + " after the server's lock service";

  private Advice() {}
}
