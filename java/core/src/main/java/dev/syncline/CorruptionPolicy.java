package dev.syncline;

/** What opening does when durable bytes turn out unreadable. A torn tail is no damage: it is trimmed under every policy. */
public enum CorruptionPolicy {
  /** The log opens readable up to the damage and refuses appends. The default. */
  READ_ONLY,
  /** Opening throws {@link CorruptLogException}. */
  REFUSE,
  /** The damaged rest is moved to {@code quarantine/} and the log goes on behind the highest sequence ever seen or promised. */
  TRUNCATE
}
