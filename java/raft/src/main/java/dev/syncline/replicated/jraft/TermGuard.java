package dev.syncline.replicated.jraft;

import com.google.protobuf.Message;
import java.util.function.LongSupplier;

/**
 * Believes no term that elections cannot have led to. A node takes over a higher term from whoever names it, for good; so one message that
 * names the highest there is would leave no term for any election to come.
 */
final class TermGuard {
  /** Elections that a node may have missed: one each second for 136 years. */
  static final long JUMP_MAX = 1L << 32;

  private final LongSupplier known;

  /** @param known the highest term that this node has written down */
  TermGuard(LongSupplier known) {
    this.known = known;
  }

  /** @throws IllegalArgumentException if the message's term is not to be believed */
  void check(Message message) {
    RaftMessage.term(message).ifPresent(term -> {
      long now = known.getAsLong();
      if (term < 0 || term - now > JUMP_MAX)
        throw new IllegalArgumentException("term " + term + " is not believed: this node knows of " + now
            + ", and so many elections cannot have been missed");
    });
  }
}
