package dev.syncline.replicated.jraft;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.error.RaftError;
import dev.syncline.replicated.NotLeaderException;
import dev.syncline.replicated.OutcomeUnknownException;
import dev.syncline.replicated.UnavailableException;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * What became of a proposal. JRaft gives one code, EPERM, to a command that was refused and to one whose leader stepped down after
 * it was appended. Only what is known to be said before a command enters the log counts as refused; all else is unknown, which is
 * never wrong.
 */
final class ProposalClosure implements Closure {
  private static final String REFUSED_BY_FOLLOWER = "Is not leader.";
  private final String address;
  private final Supplier<Optional<String>> leader;
  private final CompletableFuture<byte[]> outcome;

  ProposalClosure(String address, Supplier<Optional<String>> leader, CompletableFuture<byte[]> outcome) {
    this.address = address;
    this.leader = leader;
    this.outcome = outcome;
  }

  void applied(byte[] result) {
    outcome.complete(result);
  }

  /** Called by JRaft with a failure only: success is {@link #applied}. */
  @Override
  public void run(Status status) {
    outcome.completeExceptionally(failure(status));
  }

  private IOException failure(Status status) {
    RaftError error = status.getRaftError();
    if (error == RaftError.EPERM && REFUSED_BY_FOLLOWER.equals(status.getErrorMsg()))
      return new NotLeaderException(address, leader.get().filter(known -> !known.equals(address)).orElse(null));
    if (error == RaftError.EBUSY || error == RaftError.ENODESHUTDOWN)
      return new UnavailableException(address + " takes no command now: " + status.getErrorMsg());
    return new OutcomeUnknownException(
        address + " did not learn what became of the command: " + status.getErrorMsg() + ". It may have been applied, or be applied later");
  }
}
