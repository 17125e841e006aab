package dev.syncline.bench.run;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a reader must know about the machine and the settings to judge the numbers. */
final class Conditions {
  private Conditions() {}

  static Map<String, String> of(Path directory, RunCommand settings) throws IOException {
    Map<String, String> found = new LinkedHashMap<>();
    found.put("date", ZonedDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm zzz", Locale.ROOT)));
    found.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + ", " + System.getProperty("os.arch"));
    found.put("processor", firstLine("/proc/cpuinfo", "model name") + ", " + Runtime.getRuntime().availableProcessors() + " cores");
    found.put("memory", firstLine("/proc/meminfo", "MemTotal"));
    FileStore store = Files.getFileStore(directory);
    found.put("file system", store.type() + " on " + store.name());
    if (settings.diskDelayMicros > 0) found.put("disk", "each durable write and sync takes " + settings.diskDelayMicros + " µs more");
    found.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"));
    found.put("rounds", Integer.toString(settings.rounds));
    found.put("seconds a cell", settings.seconds + " after " + settings.warmupSeconds + " of warm-up");
    found.put("scale", settings.scale);
    return found;
  }

  private static String firstLine(String file, String key) {
    try {
      for (String line : Files.readAllLines(Path.of(file)))
        if (line.startsWith(key)) return line.substring(line.indexOf(':') + 1).trim();
    } catch (IOException e) {
      // Not Linux: said as unknown.
      return "unknown";
    }
    return "unknown";
  }
}
