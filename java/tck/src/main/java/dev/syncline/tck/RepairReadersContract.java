package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.SynclineException;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Readers of a damaged log while its repair puts the new one in place: after each change of the directory they are shown records of the
 * log, in order, or are told why not; never others, and never fewer without a word. When the repair has ended they read on.
 */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class RepairReadersContract extends RepairTestBase {
  private static final long LOST = 40;

  /** A reader may take a second to notice what has changed. */
  private static final int CHANGES_BETWEEN_LOOKS = Effort.of(11, 2);
  private static final String WHOLE = "whole";
  private static final String DAMAGED = "damaged";

  /** What a reader was shown, and how that ended: {@link #WHOLE}, {@link #DAMAGED}, or with what exception. */
  record Look(List<String> lines, String end) {
    static Look at(WriteAheadLog log) {
      List<String> lines = new ArrayList<>();
      try (WalCursor cursor = log.iterate()) {
        while (cursor.hasNext()) lines.add(lineWithMark(cursor.next()));
        return new Look(lines, cursor.damage().isPresent() ? DAMAGED : WHOLE);
      } catch (IOException e) {
        return new Look(lines, told(e));
      } catch (UncheckedIOException e) {
        return new Look(lines, told(e.getCause()));
      }
    }

    private static String told(IOException e) {
      boolean ours = e instanceof SynclineException || e instanceof NoSuchFileException;
      return (ours ? "told " : "failed ") + e.getClass().getSimpleName();
    }

    /** In one line, for a pipe. */
    String packed() {
      return end + "|" + String.join("|", lines);
    }

    static Look unpacked(String text) {
      List<String> parts = List.of(text.split("\\|", -1));
      return new Look(parts.get(1).isEmpty() ? List.of() : parts.subList(1, parts.size()), parts.get(0));
    }
  }

  private List<String> kept;

  private Path givenHarmed() throws IOException {
    Path log = givenRepairable();
    kept = without(everything(openReadOnly(copyOf(log))), ranges(LOST, LOST));
    RepairHarm.A_BIT_IN_AN_OLDER_SEGMENT.to(log);
    return log;
  }

  private void assertNothingElse(Look look, String when) {
    assertThat(look.end()).as("%s", when).doesNotStartWith("failed");
    // Whoever is told at once has been shown nothing.
    if (!look.lines().isEmpty())
      assertThat(kept).as("%s, %s: what is shown, in order", when, look.end()).containsSubsequence(look.lines());
    if (look.end().equals(WHOLE)) assertThat(look.lines()).as("%s: nothing is left out silently", when).isEqualTo(kept);
  }

  /** How many changes a repair makes before the moment from when on nobody opens the log. */
  private int changesUntilTheSwap(Path harmed) throws IOException {
    int low = 0;
    int high = 1;
    while (!begun(harmed, high)) {
      low = high;
      high *= 2;
    }
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (begun(harmed, middle)) high = middle;
      else low = middle;
    }
    return low;
  }

  private boolean begun(Path harmed, int changes) throws IOException {
    Path log = copyOf(harmed);
    return !diesAfter(log, changes) || Files.exists(log.resolve("repair").resolve("complete"));
  }

  /** Opened before the repair, by the storage under test and by the one for reading. */
  @Test
  void whoHasItOpenInThisProcessIsShownNothingElseAndReadsOn() throws Exception {
    Path harmed = givenHarmed();
    boolean died = true;
    for (int changes = changesUntilTheSwap(harmed); died; changes += CHANGES_BETWEEN_LOOKS) {
      Path log = copyOf(harmed);
      try (WriteAheadLog before = openReadOnly(log);
          WriteAheadLog through = WriteAheadLog.openReadOnly(openStorage(log), WalOptions.defaults())) {
        assertNothingElse(Look.at(before), "before the repair");
        died = diesAfter(log, changes);
        String when = "after " + changes + " changes";
        for (int look = 0; look < 2; look++) {
          assertNothingElse(Look.at(before), when);
          assertNothingElse(Look.at(through), when);
        }
        assertWhoComesNow(log, died, when);
        repair(log);
        Together.await("the reader reads on, " + when, () -> Look.at(before).equals(new Look(kept, WHOLE)));
        Together.await("the other reader reads on, " + when, () -> Look.at(through).equals(new Look(kept, WHOLE)));
      }
    }
  }

  private void assertWhoComesNow(Path log, boolean died, String when) throws IOException {
    Look look;
    try (WriteAheadLog fresh = WriteAheadLog.openReadOnly(log)) {
      look = Look.at(fresh);
    } catch (IOException refused) {
      assertThat(refused).as(when).hasMessageContaining("a repair was begun and has not ended");
      return;
    }
    assertNothingElse(look, "opened " + when);
    if (!died) assertThat(look).isEqualTo(new Look(kept, WHOLE));
  }

  /** Asked for a look after every change, while the repair stands still. */
  @Test
  void whoHasItOpenInAnotherProcessIsShownNothingElseAndReadsOn() throws Exception {
    Path log = givenHarmed();
    try (ChildProcess child = ChildProcess.start(Reader.class, factory(), log, "read")) {
      child.awaitLine("opened");
      int[] looks = new int[1];
      try (Storage storage = new LookingStorage(openStorage(log), operation -> {
        assertNothingElse(look(child), "after " + operation);
        looks[0]++;
      })) {
        repair(storage);
      }
      assertThat(looks[0]).as("looks").isGreaterThan(20);
      Together.await("the reader reads on", () -> look(child).equals(new Look(kept, WHOLE)));
    }
  }

  private static Look look(ChildProcess child) {
    try {
      child.say("look");
      return Look.unpacked(child.awaitLine("looked ").substring("looked ".length()));
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** The other process: reads all of it whenever it is asked. */
  static final class Reader {
    private Reader() {}

    public static void main(String[] arguments) throws IOException {
      Storage storage;
      try {
        storage = ChildLog.contract(arguments[0]).openStorage(Path.of(arguments[1]));
      } catch (ReflectiveOperationException e) {
        throw new IOException(e);
      }
      try (WriteAheadLog log = WriteAheadLog.openReadOnly(storage, WalOptions.defaults())) {
        System.out.println("opened");
        while (System.in.read() >= 0) {
          while (System.in.read() != '\n') continue;
          System.out.println("looked " + Look.at(log).packed());
        }
      }
    }
  }

  /** Runs something after each change of names, in the directory and in those inside it. */
  private static final class LookingStorage extends InterceptedStorage {
    private final Consumer<Operation> after;

    LookingStorage(Storage delegate, Consumer<Operation> after) {
      super(delegate);
      this.after = after;
    }

    @Override
    protected <T> T intercept(Operation operation, Call<T> call) throws IOException {
      T result = call.run();
      switch (operation.op()) {
        case RENAME, LINK, DELETE, CREATE -> after.accept(operation);
        default -> { }
      }
      return result;
    }

    @Override
    protected Storage around(Storage other) {
      return new LookingStorage(other, after);
    }
  }
}
