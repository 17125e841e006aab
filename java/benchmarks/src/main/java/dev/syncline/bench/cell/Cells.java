package dev.syncline.bench.cell;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every cell by name, and the lists of them that have a name of their own. */
public final class Cells {
  private static final long SEGMENT_BYTES = 64L << 20;
  private static final int[] THREADS = {1, 8, 64};
  private static final int[] RECORD_BYTES = {256, 4096, 65536};
  private static final Map<String, Cell> ALL = new LinkedHashMap<>();

  static {
    for (int recordBytes : RECORD_BYTES)
      for (int threads : THREADS) add(cell("append/" + threads + "x" + recordBytes, "append", threads, recordBytes, 1));
    add(cell("every/100x256", "every", 1, 256, 100));
    add(cell("every-async/100x256", "every-async", 1, 256, 100));
    add(cell("bulk/65536", "every", 1, 65536, 256));
  }

  /** What {@code --cells} takes beside names of cells. */
  private static final Map<String, List<String>> LISTS =
      Map.of(
          "short", List.of("append/1x256", "append/8x256", "append/64x256", "every/100x256", "bulk/65536"),
          "all", List.copyOf(ALL.keySet()));

  private Cells() {}

  private static void add(Cell cell) {
    ALL.put(cell.name(), cell);
  }

  private static Cell cell(String name, String workload, int threads, int recordBytes, int every) {
    return new Cell(name, workload, threads, recordBytes, 0, every, 1, 5, SEGMENT_BYTES, false, null);
  }

  /** The cells of a list of names; a name that ends with {@code *} means all that begin so. */
  public static List<Cell> named(List<String> names) {
    List<Cell> found = new ArrayList<>();
    for (String name : names) {
      int before = found.size();
      for (String each : LISTS.getOrDefault(name, List.of(name)))
        for (Cell cell : ALL.values()) if (matches(cell.name(), each) && !found.contains(cell)) found.add(cell);
      if (found.size() == before && found.stream().noneMatch(cell -> matches(cell.name(), name)))
        throw new IllegalArgumentException("no cell is called " + name + "; there are " + LISTS.keySet() + " and " + ALL.keySet());
    }
    return found;
  }

  private static boolean matches(String name, String pattern) {
    return pattern.endsWith("*") ? name.startsWith(pattern.substring(0, pattern.length() - 1)) : name.equals(pattern);
  }
}
