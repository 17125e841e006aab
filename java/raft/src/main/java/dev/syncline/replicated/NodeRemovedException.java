package dev.syncline.replicated;

import java.io.IOException;
import java.nio.file.Path;

/** The group has removed this node. It ends, and does not start again with what it has: that only gets older. */
public final class NodeRemovedException extends IOException {
  private static final long serialVersionUID = 1;

  public NodeRemovedException(String address, Path directory) {
    super(address + " was removed from its group. What it has gets no newer: it answers nothing any more. To put it in again delete "
        + directory + ", start the node with --join and add it");
  }
}
