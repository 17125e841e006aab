package dev.syncline.cli;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.Closeable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.management.MBeanServerConnection;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;
import jdk.jfr.consumer.RecordedEvent;
import jdk.management.jfr.FlightRecorderMXBean;
import jdk.management.jfr.RecordingInfo;
import jdk.management.jfr.RemoteRecordingStream;
import org.HdrHistogram.Histogram;

/**
 * The commits of a log that another JVM writes, as that JVM's flight recorder has them: what the writer itself measures. It has a recording
 * more as long as this is open, of these events alone. That ends by itself, if this process is killed.
 */
final class WriterRecording implements Closeable {
  private static final String NAME = "syncline top";
  private static final String EVENT = "dev.syncline.Commit";
  private static final long KEPT_SECONDS = 10;
  private static final long GRACE_SECONDS = 30;
  private static final long SLICE_NANOS_MIN = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long WAIT_NANOS_MAX = TimeUnit.HOURS.toNanos(1);

  /**
   * What became durable in a while.
   *
   * @param p50Micros how long the first record of a commit waited, from its append until it was durable; null where there was no commit
   */
  record Commits(double perSecond, Double p50Micros, Double p99Micros) {}

  private final long pid;
  private final Path directory;
  private final JMXConnector connector;
  private final FlightRecorderMXBean recorder;
  private final RemoteRecordingStream stream;
  private final Optional<Long> recording;
  private final long beganNanos = System.nanoTime();
  private final long graceSeconds;
  private final Thread atExit = new Thread(this::letGo, "end the recording");
  private final Map<String, Boolean> ours = new HashMap<>();

  // Under this object's lock: what came since the last flush, and what the flushes since the last call of take() had.
  private long coming;
  private long flushed;
  private long flushedNanos;
  private long lastFlushNanos;
  private final Histogram comingNanos = new Histogram(WAIT_NANOS_MAX, 3);
  private final Histogram waitedNanos = new Histogram(WAIT_NANOS_MAX, 3);
  private Commits last;

  private WriterRecording(long pid, Path directory, long askedEverySeconds, JMXConnector connector) throws IOException {
    this.pid = pid;
    this.graceSeconds = GRACE_SECONDS + askedEverySeconds;
    this.directory = directory;
    this.connector = connector;
    MBeanServerConnection server = connector.getMBeanServerConnection();
    recorder = ManagementFactory.getPlatformMXBean(server, FlightRecorderMXBean.class);
    closeLeftOvers();
    Set<Long> others = recorder.getRecordings().stream().map(RecordingInfo::getId).collect(Collectors.toSet());
    stream = new RemoteRecordingStream(server);
    stream.setSettings(Map.of(EVENT + "#enabled", "true", EVENT + "#threshold", "0 ns", EVENT + "#stackTrace", "false"));
    stream.setReuse(true);
    stream.onEvent(EVENT, this::committed);
    stream.onFlush(this::flushed);
    stream.onError(e -> {});
    stream.startAsync();
    // It does not tell its number.
    recording = recorder.getRecordings().stream().map(RecordingInfo::getId).filter(each -> !others.contains(each)).findFirst();
    keep();
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /**
   * @param askedEverySeconds {@link #keep} is called that often
   * @throws CliException that says why that process's recorder is not to be had
   */
  static WriterRecording attach(long pid, Path directory, long askedEverySeconds) throws IOException {
    try {
      JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(agentOf(pid)));
      try {
        return new WriterRecording(pid, directory, askedEverySeconds, connector);
      } catch (IOException | RuntimeException e) {
        connector.close();
        throw e;
      }
    } catch (AttachNotSupportedException | IOException | RuntimeException e) {
      throw refused(pid, e.getMessage() == null ? e.toString() : e.getMessage());
    } catch (LinkageError e) {
      throw refused(pid, "this JVM lacks a module: " + e.getMessage() + "; run with one that has jdk.attach and jdk.management.jfr");
    }
  }

  private static CliException refused(long pid, String why) {
    return new CliException(ExitCode.NOT_RUN, "the flight recorder of process " + pid + " could not be asked for its commits: " + why
        + ". That must be a JVM of this user with the modules jdk.management.agent and jdk.management.jfr; "
        + "without --attach the rest is shown");
  }

  private static String agentOf(long pid) throws IOException, AttachNotSupportedException {
    VirtualMachine writer = VirtualMachine.attach(Long.toString(pid));
    try {
      return writer.startLocalManagementAgent();
    } finally {
      writer.detach();
    }
  }

  long pid() {
    return pid;
  }

  /** Of a process like this that was killed: they have ended, and hold what they had. */
  private void closeLeftOvers() throws IOException {
    for (RecordingInfo each : recorder.getRecordings())
      if (each.getName().equals(NAME) && !each.getState().equals("RUNNING")) recorder.closeRecording(each.getId());
  }

  /** The recording goes on for a while from now. */
  void keep() throws IOException {
    if (recording.isEmpty()) return;
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - beganNanos) + graceSeconds;
    recorder.setRecordingOptions(recording.get(), Map.of("name", NAME, "duration", seconds + " s", "maxAge", KEPT_SECONDS + " s"));
  }

  private synchronized void committed(RecordedEvent event) {
    if (!ours.computeIfAbsent(event.getString("log"), this::isOurs)) return;
    coming++;
    comingNanos.recordValue(Math.max(0, Math.min(WAIT_NANOS_MAX, event.getDuration("waitTime").toNanos())));
  }

  /** The writer names the directory as it was given to it. */
  private boolean isOurs(String log) {
    Path process = Path.of("/proc/" + pid);
    Path named = Path.of(log);
    Path seen = !Files.isDirectory(process) ? named
        : named.isAbsolute() ? process.resolve("root" + named) : process.resolve("cwd").resolve(named);
    try {
      return Files.isSameFile(seen, directory);
    } catch (IOException e) {
      return named.toAbsolutePath().normalize().equals(directory.toAbsolutePath().normalize());
    }
  }

  /** Once a second or so the recorder tells what there was until then. */
  private synchronized void flushed() {
    long nowNanos = System.nanoTime();
    boolean first = lastFlushNanos == 0;
    if (!first && nowNanos - lastFlushNanos < SLICE_NANOS_MIN) return;
    // What came before the first flush came in a time that nobody knows.
    if (!first) {
      flushed += coming;
      flushedNanos += nowNanos - lastFlushNanos;
      waitedNanos.add(comingNanos);
    }
    lastFlushNanos = nowNanos;
    coming = 0;
    comingNanos.reset();
  }

  /** What there was between the last call and the recorder's last flush; the same again if it has made none since, or null. */
  synchronized Commits take() {
    if (flushedNanos == 0) return last;
    boolean none = flushed == 0;
    last = new Commits(flushed * 1e9 / flushedNanos, none ? null : waitedNanos.getValueAtPercentile(50) / 1e3,
        none ? null : waitedNanos.getValueAtPercentile(99) / 1e3);
    flushed = 0;
    flushedNanos = 0;
    waitedNanos.reset();
    return last;
  }

  @Override
  public void close() {
    try {
      if (Runtime.getRuntime().removeShutdownHook(atExit)) letGo();
    } catch (IllegalStateException e) {
      // The hook does it.
    }
  }

  private void letGo() {
    try {
      stream.close();
      connector.close();
    } catch (IOException | RuntimeException e) {
      // The writer has ended, and its recording with it.
    }
  }
}
