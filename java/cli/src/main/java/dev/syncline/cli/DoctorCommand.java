package dev.syncline.cli;

import dev.syncline.StorageInfo;
import dev.syncline.StorageMode;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import dev.syncline.io.Storages;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** {@code syncline doctor DIR}: what a log gets in a directory, why, and how fast that is. */
@Command(
    name = "doctor",
    description = {
      "Shows which storage a log in this directory gets and why, and measures each storage's durable append for a second, in a "
          + "temporary subdirectory that is removed again.",
      "A log that is in the directory is not touched."
    },
    footer = {"", "Example: whether a new volume is fit for a log", "  syncline doctor /mnt/volume"})
final class DoctorCommand extends BaseCommand {
  private static final int TURNS = 5;

  @Parameters(paramLabel = "DIR", description = "A directory that holds a log, or shall hold one.")
  Path directory;

  private long measureMillis = 1000;

  @Option(names = "--millis", paramLabel = "N", description = "How long to measure each storage (1000); 0 leaves that out.")
  void millis(long each) {
    if (each < 0 || each > TimeUnit.DAYS.toMillis(1))
      throw new ParameterException(spec.commandLine(), "--millis is 0 up to a day, not " + each);
    measureMillis = each;
  }

  /**
   * The JSON output.
   *
   * @param nativeProblem why native storage does not work here, or null if it does
   */
  record Diagnosis(
      String directory,
      String fileSystem,
      long freeBytes,
      StorageInfo storage,
      String nativeProblem,
      LockState lock,
      List<AppendMeter.Measured> measurements,
      List<String> advice) {}

  @Override
  public Integer call() throws IOException {
    LogCommand.requireDirectory(directory);
    requireWritable(directory);
    try (ScratchDirectory scratch = ScratchDirectory.create(directory, ".syncline-doctor-")) {
      Diagnosis diagnosis = diagnose(scratch.path());
      if (json) out().println(Json.pretty(diagnosis));
      else print(diagnosis);
    }
    return ExitCode.OK;
  }

  static void requireWritable(Path directory) throws IOException {
    if (!Files.isWritable(directory)) {
      boolean readOnly = Files.getFileStore(directory).isReadOnly();
      String why = readOnly ? "its file system is mounted read-only" : "the user " + System.getProperty("user.name") + " has no right to";
      throw new CliException(
          ExitCode.PROBLEM, directory + " cannot be written in, since " + why + ": a log there could only be read. "
              + (readOnly ? "Mount it to be written" : "Run as its owner, or give this user the right to (chmod, chown)"));
    }
  }

  private Diagnosis diagnose(Path scratch) throws IOException {
    FileStore disk = Files.getFileStore(directory);
    StorageInfo storage;
    try (AppendMeter meter = AppendMeter.open(scratch.resolve("auto"), StorageMode.AUTO)) {
      storage = meter.storage();
    }
    Optional<String> nativeProblem = Storages.nativeProblem(scratch, WalOptions.defaults().blockSize());
    String fileSystem = storage.fileSystem().isEmpty() ? disk.type() : storage.fileSystem();
    List<AppendMeter.Measured> measured = measure(scratch, nativeProblem.isEmpty());
    List<String> advice = new ArrayList<>();
    ofTheLog().ifPresent(advice::add);
    advice.addAll(Advice.of(new Advice.Facts(
        fileSystem, Advice.mountOptions(directory), disk.getUsableSpace(), Advice.descriptors(), Advice.writeCache(directory),
        nativeProblem.orElse(null), measured.isEmpty() ? 0 : measured.get(0).p50Micros())));
    return new Diagnosis(
        directory.toString(),
        fileSystem,
        disk.getUsableSpace(),
        storage,
        nativeProblem.orElse(null),
        LockState.of(directory),
        measured,
        advice);
  }

  /** What a log that is there already needs before anything is written to it. */
  private Optional<String> ofTheLog() throws IOException {
    if (!LogCommand.hasFiles(directory)) return Optional.empty();
    try (WriteAheadLog log = WriteAheadLog.openReadOnly(directory)) {
      if (log.recovery().damage().isEmpty()) return Optional.empty();
      return Optional.of("the log here is damaged, and takes no appends: 'syncline verify DIR' says where and what is lost,"
          + " 'syncline repair DIR' what can be kept");
    } catch (IOException e) {
      return Optional.of("the log here cannot be opened: " + Failures.describe(e));
    }
  }

  private List<AppendMeter.Measured> measure(Path scratch, boolean nativeToo) throws IOException {
    if (measureMillis == 0 || freeBytes(scratch) < AppendMeter.DISK_BYTES_MAX) return List.of();
    List<AppendMeter> meters = new ArrayList<>();
    try {
      if (nativeToo) meters.add(AppendMeter.open(scratch.resolve("native"), StorageMode.NATIVE));
      AppendMeter portable = AppendMeter.open(scratch.resolve("portable"), StorageMode.PORTABLE);
      meters.add(portable);
      if (portable.storage().directIo()) meters.add(openBuffered(scratch.resolve("buffered")));
      measureInTurns(meters);
      return meters.stream().map(AppendMeter::measured).toList();
    } finally {
      for (AppendMeter meter : meters) meter.close();
    }
  }

  /** In turns, so that a machine that is busy for a moment slows all of them down; the first turn only warms up. */
  private void measureInTurns(List<AppendMeter> meters) throws IOException {
    long turnNanos = TimeUnit.MILLISECONDS.toNanos(measureMillis) / TURNS;
    for (AppendMeter meter : meters) {
      meter.measure(turnNanos);
      meter.restart();
    }
    for (int turn = 0; turn < TURNS; turn++) for (AppendMeter meter : meters) meter.measure(turnNanos);
  }

  /** The portable storage as it is where direct I/O does not work. */
  private static AppendMeter openBuffered(Path log) throws IOException {
    String before = System.setProperty(Storages.PORTABLE_DIRECT_PROPERTY, "false");
    try {
      return AppendMeter.open(log, StorageMode.PORTABLE);
    } finally {
      if (before == null) System.clearProperty(Storages.PORTABLE_DIRECT_PROPERTY);
      else System.setProperty(Storages.PORTABLE_DIRECT_PROPERTY, before);
    }
  }

  private static long freeBytes(Path directory) throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  private void print(Diagnosis found) {
    PrintWriter out = out();
    StorageInfo storage = found.storage();
    sayLine("directory      " + found.directory());
    sayLine("file system    " + found.fileSystem() + ", " + Text.size(found.freeBytes()) + " free");
    sayLine("storage        " + storage.name() + ": " + storage.reason());
    sayLine("direct I/O     " + (storage.directIo() ? "yes, aligned to " + storage.alignmentBytes() + " bytes" : "no"));
    sayLine("preallocation  " + (storage.preallocation() ? "yes" : "no: space is zero-filled ahead of need"));
    String problem = found.nativeProblem();
    sayLine("native         " + (problem == null ? "available" : "not available: " + problem));
    sayLine("lock           " + found.lock().describe());
    out.println();
    if (!found.measurements().isEmpty()) printMeasurements(found.measurements());
    else sayLine("not measured" + (measureMillis == 0 ? "" : ": the disk is nearly full"));
    out.println();
    found.advice().forEach(each -> sayLine("to change      " + each));
    if (found.advice().isEmpty()) sayLine("to change      nothing");
  }

  private void printMeasurements(List<AppendMeter.Measured> measurements) {
    sayLine("one durable append after the other, one thread, " + measureMillis + " ms each, in turns:");
    List<String> header = List.of("storage", ">appends/s", ">p50 µs", ">p99 µs");
    out().print(Text.table(header, measurements.stream().map(DoctorCommand::row).toList()));
  }

  private static List<String> row(AppendMeter.Measured measured) {
    return List.of(
        measured.storage(),
        String.format(Locale.ROOT, "%.0f", measured.appendsPerSecond()),
        String.format(Locale.ROOT, "%.1f", measured.p50Micros()),
        String.format(Locale.ROOT, "%.1f", measured.p99Micros()));
  }
}
