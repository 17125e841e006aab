package dev.syncline.bench.run;

import dev.syncline.bench.cell.Cell;
import dev.syncline.bench.contender.Contenders;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Runs one cell of one contender in a process of its own. */
final class Child {
  private static final int SAID_CHARS_MAX = 2000;

  private final Floor floor;
  private final Map<String, Variant> variants;
  private final Path logs;
  private final SlowDisk disk;

  Child(Floor floor, Map<String, Variant> variants, Path logs, SlowDisk disk) {
    this.floor = floor;
    this.variants = variants;
    this.logs = logs;
    this.disk = disk;
  }

  Outcome run(String contender, Cell cell, Path directory) throws IOException {
    if (disk.isPassedBy(contender)) return Outcome.skipped("what it writes goes round the slowed disk");
    return Floor.isFloor(contender) ? runFloor(List.of(), contender, cell, directory) : runJava(List.of(), contender, cell, directory);
  }

  Outcome runFloor(List<String> prefix, String contender, Cell cell, Path directory) throws IOException {
    Optional<String> problem = floor.problem();
    if (problem.isPresent()) return Outcome.skipped(problem.get());
    Path printed = logs.resolve("floor.json");
    Path said = logs.resolve("floor.log");
    List<String> command = new ArrayList<>(prefix);
    command.addAll(floor.command(contender, cell, directory));
    ProcessBuilder builder = new ProcessBuilder(command);
    int exit = await(builder.redirectOutput(printed.toFile()).redirectError(said.toFile()), cell);
    if (exit != 0) return Outcome.failed("the C program ended with " + exit + ": " + Files.readString(said).trim());
    return Outcome.measured(Floor.parse(Files.readAllBytes(printed)));
  }

  /** {@code prefix} goes before the command, as strace does. */
  Outcome runJava(List<String> prefix, String contender, Cell cell, Path directory) throws IOException {
    Path result = logs.resolve("result.json");
    Files.deleteIfExists(result);
    File said = logs.resolve("child.log").toFile();
    ProcessBuilder builder = new ProcessBuilder(command(prefix, contender, cell, directory, result));
    int exit = await(builder.redirectErrorStream(true).redirectOutput(said), cell);
    // A process that is killed while it writes it leaves an empty one.
    if (Files.exists(result) && Files.size(result) > 0) {
      Outcome outcome = Json.read(Files.readAllBytes(result), Outcome.class);
      return outcome.failed() == null ? outcome : Outcome.failed(outcome.failed() + lastWords(said.toPath()));
    }
    return Outcome.failed("the process ended with " + exit + " and no result" + lastWords(said.toPath()));
  }

  private static String lastWords(Path said) throws IOException {
    String text = Files.readString(said, StandardCharsets.ISO_8859_1).trim();
    return text.isEmpty() ? "" : "; it said: " + text.substring(Math.max(0, text.length() - SAID_CHARS_MAX));
  }

  private List<String> command(List<String> prefix, String contender, Cell cell, Path directory, Path result) throws IOException {
    int at = contender.indexOf('@');
    String base = at < 0 ? contender : contender.substring(0, at);
    Variant variant = at < 0 ? Variant.NONE : variants.get(contender.substring(at + 1));
    if (variant == null) throw new IllegalArgumentException(contender + " names a variant that --variant does not define");
    List<String> command = new ArrayList<>(prefix);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(Contenders.jvmArguments(base, logs));
    command.addAll(variant.jvmArguments());
    command.addAll(List.of("-cp", variant.before(System.getProperty("java.class.path"))));
    command.addAll(List.of("dev.syncline.bench.Bench", "cell", "--contender=" + base, "--cell=" + Json.line(cell)));
    command.addAll(List.of("--directory=" + directory, "--result=" + result));
    return command;
  }

  private int await(ProcessBuilder builder, Cell cell) throws IOException {
    disk.slows(builder);
    Process process = builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null"))).start();
    Thread hook = new Thread(process::destroyForcibly);
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      // Preparing and closing take their time too, on a slow disk.
      long limitSeconds = 240 + (long) (4 * (cell.warmupSeconds() + cell.seconds()));
      if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) process.destroyForcibly().waitFor();
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while a cell was measured", e);
    } finally {
      process.destroyForcibly();
      Runtime.getRuntime().removeShutdownHook(hook);
    }
  }
}
