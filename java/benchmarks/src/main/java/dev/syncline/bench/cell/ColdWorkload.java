package dev.syncline.bench.cell;

import com.sun.jna.Native;
import dev.syncline.WriteAheadLog;
import dev.syncline.bench.contender.Contender;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * From the start of a JVM to its first durable append in a new directory: each time in another process, seen from outside. With an archive
 * of its classes ({@code -XX:ArchiveClassesAtExit}, JDK 13 and later) or without.
 */
final class ColdWorkload implements Workload {
  private static final int STARTS = 5;
  private static final String PROGRAM = "dev/syncline/bench/";

  /** JNA starts a process to ask where libraries lie, unless it is told (README.md). */
  private static final String LIBRARIES = "-Djna.platform.library.path=/usr/lib";

  private final boolean archived;

  ColdWorkload(boolean archived) {
    this.archived = archived;
  }

  @Override
  public Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    String name = System.getProperty(Cell.CONTENDER_PROPERTY);
    Path archive = directory.resolve("classes.jsa");
    String classPath = classPath(name, directory);
    if (archived)
      start(name, classPath, Files.createDirectory(directory.resolve("archived")), "-XX:ArchiveClassesAtExit=" + archive, LIBRARIES);
    String[] sharing = archived ? new String[] {"-XX:SharedArchiveFile=" + archive, LIBRARIES} : new String[] {"-Xshare:auto"};
    double[] millis = new double[STARTS];
    Usage before = Usage.now(directory);
    for (int i = 0; i < STARTS; i++) millis[i] = start(name, classPath, Files.createDirectory(directory.resolve("start-" + i)), sharing);
    Usage after = Usage.now(directory);
    Arrays.sort(millis);
    return new Measurement(
        STARTS, cell.recordBytes(), after.secondsSince(before), after.cpuSecondsSince(before), null,
        Map.of("firstMillis", millis[STARTS / 2]), null, "");
  }

  /** What an application has that uses nothing else: what looks for a service or a resource goes through every library there is. */
  private static String classPath(String name, Path directory) throws IOException, URISyntaxException {
    String all = System.getProperty("java.class.path");
    if (!name.startsWith("syncline-") && !name.equals(FirstAppend.BY_HAND)) return all;
    Path program = directory.resolve("program.jar");
    try (JarFile own = new JarFile(sourceOf(FirstAppend.class).toFile());
        JarOutputStream into = new JarOutputStream(Files.newOutputStream(program))) {
      for (JarEntry entry : Collections.list(own.entries())) {
        if (!entry.getName().startsWith(PROGRAM)) continue;
        into.putNextEntry(new JarEntry(entry.getName()));
        into.write(own.getInputStream(entry).readAllBytes());
      }
    }
    return String.join(
        File.pathSeparator, program.toString(), sourceOf(WriteAheadLog.class).toString(), sourceOf(Native.class).toString());
  }

  private static Path sourceOf(Class<?> loaded) throws URISyntaxException {
    return Path.of(loaded.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static double start(String name, String classPath, Path directory, String... options) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.addAll(List.of("-Xlog:cds=off", "-Xlog:cds+dynamic=off"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", classPath));
    command.addAll(List.of(FirstAppend.class.getName(), name, directory.toString()));
    long beganNanos = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader said = process.inputReader(StandardCharsets.US_ASCII)) {
      String line = said.readLine();
      double millis = (System.nanoTime() - beganNanos) / 1e6;
      if (!FirstAppend.DURABLE.equals(line)) throw new IOException("the process has ended, or said " + line);
      int exit = process.waitFor();
      if (exit != 0) throw new IOException("the process ended with " + exit);
      return millis;
    } finally {
      process.destroyForcibly();
    }
  }
}
