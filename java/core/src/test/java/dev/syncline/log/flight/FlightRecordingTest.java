package dev.syncline.log.flight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.syncline.LogRuntime;
import dev.syncline.RecoveryPhase;
import dev.syncline.StorageFullException;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a log tells the flight recorder, written to a file and read back. */
class FlightRecordingTest {
  private static final int SEGMENT_BYTES = 16 << 10;
  private static final int APPENDS = 20;

  @TempDir
  Path temporary;

  private interface Work {
    void run() throws IOException;
  }

  private Path log() {
    return temporary.resolve("log");
  }

  private List<RecordedEvent> recorded(boolean enabled, Work work) throws IOException {
    Path file = temporary.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      if (enabled)
        for (String name : new String[] {
            "Commit", "Rotation", "Preparation", "Stall", "Shortage", "Damage", "Failure", "RecoveryPhase", "Recovery"})
          recording.enable("dev.syncline." + name).withThreshold(Duration.ZERO);
      recording.start();
      work.run();
      recording.stop();
      recording.dump(file);
    }
    List<RecordedEvent> own = new ArrayList<>();
    for (RecordedEvent event : RecordingFile.readAllEvents(file))
      if (event.getEventType().getName().startsWith("dev.syncline.")) own.add(event);
    return own;
  }

  private static List<RecordedEvent> named(List<RecordedEvent> events, String name) {
    return events.stream().filter(event -> event.getEventType().getName().equals("dev.syncline." + name)).toList();
  }

  private WalOptions.Builder options() {
    return WalOptions.builder().maxSegmentSize(SEGMENT_BYTES).joinCommitsWithin(Duration.ZERO);
  }

  private void appendAndClose(WalOptions options) throws IOException {
    try (WriteAheadLog log = WriteAheadLog.open(log(), options)) {
      for (int i = 0; i < APPENDS; i++) log.append(("entry-" + i + "-".repeat(100)).getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void commitsRotationsAndTheOpeningAreRecorded() throws IOException {
    List<RecordedEvent> events = recorded(true, () -> appendAndClose(options().build()));
    List<RecordedEvent> commits = named(events, "Commit");
    assertThat(commits).hasSize(APPENDS).allSatisfy(commit -> {
      assertThat(commit.getString("log")).isEqualTo(log().toString());
      assertThat(commit.getInt("records")).isOne();
      assertThat(commit.getLong("bytes")).isGreaterThan(100);
      assertThat(commit.getDuration("writeTime")).isPositive();
      assertThat(commit.getDuration("waitTime")).isGreaterThanOrEqualTo(commit.getDuration("writeTime"));
      assertThat(commit.getDuration()).isGreaterThanOrEqualTo(commit.getDuration("writeTime").minusMillis(1));
    });
    assertThat(commits).extracting(commit -> commit.getLong("lastSequence")).contains(1L, (long) APPENDS).doesNotHaveDuplicates();
    assertThat(named(events, "Rotation").size()).isGreaterThan(2);
    assertThat(named(events, "RecoveryPhase")).extracting(event -> event.getString("phase"))
        .containsExactly(RecoveryPhase.LOCKING.name(), RecoveryPhase.READING.name(), RecoveryPhase.MENDING.name());
    assertThat(named(events, "Recovery")).singleElement().satisfies(event -> assertThat(event.getBoolean("writable")).isTrue());
  }

  @Test
  void nothingIsRecordedThatNobodyHasAskedFor() throws IOException {
    assertThat(recorded(false, () -> appendAndClose(options().build()))).isEmpty();
  }

  @Test
  void aThresholdLeavesOutWhatIsQuick() throws IOException {
    Path file = temporary.resolve("recording.jfr");
    try (Recording recording = new Recording()) {
      recording.enable("dev.syncline.Commit").withThreshold(Duration.ofHours(1));
      recording.start();
      appendAndClose(options().build());
      recording.stop();
      recording.dump(file);
    }
    assertThat(RecordingFile.readAllEvents(file)).noneMatch(event -> event.getEventType().getName().startsWith("dev.syncline."));
  }

  @Test
  void damageAndARefusalAreRecorded() throws IOException {
    appendAndClose(options().build());
    Path first = segment();
    byte[] bytes = Files.readAllBytes(first);
    bytes[new String(bytes, StandardCharsets.ISO_8859_1).indexOf("entry-0")] ^= 1;
    Files.write(first, bytes);
    List<RecordedEvent> events = recorded(true, () -> {
      try (WriteAheadLog log = WriteAheadLog.open(log(), options().build())) {
        assertThat(log.verify().damage()).isNotEmpty();
      }
      Path small = temporary.resolve("small");
      WalOptions limited = options().maxLogSize(2 * SEGMENT_BYTES + (64 << 10)).build();
      try (WriteAheadLog log = WriteAheadLog.open(small, limited)) {
        Throwable refusal = null;
        for (int i = 0; i < 1000 && refusal == null; i++) refusal = catchThrowable(() -> log.append(new byte[100]));
        assertThat(refusal).isInstanceOf(StorageFullException.class);
      }
    });
    assertThat(named(events, "Damage")).isNotEmpty().allSatisfy(event -> {
      assertThat(event.getString("file")).isEqualTo(first.toString());
      assertThat(event.getString("problem")).isNotEmpty();
    });
    assertThat(named(events, "Shortage")).isNotEmpty()
        .allSatisfy(event -> assertThat(event.getString("message")).contains("maxLogSize"));
  }

  private Path segment() throws IOException {
    try (var files = Files.list(log())) {
      return files.filter(file -> file.toString().endsWith(".wal")).sorted().findFirst().orElseThrow();
    }
  }

  @Test
  void aJvmWithoutTheRecorderDoesWithoutIt() throws Exception {
    assertThat(said("--limit-modules", "java.base,java.logging")).isEqualTo("appended 1, recorder: none");
  }

  /** To set the recorder up takes longer than to open a log. */
  @Test
  void theRecorderIsNotSetUpBeforeSomebodyRecordsAndThenItGetsWhatFollows() throws Exception {
    assertThat(said()).isEqualTo("appended 1, recorder: set up false, recorded 1");
  }

  private String said(String... jvmArguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(List.of(jvmArguments));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), AppendingProgram.class.getName(), log().toString()));
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return out.strip();
  }

  @Test
  void everyEventHasADescriptionAndAUnitWhereItHasOne() throws IOException {
    Set<String> names = new TreeSet<>();
    try (LogRuntime runtime = LogRuntime.create()) {
      List<RecordedEvent> events = recorded(true, () -> appendAndClose(options().runtime(runtime).build()));
      for (RecordedEvent event : events) {
        assertThat(event.getEventType().getDescription()).as(event.getEventType().getName()).isNotEmpty();
        assertThat(event.getEventType().getCategoryNames()).containsExactly("Syncline");
        names.add(event.getEventType().getName());
      }
    }
    assertThat(names.stream().map(name -> name.substring("dev.syncline.".length())).collect(Collectors.toSet()))
        .contains("Commit", "Rotation", "RecoveryPhase", "Recovery");
  }
}
