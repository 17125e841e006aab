package dev.syncline.replicated.net;

import java.util.Set;
import java.util.concurrent.ConcurrentMap;

/** A connection that somebody has opened to this node, and that may stay. */
public interface Session {
  /** Who is there. */
  Hello hello();

  Set<Permission> permissions();

  /** Whatever belongs to the connection. */
  ConcurrentMap<String, Object> attributes();

  /** From where, as a text. */
  String remote();

  /** Has something to say of it in this node's log, which may leave it out if there is much of the kind. */
  void note(String what);

  void close();
}
