package dev.syncline.replicated.jraft;

import dev.syncline.CorruptLogException;
import dev.syncline.StorageFullException;
import dev.syncline.replicated.DamagedStateException;
import java.io.IOException;

/** Why a node does not go on, for who is woken by it: which file, what is wrong with it, and what to do with a node of a group. */
final class Troubles {
  private Troubles() {}

  /**
   * What happened, in the words that fit. A log by itself advises to repair it; a node's must not be: it would vote and answer as if it had
   * never held what is lost.
   */
  static IOException explained(Throwable thrown) {
    if (thrown instanceof IOException known && known.getCause() != null && known.getClass() == Explained.class) return known;
    for (Throwable each = thrown; each != null; each = each.getCause()) {
      if (each instanceof CorruptLogException corrupt && corrupt.damage().isPresent())
        return new Explained(corrupt.damage().get() + " for this node. Do not repair it. " + NodeIdentity.ADVICE, thrown);
      if (each instanceof DamagedStateException) return new Explained(each.getMessage() + ". " + NodeIdentity.ADVICE, thrown);
      if (each instanceof StorageFullException)
        return new Explained(each.getMessage() + ". What this node has acknowledged is on its disk", thrown);
    }
    String message = thrown.getMessage();
    return new Explained(message == null ? thrown.toString() : message, thrown);
  }

  private static final class Explained extends IOException {
    private static final long serialVersionUID = 1;

    Explained(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
