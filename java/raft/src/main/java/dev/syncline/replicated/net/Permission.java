package dev.syncline.replicated.net;

/** What a connection may be used for. */
public enum Permission {
  /** To look at the log. */
  READ,
  /** To append, write checkpoints and truncate. */
  APPEND,
  /** To change the group and what its nodes do. */
  ADMINISTER,
  /** To be a node of the group. */
  NODE
}
