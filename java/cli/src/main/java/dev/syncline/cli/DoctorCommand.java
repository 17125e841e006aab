package dev.syncline.cli;

import dev.syncline.StorageInfo;
import dev.syncline.StorageMode;
import dev.syncline.WriteAheadLog;
import dev.syncline.cli.AppendMeter.Measured;
import dev.syncline.io.Storages;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code syncline doctor DIR}: what a log gets in a directory, why, and how fast that is. */
@Command(
    name = "doctor",
    description = {
      "Shows which storage a log in this directory gets and why, and measures each storage's durable append for a second,",
      "in a temporary subdirectory that is removed again. A log that is in the directory is not touched."
    })
final class DoctorCommand extends BaseCommand {
  @Parameters(paramLabel = "DIR", description = "A directory that holds a log, or shall hold one.")
  Path directory;

  @Option(
      names = "--millis",
      paramLabel = "N",
      defaultValue = "1000",
      description = "How long to measure each storage (${DEFAULT-VALUE}); 0 leaves that out.")
  long measureMillis;

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
      List<Measurement> measurements) {}

  /** One storage; {@code measured} is null where there was no measurement. */
  record Measurement(String storage, String note, Measured measured) {}

  @Override
  public Integer call() throws IOException {
    LogCommand.requireDirectory(directory);
    if (!Files.isWritable(directory))
      throw new CliException(ExitCode.PROBLEM, directory + " is not writable for this user: a log there could only be read");
    try (ScratchDirectory scratch = ScratchDirectory.create(directory, ".syncline-doctor-")) {
      Diagnosis diagnosis = diagnose(scratch.path());
      if (json) out().println(Json.pretty(diagnosis));
      else print(diagnosis);
    }
    return ExitCode.OK;
  }

  private Diagnosis diagnose(Path scratch) throws IOException {
    FileStore disk = Files.getFileStore(directory);
    StorageInfo storage;
    try (WriteAheadLog log = AppendMeter.open(scratch.resolve("auto"), StorageMode.AUTO)) {
      storage = log.storage();
    }
    String nativeProblem = NativeProbe.problem(scratch.resolve("probe")).orElse(null);
    return new Diagnosis(
        directory.toString(),
        storage.fileSystem().isEmpty() ? disk.type() : storage.fileSystem(),
        disk.getUsableSpace(),
        storage,
        nativeProblem,
        LockState.of(directory),
        measureAll(scratch, nativeProblem, disk.getUsableSpace()));
  }

  private List<Measurement> measureAll(Path scratch, String nativeProblem, long freeBytes) throws IOException {
    List<Measurement> all = new ArrayList<>();
    if (measureMillis == 0) return all;
    if (freeBytes < AppendMeter.DISK_BYTES_MAX) {
      String note = "not measured: less than " + Text.size(AppendMeter.DISK_BYTES_MAX) + " are free";
      return List.of(new Measurement("all", note, null));
    }
    if (nativeProblem == null) all.add(measure(scratch.resolve("native"), StorageMode.NATIVE));
    else all.add(new Measurement("native", "not available: " + nativeProblem, null));
    all.add(measure(scratch.resolve("portable"), StorageMode.PORTABLE));
    if (all.get(1).storage().endsWith("direct")) all.add(measureBuffered(scratch.resolve("buffered")));
    return all;
  }

  private Measurement measure(Path log, StorageMode storage) throws IOException {
    try (WriteAheadLog measured = AppendMeter.open(log, storage)) {
      StorageInfo info = measured.storage();
      String name = info.name() + (info.directIo() ? " direct" : " buffered");
      return new Measurement(name, null, AppendMeter.measure(measured, TimeUnit.MILLISECONDS.toNanos(measureMillis)));
    }
  }

  /** The portable storage as it is where direct I/O does not work. */
  private Measurement measureBuffered(Path log) throws IOException {
    String before = System.setProperty(Storages.PORTABLE_DIRECT_PROPERTY, "false");
    try {
      return measure(log, StorageMode.PORTABLE);
    } finally {
      if (before == null) System.clearProperty(Storages.PORTABLE_DIRECT_PROPERTY);
      else System.setProperty(Storages.PORTABLE_DIRECT_PROPERTY, before);
    }
  }

  private void print(Diagnosis found) {
    PrintWriter out = out();
    StorageInfo storage = found.storage();
    out.println("directory      " + found.directory());
    out.println("file system    " + found.fileSystem() + ", " + Text.size(found.freeBytes()) + " free");
    out.println("storage        " + storage.name() + ": " + storage.reason());
    out.println("direct I/O     " + (storage.directIo() ? "yes, aligned to " + storage.alignmentBytes() + " bytes" : "no"));
    out.println("preallocation  " + (storage.preallocation() ? "yes" : "no: space is zero-filled ahead of need"));
    String problem = found.nativeProblem();
    out.println("native         " + (problem == null ? "available" : "not available: " + problem));
    out.println("lock           " + found.lock().describe());
    if (found.measurements().isEmpty()) return;
    out.println();
    out.println("one durable append after the other, one thread, " + measureMillis + " ms each:");
    List<String> header = List.of("storage", ">appends/s", ">p50 µs", ">p99 µs", "");
    out.print(Text.table(header, found.measurements().stream().map(DoctorCommand::row).toList()));
  }

  private static List<String> row(Measurement measurement) {
    Measured measured = measurement.measured();
    if (measured == null) return List.of(measurement.storage(), "-", "-", "-", measurement.note());
    return List.of(
        measurement.storage(),
        String.format(Locale.ROOT, "%.0f", measured.appendsPerSecond()),
        String.format(Locale.ROOT, "%.1f", measured.p50Micros()),
        String.format(Locale.ROOT, "%.1f", measured.p99Micros()),
        "");
  }
}
