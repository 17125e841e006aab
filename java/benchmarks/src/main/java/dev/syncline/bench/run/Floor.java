package dev.syncline.bench.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.syncline.bench.cell.Cell;
import dev.syncline.bench.cell.Cells;
import dev.syncline.bench.cell.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The C program as contenders: how it is called for a cell, and what it says. */
final class Floor {
  static final String SINGLE = "c-floor";
  static final String GROUP = "c-group";
  static final String GROUP_OF_TWO = "c-group-2";
  static final String BANDWIDTH = "c-bandwidth";
  static final List<String> NAMES = List.of(SINGLE, GROUP, GROUP_OF_TWO, BANDWIDTH);

  private static final int CHUNK_BYTES = 1 << 20;
  private static final long FILE_BYTES = 256L << 20;

  private final Path program;

  Floor(Path program) {
    this.program = program;
  }

  static boolean isFloor(String contender) {
    return NAMES.contains(contender);
  }

  static boolean takesPart(String contender, Cell cell) {
    return !how(contender, cell).isEmpty();
  }

  /** A short run of a contender in a cell that it takes part in. */
  static Cell checkCell(String contender) {
    Cells all = new Cells(false);
    String name = contender.equals(BANDWIDTH) ? "bulk/65536" : contender.equals(SINGLE) ? "append/1x256" : "append/8x256";
    return all.named(List.of(name)).get(0).lasting(0.1, 0.3);
  }

  /** Why the program is not there. */
  Optional<String> problem() {
    if (Files.isExecutable(program)) return Optional.empty();
    return Optional.of("the C program was not built (" + program + " is missing): it needs Linux, cmake and a C compiler");
  }

  List<String> command(String contender, Cell cell, Path directory) {
    List<String> command = new ArrayList<>(List.of(program.toString(), "file=" + directory.resolve("floor")));
    command.addAll(how(contender, cell));
    command.addAll(List.of("warmup=" + cell.warmupSeconds(), "seconds=" + cell.seconds()));
    return command;
  }

  private static List<String> how(String contender, Cell cell) {
    String record = "record=" + cell.recordBytes();
    String file = "filebytes=" + FILE_BYTES;
    boolean appends = cell.workload().equals("append");
    if (contender.equals(SINGLE) && cell.threads() == 1 && (appends || cell.name().startsWith("every/")))
      return List.of("mode=single", "every=" + cell.every(), record, file);
    if (contender.equals(GROUP) && appends) return List.of("mode=group", "threads=" + cell.threads(), record, file);
    if (contender.equals(GROUP_OF_TWO) && appends && cell.threads() > 1)
      return List.of("mode=group", "depth=2", "threads=" + cell.threads(), record, file);
    if (contender.equals(BANDWIDTH) && cell.name().startsWith("bulk/"))
      return List.of("mode=bandwidth", "every=16", "record=" + CHUNK_BYTES, file);
    return List.of();
  }

  /** What the program prints. */
  record Printed(
      @JsonProperty("operations") long operations,
      @JsonProperty("recordBytes") int recordBytes,
      @JsonProperty("seconds") double seconds,
      @JsonProperty("cpuSeconds") double cpuSeconds,
      @JsonProperty("durableWrites") long durableWrites,
      @JsonProperty("writtenBytes") long writtenBytes,
      @JsonProperty("latency") Measurement.Latency latency) {}

  static Measurement parse(byte[] json) throws IOException {
    Printed printed = Json.read(json, Printed.class);
    Map<String, Double> values = new TreeMap<>();
    values.put("durableWrites", (double) printed.durableWrites());
    values.put("writtenBytes", (double) printed.writtenBytes());
    values.put("megabytesPerSecond", printed.operations() * (double) printed.recordBytes() / 1e6 / printed.seconds());
    return new Measurement(
        printed.operations(), printed.recordBytes(), printed.seconds(), printed.cpuSeconds(), printed.latency(), values, null,
        "O_DIRECT on a zero-filled file");
  }
}
