package dev.syncline.replicated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.replicated.jraft.JRaftEngine;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups that make a mistake: what their users write down of it is found, and named. */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PlantedMistakesTest {
  private static final int APPENDS = 60;
  private static final int WRONG = 20;
  private final History history = new History();

  @TempDir Path temporary;

  private Cluster start(UnaryOperator<ReplicatedState> state, UnaryOperator<ConsensusEngine> engine) throws IOException {
    return Cluster.start(temporary, 3, options -> options.requestTimeout(Duration.ofSeconds(8)), options -> ReplicatedLog.open(options,
        (all, own, clients) -> engine.apply(JRaftEngine.start(all, state.apply(own), clients))));
  }

  private void use(Cluster cluster) throws Exception {
    long enough = history.acknowledged() + APPENDS;
    try (LogUsers users = LogUsers.begin(cluster, history, enough, () -> history.acknowledged() >= enough)) {
      users.await();
    }
  }

  private void found(Cluster cluster, String mistake) throws IOException {
    var records = cluster.records();
    assertThatThrownBy(() -> history.check(records)).isInstanceOf(AssertionError.class).hasMessageContaining(mistake);
  }

  @Test
  void withoutAMistakeNothingIsFound() throws Exception {
    try (Cluster cluster = start(state -> state, engine -> engine)) {
      use(cluster);
      cluster.linesOfAll();
      history.check(cluster.records());
    }
  }

  @Test
  void aNodeThatAnswersReadsWithoutAskingTheGroupIsFoundToBeStale() throws Exception {
    try (Cluster cluster = start(state -> state, Unasking::new)) {
      use(cluster);
      Network.isolate(cluster.followers().get(0));
      use(cluster);
      Network.reconnectAll();
      cluster.awaitLeader();
      found(cluster, "began after this had ended");
    }
  }

  @Test
  void anAppendThatIsAcknowledgedAndNotThereIsFoundToBeLost() throws Exception {
    try (Cluster cluster = start(Losing::new, engine -> engine)) {
      use(cluster);
      cluster.linesOfAll();
      found(cluster, "sequence of");
    }
  }

  @Test
  void anAppendThatIsAppliedAgainIsFoundToBeThereTwice() throws Exception {
    try (Cluster cluster = start(Doubling::new, engine -> engine)) {
      use(cluster);
      cluster.linesOfAll();
      found(cluster, "is in the log once");
    }
  }

  @Test
  void aNodeThatHasAppliedLessThanTheOthersIsFound() throws Exception {
    int[] opened = new int[1];
    try (Cluster cluster = start(state -> ++opened[0] == 2 ? new Losing(state) : state, engine -> engine)) {
      use(cluster);
      assertThatThrownBy(cluster::linesOfAll).isInstanceOf(AssertionError.class);
    }
    assertThat(opened[0]).isEqualTo(3);
  }

  /** Believes that it is up to date. */
  private record Unasking(ConsensusEngine to) implements ConsensusEngine {
    @Override
    public CompletableFuture<Void> readBarrier() {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<byte[]> propose(byte[] command) {
      return to.propose(command);
    }

    @Override
    public CompletableFuture<Void> compact() {
      return to.compact();
    }

    @Override
    public Optional<String> leader() {
      return to.leader();
    }

    @Override
    public boolean leads() {
      return to.leads();
    }

    @Override
    public Optional<Throwable> failure() {
      return to.failure();
    }

    @Override
    public void close() throws IOException {
      to.close();
    }
  }

  /** Does something else with one append, the same one on every node. */
  private abstract static class Mistaken implements ReplicatedState {
    private final ReplicatedState state;
    private int appends;

    Mistaken(ReplicatedState state) {
      this.state = state;
    }

    abstract byte[] mistake(ReplicatedState state, long index, Command append) throws IOException;

    @Override
    public byte[] apply(long index, ByteBuffer bytes) throws IOException {
      Command command = Command.decode(bytes.duplicate());
      boolean wrong = command.kind() == Command.Kind.APPEND && ++appends == WRONG;
      return wrong ? mistake(state, index, command) : state.apply(index, bytes);
    }

    @Override
    public List<String> save(Path directory) throws IOException {
      return state.save(directory);
    }

    @Override
    public void load(Path directory) throws IOException {
      state.load(directory);
    }
  }

  private static final class Losing extends Mistaken {
    Losing(ReplicatedState state) {
      super(state);
    }

    @Override
    byte[] mistake(ReplicatedState state, long index, Command append) {
      return CommandResult.done(WRONG, WRONG).encode();
    }
  }

  /** As if it had forgotten what it has answered. */
  private static final class Doubling extends Mistaken {
    Doubling(ReplicatedState state) {
      super(state);
    }

    @Override
    byte[] mistake(ReplicatedState state, long index, Command append) throws IOException {
      byte[] nameless = Command.append(append.operations().get(0), null).encode();
      byte[] first = state.apply(index, ByteBuffer.wrap(nameless));
      state.apply(index, ByteBuffer.wrap(nameless));
      return first;
    }
  }
}
