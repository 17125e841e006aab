package dev.syncline.lab;

import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import dev.syncline.lab.WriterCommand.Answer;
import dev.syncline.lab.WriterCommand.Kind;
import dev.syncline.tck.ChildProcess;
import dev.syncline.tck.LogTestBase;
import dev.syncline.tck.Together;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Promise 27 where the writer is another process: it does one thing after the other, and after each of them several readers are asked and
 * compared with all that it has done. {@code -Dsyncline.follow.steps=N} goes on for longer, {@code -Dsyncline.seed=N} does other things.
 */
@Tag("laboratory")
class FollowingProcessesTest {
  static class OnNative extends Following {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.nativeStorage(directory);
    }
  }

  static class OnPortable extends Following {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableDirect(directory);
    }
  }

  @Nested
  class Native extends Following {
    @BeforeEach
    void needNative() throws IOException {
      StoragesUnderTest.needNative();
    }

    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.nativeStorage(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return OnNative.class;
    }
  }

  @Nested
  class Portable extends Following {
    @Override
    protected Storage openStorage(Path directory) throws IOException {
      return StoragesUnderTest.portableDirect(directory);
    }

    @Override
    protected Class<? extends LogTestBase> factory() {
      return OnPortable.class;
    }
  }

  @Timeout(value = 4, unit = TimeUnit.HOURS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  abstract static class Following extends LogTestBase implements FollowedLog.Snapshots {
    private static final int STEPS_TOLD_MAX = 50;
    private static final int SNAPSHOTS_KEPT_MAX = 3;
    private static final long PATIENCE_SECONDS = 120;
    private static final long SEED = 27;

    private final long nightlySeed = Nightly.seed("following", SEED);
    private final int steps = Integer.getInteger("syncline.follow.steps", nightlySeed == SEED ? 1_000 : 10_000);
    private final long seed = Long.getLong("syncline.seed", nightlySeed);
    private final Random random = new Random(seed);
    private final WrittenHistory history = new WrittenHistory();
    private final Deque<String> told = new ArrayDeque<>();
    private final Deque<FollowedSnapshot> snapshots = new ArrayDeque<>();
    private ChildProcess writer;

    /** One that is open all the time, and one that is opened anew now and then. */
    private FollowedLog patient;

    private FollowedLog fickle;

    @Override
    public Path newDirectory() {
      return newCopyName();
    }

    @Override
    public void keep(FollowedSnapshot snapshot) throws Exception {
      tell(snapshot.toString());
      snapshot.check(WriteAheadLog::openReadOnly);
      snapshots.addLast(snapshot);
      if (snapshots.size() > SNAPSHOTS_KEPT_MAX) checkOldestSnapshot();
    }

    /** Not even who appends to it finds anything else. */
    private void checkOldestSnapshot() throws Exception {
      FollowedSnapshot oldest = snapshots.removeFirst();
      oldest.check(WriteAheadLog::openReadOnly);
      oldest.check(directory -> open(openStorage(directory), options -> {}));
      oldest.delete();
    }

    @Test
    void whoReadsBesideAWriterInAnotherProcessSeesItsDurableHistoryAndNothingElse() throws Exception {
      int step = 0;
      try {
        startWriter(null, 0);
        patient = reader("the patient reader");
        fickle = reader("the fickle reader");
        for (step = 1; step <= steps; step++) step();
        catchUp();
        while (!snapshots.isEmpty()) checkOldestSnapshot();
      } catch (Throwable t) {
        throw new AssertionError("-Dsyncline.seed=" + seed + ", step " + step + ": " + t.getMessage() + "\nThe last steps:\n"
            + String.join("\n", told), t);
      } finally {
        if (writer != null) writer.close();
        if (patient != null) patient.close();
        if (fickle != null) fickle.close();
      }
    }

    private void step() throws Exception {
      int choice = random.nextInt(1_000);
      if (choice < 5) killInMidCommand();
      else if (choice < 8) killWhileIdle();
      else if (choice < 50) catchUp();
      else run(WriterCommand.random(random, history));
      look();
    }

    /** Each reader is asked something, and the open cursors go on; now and then somebody comes for one look. */
    private void look() throws Exception {
      patient.ask();
      fickle.ask();
      patient.askCursors();
      fickle.askCursors();
      int choice = random.nextInt(100);
      if (choice < 5) {
        tell("the fickle reader opens anew");
        fickle.close();
        fickle = reader("the fickle reader");
      } else if (choice < 20) {
        try (FollowedLog guest = reader("a guest")) {
          guest.ask();
        }
      }
    }

    private FollowedLog reader(String name) throws IOException {
      return new FollowedLog(name, WriteAheadLog.openReadOnly(directory()), history, random, this);
    }

    // The writer.

    private void tell(String what) {
      told.addLast(what);
      if (told.size() > STEPS_TOLD_MAX) told.removeFirst();
    }

    private void run(WriterCommand command) throws Exception {
      tell(command.line());
      history.begin(command);
      history.done(ask(command));
      tell("  = " + history);
    }

    private Answer ask(WriterCommand command) throws Exception {
      writer.say(command.line());
      return Answer.parse(writer.awaitLine("="));
    }

    /** @param unfinished what the one before was doing when it was killed, or null */
    private void startWriter(WriterCommand unfinished, long frontBefore) throws Exception {
      writer = ChildProcess.start(ChildWriter.class, factory(), directory(), ChildWriter.COMMANDS);
      WriterCommand open = WriterCommand.randomOpen(random);
      tell(open.line());
      Answer recovered = ask(open);
      history.begin(open);
      history.recovered(recovered, unfinished, frontBefore);
      history.ask(() -> ask(WriterCommand.of(Kind.POSITIONS)));
      tell("  = recovered " + history);
    }

    private void killWriter() throws Exception {
      writer.kill();
      history.writerDied();
    }

    private void killWhileIdle() throws Exception {
      tell("kill");
      killWriter();
      look();
      startWriter(null, history.front());
    }

    /** Until the next one has recovered only an append leaves no doubt about what the readers may show. */
    private void killInMidCommand() throws Exception {
      WriterCommand command = WriterCommand.random(random, history);
      long frontBefore = history.front();
      int micros = random.nextInt(2_000);
      tell("kill " + micros + " microseconds after: " + command.line());
      if (command.kind() != Kind.CUT) history.begin(command);
      writer.say(command.line());
      TimeUnit.MICROSECONDS.sleep(micros);
      killWriter();
      if (command.kind().appends()) look();
      startWriter(command, frontBefore);
    }

    // Catching up.

    /** The last records show with the next frame or, when the writer is quiet, soon: everybody comes to the durable end. */
    private void catchUp() throws Exception {
      tell("catch up");
      if (!history.closed()) history.done(ask(WriterCommand.of(Kind.POSITIONS)));
      catchUp(patient, history);
      catchUp(fickle, history);
    }

    private static void catchUp(FollowedLog reader, WrittenHistory history) throws InterruptedException {
      long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
      while (!reader.hasReached(history.durable())) {
        if (System.nanoTime() - deadlineNanos > 0) throw new AssertionError(reader + " stays at " + reader.floor() + ": " + history);
        reader.ask();
        TimeUnit.MILLISECONDS.sleep(1);
      }
      reader.askForAll();
    }

    // Without waiting for each other.

    @Test
    void whoReadsAtFullSpeedMeanwhileSeesNoOtherHistoryEither() throws Exception {
      List<RoamingReader> readers = new ArrayList<>();
      String task = ChildWriter.ROAM + seed + ":" + steps / 2;
      try (ChildProcess roaming = ChildProcess.start(ChildWriter.class, factory(), directory(), task)) {
        roaming.awaitLine("begun");
        Path said = ChildWriter.said(directory());
        for (int i = 0; i < 3; i++) readers.add(new RoamingReader("reader " + i, directory(), said, seed + i, i > 0));
        readUntilDone(roaming, readers);
        WriterTimeline timeline = new WriterTimeline(Files.readAllLines(said));
        for (RoamingReader reader : readers) reader.judge(timeline);
        for (RoamingReader reader : readers)
          catchUp(new FollowedLog("the reader", reader.log(), timeline.history(), random, this), timeline.history());
      } catch (Throwable t) {
        throw new AssertionError("-Dsyncline.seed=" + seed + ": " + t.getMessage(), t);
      } finally {
        for (RoamingReader reader : readers) reader.close();
      }
    }

    private static void readUntilDone(ChildProcess roaming, List<RoamingReader> readers) throws Exception {
      AtomicBoolean done = new AtomicBoolean();
      List<Together.Task<Void>> reading = new ArrayList<>();
      for (RoamingReader reader : readers)
        reading.add(Together.begin(() -> {
          while (!done.get()) reader.look();
          return null;
        }));
      try {
        roaming.awaitLine("done");
      } finally {
        done.set(true);
      }
      for (Together.Task<Void> task : reading) task.get();
    }
  }
}
