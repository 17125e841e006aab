package dev.syncline.replicated;

import static dev.syncline.replicated.Cluster.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.syncline.CorruptionPolicy;
import dev.syncline.Operation;
import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One node's copy, without a group. */
class LogStateTest {
  private static final WalOptions OPTIONS = WalOptions.builder()
      .syncMode(SyncMode.MANUAL).corruptionPolicy(CorruptionPolicy.REFUSE).maxSegmentSize(256 << 10).build();

  @TempDir Path temporary;
  private LogState state;
  private long index;

  private LogState open() throws IOException {
    state = LogState.open(temporary.resolve("state"), OPTIONS);
    return state;
  }

  @AfterEach
  void close() throws IOException {
    if (state != null) state.close();
  }

  private CommandResult apply(Command command) throws IOException {
    return CommandResult.decode(state.apply(++index, ByteBuffer.wrap(command.encode())));
  }

  private CommandResult append(String text) throws IOException {
    return apply(Command.append(Operation.entry(bytes(text)), null));
  }

  private List<String> lines() throws IOException {
    return Cluster.lines(ReplicatedCursor.upToNow(state, 0, true));
  }

  private Path save(String name) throws IOException {
    Path target = Files.createDirectory(temporary.resolve(name));
    List<String> files = state.save(target);
    assertThat(files).allMatch(file -> Files.isRegularFile(target.resolve(file))).contains("sessions", "log/log.mark");
    return target;
  }

  @Test
  void commandsGiveTheSequencesOfALog() throws IOException {
    open();
    assertThat(append("one")).isEqualTo(CommandResult.done(1, 1));
    List<Operation> batch = List.of(Operation.put(bytes("a"), bytes("1")), Operation.delete(bytes("b")));
    assertThat(apply(Command.batch(batch, null))).isEqualTo(CommandResult.done(2, 3));
    assertThat(apply(Command.checkpoint(Command.ALL, null))).isEqualTo(CommandResult.done(5, 5));
    assertThat(apply(Command.checkpoint(2, null))).isEqualTo(CommandResult.done(6, 6));
    assertThat(state.log().lastCheckpointCovers()).isEqualTo(2);
    assertThat(lines()).containsExactly("1 ENTRY one", "2 PUT a=1", "3 DELETE b", "4 COMMIT", "5 CHECKPOINT", "6 CHECKPOINT");
  }

  @Test
  void whoReadsWhileTheNodeIsClosedIsToldThatItCannotAnswer() throws IOException {
    open();
    append("one");
    state.close();
    assertThatThrownBy(() -> state.read(log -> log.read(1))).isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> ReplicatedCursor.upToNow(state, 0, true)).isInstanceOf(UnavailableException.class);
    assertThatThrownBy(() -> ReplicatedCursor.following(state, 0)).isInstanceOf(UnavailableException.class);
  }

  @Test
  void sequencesAboveTheHighestAreRefusedAndChangeNothing() throws IOException {
    open();
    append("one");
    assertThat(apply(Command.truncate(2, null))).isEqualTo(CommandResult.refused(1));
    assertThat(apply(Command.checkpoint(2, null))).isEqualTo(CommandResult.refused(1));
    assertThat(lines()).containsExactly("1 ENTRY one");
  }

  @Test
  void anotherProcessBeginsAnewAndTheEngineBringsEverythingBack() throws IOException {
    open();
    append("one");
    append("two");
    Path snapshot = save("snapshot");
    append("three");
    state.close();
    open();
    assertThat(lines()).isEmpty();
    state.load(snapshot);
    assertThat(lines()).containsExactly("1 ENTRY one", "2 ENTRY two");
    assertThat(append("three")).isEqualTo(CommandResult.done(3, 3));
  }

  @Test
  void aSnapshotIsNeverChangedByWhatIsAppendedOrTruncatedLater() throws IOException {
    open();
    String large = "x".repeat(10_000);
    for (int i = 0; i < 40; i++) append(large);
    Path first = save("first");
    Path emptyTail = save("emptyTail");
    Map<String, Integer> before = contents(first);
    Map<String, Integer> beforeEmptyTail = contents(emptyTail);
    state.load(emptyTail);
    for (int i = 0; i < 40; i++) append(large);
    apply(Command.truncate(50, null));
    for (int i = 0; i < 80; i++) append(large);
    Path second = save("second");
    Map<String, Integer> beforeSecond = contents(second);
    state.load(second);
    append("more");
    state.close();
    assertThat(contents(first)).isEqualTo(before);
    assertThat(contents(emptyTail)).isEqualTo(beforeEmptyTail);
    assertThat(contents(second)).isEqualTo(beforeSecond);
  }

  @Test
  void aSnapshotOfAnEmptyLogIsNotChangedByTheLogThatComesOfIt() throws IOException {
    open();
    Path snapshot = save("snapshot");
    state.load(snapshot);
    Path again = save("again");
    Map<String, Integer> before = contents(again);
    state.load(again);
    append("one");
    state.log().sync();
    assertThat(contents(again)).isEqualTo(before);
    assertThat(lines()).containsExactly("1 ENTRY one");
  }

  @Test
  void whereFilesCanBeLinkedNothingIsCopiedButTheMark() throws IOException {
    open();
    String large = "x".repeat(100_000);
    for (int i = 0; i < 20; i++) append(large);
    Path snapshot = save("snapshot");
    state.load(snapshot);
    for (Path file : StateDirectory.files(snapshot.resolve("log"))) {
      if (!file.toString().endsWith(".wal")) continue;
      Object links = Files.getAttribute(file, "unix:nlink");
      assertThat((int) links).as("%s is shared by the snapshot and the log", file.getFileName()).isEqualTo(2);
    }
  }

  @Test
  void loadingForgetsWhatWasThere() throws IOException {
    open();
    append("one");
    apply(Command.checkpoint(Command.ALL, null));
    apply(Command.truncate(1, null));
    Path snapshot = save("snapshot");
    for (int i = 0; i < 5; i++) append("gone");
    Path before = state.log().directory();
    state.load(snapshot);
    assertThat(before).doesNotExist();
    assertThat(lines()).containsExactly("2 CHECKPOINT");
    assertThat(state.log().firstSequence()).isEqualTo(2);
    assertThat(state.log().lastCheckpoint()).isEqualTo(2);
    assertThat(append("next")).isEqualTo(CommandResult.done(3, 3));
  }

  @Test
  void cursorsGoOnWhereTheyWereWhenASnapshotIsLoaded() throws IOException {
    open();
    for (int i = 1; i <= 10; i++) append("entry " + i);
    Path snapshot = save("snapshot");
    try (WalCursor cursor = ReplicatedCursor.upToNow(state, 2, false); WalCursor tail = ReplicatedCursor.following(state, 9)) {
      assertThat(cursor.next().sequence()).isEqualTo(3);
      state.load(snapshot);
      append("entry 11");
      assertThat(Cluster.lines(cursor)).hasSize(7).last().isEqualTo("10 ENTRY entry 10");
      assertThat(tail.next().sequence()).isEqualTo(10);
      assertThat(tail.next().sequence()).isEqualTo(11);
      assertThat(tail.hasNext()).isFalse();
    }
  }

  @Test
  void requestsAreAppliedOnceAlsoAcrossASnapshot() throws IOException {
    open();
    long session = apply(Command.openSession()).first();
    Command command = Command.append(Operation.entry(bytes("once")), new RequestId(session, 1));
    assertThat(apply(command)).isEqualTo(CommandResult.done(1, 1));
    assertThat(apply(command)).isEqualTo(CommandResult.done(1, 1));
    Path snapshot = save("snapshot");
    state.close();
    open();
    state.load(snapshot);
    assertThat(apply(command)).isEqualTo(CommandResult.done(1, 1));
    assertThat(lines()).containsExactly("1 ENTRY once");
  }

  @Test
  void aCommandThatIsNotUnderstoodStopsTheNodeInsteadOfBeingSkipped() throws IOException {
    open();
    assertThatThrownBy(() -> state.apply(7, ByteBuffer.wrap(new byte[30])))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("entry 7")
        .hasMessageContaining("expected a command of version 1, found 0");
  }

  @Test
  void aDamagedSnapshotIsNotLoaded() throws IOException {
    open();
    append("one");
    Path snapshot = save("snapshot");
    Path sessions = snapshot.resolve("sessions");
    byte[] content = Files.readAllBytes(sessions);
    content[4] ^= 1;
    Files.write(sessions, content);
    assertThatThrownBy(() -> state.load(snapshot)).isInstanceOf(IOException.class).hasMessageContaining("wrong checksum");
    assertThat(lines()).containsExactly("1 ENTRY one");
  }

  private static Map<String, Integer> contents(Path directory) throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    for (Path file : StateDirectory.files(directory.resolve("log")))
      contents.put(file.getFileName().toString(), Arrays.hashCode(Files.readAllBytes(file)));
    return contents;
  }
}
