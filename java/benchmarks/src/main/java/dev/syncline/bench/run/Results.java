package dev.syncline.bench.run;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.syncline.bench.cell.Cell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything that was measured, and under which conditions: the JSON file.
 *
 * @param conditions what the machine and the settings were, in the order in which they are shown
 * @param checks for each contender whether it was seen to sync, in words
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Results(Map<String, String> conditions, Map<String, String> checks, List<Cell> cells, List<Run> runs) {

  /** Nothing measured yet. */
  public static Results none(Map<String, String> conditions) {
    return new Results(conditions, new TreeMap<>(), new ArrayList<>(), new ArrayList<>());
  }

  /** The number of the last round; 0 if there is none. */
  int lastRound() {
    return runs.stream().mapToInt(Run::round).max().orElse(0);
  }

  /** Replaces the file in one step, so that a run that is stopped leaves what it had. */
  public void write(Path file) throws IOException {
    Path unfinished = file.resolveSibling(file.getFileName() + ".tmp");
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.write(unfinished, Json.bytes(this));
    Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  public static Results read(Path file) throws IOException {
    return Json.read(Files.readAllBytes(file), Results.class);
  }
}
