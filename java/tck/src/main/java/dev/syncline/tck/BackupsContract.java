package dev.syncline.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.syncline.CorruptLogException;
import dev.syncline.CorruptionPolicy;
import dev.syncline.IncompatibleLogException;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.tck.BackupHistory.Shown;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Copies that are made of a log's directory file by file, as {@code cp} and {@code rsync} make them, while a program writes to it; and
 * backups that are put back whole, or in part. Whatever comes of it opens with what the log held at some time, and says what is missing.
 */
public abstract class BackupsContract extends LogTestBase {
  /** How many runs of each kind; more with the system property of this name. */
  private static final int SEEDS = Integer.getInteger("syncline.backups.seeds", 1);

  private static final int PIECE_BYTES = 16 << 10;
  private static final int MIXTURES = Effort.of(6, 15);

  /** In which order a tool takes the files that it has listed. */
  enum Order {
    /** As rsync does: segments, oldest first, and then the mark. */
    BY_NAME,
    MARK_FIRST,
    NEWEST_FIRST,
    /** As a directory lists them. */
    ANY;

    List<Path> of(List<Path> files, Random random) {
      List<Path> ordered = new ArrayList<>(files);
      Collections.sort(ordered);
      switch (this) {
        case BY_NAME -> {}
        case MARK_FIRST -> ordered.sort(Comparator.comparing(file -> !file.endsWith("log.mark")));
        case NEWEST_FIRST -> Collections.reverse(ordered);
        case ANY -> Collections.shuffle(ordered, random);
      }
      return ordered;
    }
  }

  /** What the program does while its log is copied. */
  enum Meanwhile {
    NOTHING((history, random) -> {}),
    APPENDS((history, random) -> history.append(1 + random.nextInt(3))),
    ROTATION((history, random) -> history.append(25)),
    TRUNCATION((history, random) -> {
      history.append(3);
      history.truncate();
    }),
    CUT((history, random) -> history.cut()),
    CUT_AND_APPENDS((history, random) -> {
      history.cut();
      history.append(1 + random.nextInt(25));
    }),
    ANYTHING((history, random) -> {
      switch (random.nextInt(4)) {
        case 0 -> history.truncate();
        case 1 -> history.cut();
        default -> history.append(1 + random.nextInt(20));
      }
    });

    private interface Step {
      void make(BackupHistory history, Random random) throws IOException;
    }

    private final Step step;

    Meanwhile(Step step) {
      this.step = step;
    }

    boolean onlyAppends() {
      return this == NOTHING || this == APPENDS || this == ROTATION;
    }
  }

  private static void frequentMarks(WalOptions.Builder options) {
    options.maxSegmentSize(SMALL_SEGMENT_BYTES).markInterval(Duration.ofMillis(1));
  }

  // Copies of a log that is written to.

  @ParameterizedTest
  @EnumSource(Meanwhile.class)
  void aCopyThatIsMadeFileByFileShowsWhatWasThereOrSaysWhatIsMissing(Meanwhile meanwhile) throws IOException {
    for (Order order : Order.values())
      for (int seed = 1; seed <= SEEDS; seed++) {
        String which = order + ", " + meanwhile + ", seed " + seed;
        Random random = new Random(seed);
        Path directory = temporary.resolve(order + "-" + seed);
        WriteAheadLog log = open(directory, BackupsContract::frequentMarks);
        BackupHistory history = new BackupHistory(log, seed);
        history.append(40 + random.nextInt(20));
        if (random.nextBoolean()) history.truncate();
        history.note();
        Path copy = newCopyName();
        copyFileByFile(directory, copy, order, random, () -> meanwhile.step.make(history, random));
        log.close();
        Path another = copyOf(copy);
        requireHonest(copy, history, which);
        if (meanwhile.onlyAppends()) requireAllThere(another, history, which);
        if (meanwhile == Meanwhile.TRUNCATION) requireTruncatingHelps(another, history, which);
      }
  }

  /** Giving damage up at its end takes nothing of what had been acknowledged before the copy began. */
  private void requireAllThere(Path copy, BackupHistory history, String which) throws IOException {
    for (CorruptionPolicy policy : List.of(CorruptionPolicy.READ_ONLY, CorruptionPolicy.TRUNCATE))
      try (WriteAheadLog opened = open(copy, options -> options.corruptionPolicy(policy))) {
        history.requireAllThere(Shown.of(opened), which + ", " + policy);
      }
  }

  /** What was truncated while it was copied may be named as lost until the copy is truncated as the log was. */
  private void requireTruncatingHelps(Path copy, BackupHistory history, String which) throws IOException {
    try (WriteAheadLog opened = open(copy, LogTestBase::smallSegments)) {
      long truncated = history.truncated();
      Shown shown = Shown.of(opened);
      if (truncated > opened.currentSequence() || shown.damage().stream().anyMatch(damage -> damage.lastLost() > truncated)) return;
      opened.truncate(truncated);
      assertThat(opened.recovery().writable()).as(which).isTrue();
      history.requireAllThere(Shown.of(opened), which);
      opened.append(bytes("goes on"));
    }
  }

  private interface Between {
    void run() throws IOException;
  }

  /** Lists the directory, then reads one file after the other, piece by piece; what has vanished meanwhile is left out. */
  private static void copyFileByFile(Path directory, Path copy, Order order, Random random, Between between) throws IOException {
    Files.createDirectory(copy);
    boolean once = random.nextBoolean();
    int pieces = 0;
    int chosen = random.nextInt(20);
    for (Path file : order.of(DirectoryBytes.files(directory, name -> !name.equals("log.lock")), random)) {
      try (InputStream in = Files.newInputStream(file); OutputStream out = Files.newOutputStream(copy.resolve(file.getFileName()))) {
        byte[] piece = in.readNBytes(PIECE_BYTES);
        for (; piece.length > 0; piece = in.readNBytes(PIECE_BYTES)) {
          out.write(piece);
          boolean now = once ? pieces == chosen : random.nextInt(4) == 0;
          if (now) between.run();
          pieces++;
        }
      } catch (NoSuchFileException vanished) {
        continue;
      }
    }
  }

  // Backups that are put back in part.

  /** Each file is that of an earlier copy, or of the log as it is now, or is missing. */
  @ParameterizedTest
  @EnumSource(Meanwhile.class)
  void aMixtureOfAnOldCopyAndTheLogShowsWhatWasThereOrSaysWhatIsMissing(Meanwhile since) throws IOException {
    for (int seed = 1; seed <= SEEDS; seed++) {
      Random random = new Random(seed);
      Path directory = temporary.resolve("log-" + seed);
      WriteAheadLog log = open(directory, BackupsContract::frequentMarks);
      BackupHistory history = new BackupHistory(log, seed);
      history.append(40 + random.nextInt(20));
      if (random.nextBoolean()) history.truncate();
      history.note();
      Path old = random.nextBoolean() ? crashCopy(log) : newCopyName();
      if (!Files.exists(old)) {
        log.close();
        DirectoryBytes.copy(directory, old);
        log = open(directory, BackupsContract::frequentMarks);
        history.goOnWith(log);
      }
      for (int i = 0; i < 4; i++) since.step.make(history, random);
      Path now = random.nextBoolean() ? crashCopy(log) : directory;
      log.close();
      for (int mixture = 0; mixture < MIXTURES; mixture++) {
        Path mixed = mix(old, now, random);
        String files = DirectoryBytes.fingerprint(mixed).keySet().toString();
        requireHonest(mixed, history, since + ", seed " + seed + ", mixture " + mixture + ": " + files);
      }
    }
  }

  private Path mix(Path old, Path now, Random random) throws IOException {
    Path mixed = Files.createDirectory(newCopyName());
    TreeSet<String> names = new TreeSet<>();
    for (Path from : List.of(old, now))
      for (Path file : filesOfLog(from)) names.add(file.getFileName().toString());
    // Most often whole backups with a flaw or two.
    int flaws = random.nextInt(4) == 0 ? 2 : 5;
    boolean mostlyOld = random.nextBoolean();
    for (String name : names) {
      boolean flaw = random.nextInt(flaws) == 0;
      Path from = (flaw ? random.nextBoolean() : mostlyOld) ? old : now;
      boolean missing = flaw && random.nextInt(3) == 0;
      if (!missing && Files.exists(from.resolve(name))) Files.copy(from.resolve(name), mixed.resolve(name));
    }
    return mixed;
  }

  private static List<Path> filesOfLog(Path directory) throws IOException {
    return DirectoryBytes.files(directory, name -> name.endsWith(".wal") || name.equals("log.mark"));
  }

  /** What a snapshot of the file system or of the volume holds: the bytes of one moment, as a crash leaves them. */
  @Test
  void anImageOfOneMomentHasEverythingThatWasAcknowledged() throws IOException {
    WriteAheadLog log = open(BackupsContract::frequentMarks);
    BackupHistory history = new BackupHistory(log, 1);
    Random random = new Random(1);
    for (int i = 0; i < 12; i++) {
      Meanwhile.ANYTHING.step.make(history, random);
      history.note();
      try (WriteAheadLog image = open(crashCopy(log), LogTestBase::smallSegments)) {
        Shown shown = Shown.of(image);
        assertThat(shown.isSound()).as("image %s: %s", i, shown.damage()).isTrue();
        history.requireNothingInvented(shown, "image " + i);
        history.requireAllThere(shown, "image " + i);
      }
    }
  }

  // What is asked of each.

  /** The directory opens, to read and to write; if it is damaged, what can be read of it is kept when the damage is given up. */
  private void requireHonest(Path copy, BackupHistory history, String which) throws IOException {
    // Of nothing at all nobody can tell that it was a log.
    if (filesOfLog(copy).isEmpty()) return;
    Path repaired = copyOf(copy);
    try (WriteAheadLog reader = WriteAheadLog.openReadOnly(copy)) {
      history.requireNothingInvented(Shown.of(reader), which + ", read-only");
    } catch (CorruptLogException | IncompatibleLogException said) {
      assertThat(said).as(which).hasMessageContaining(copy.toString());
    }
    try (WriteAheadLog log = open(copy, LogTestBase::smallSegments)) {
      Shown shown = Shown.of(log);
      history.requireNothingInvented(shown, which);
      history.requireNothingLostInSilence(shown, which);
      assertThat(log.recovery().fresh()).as(which).isFalse();
      if (log.recovery().writable()) log.append(bytes("goes on"));
      requireRepaired(repaired, shown, which);
    }
  }

  private void requireRepaired(Path copy, Shown before, String which) throws IOException {
    long next;
    try (WriteAheadLog log = open(copy, options -> options.corruptionPolicy(CorruptionPolicy.TRUNCATE))) {
      next = log.append(bytes("goes on"));
      for (long sequence : before.records().keySet()) assertThat(next).as(which).isGreaterThan(sequence);
    }
    try (WriteAheadLog again = open(copy, LogTestBase::smallSegments)) {
      assertThat(again.recovery().damage()).as(which).isEmpty();
      Shown kept = Shown.of(again);
      NavigableMap<Long, String> records = kept.records();
      assertThat(records.remove(next)).as(which).isEqualTo("goes on");
      assertThat(before.records().entrySet()).as(which).containsAll(records.entrySet());
    }
  }
}
