package dev.syncline.bench.cell;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every cell by name, and the lists of them that have a name of their own. */
public final class Cells {
  /** Nearly fill one segment, at 4 KiB each: what is appended to it later still fits. */
  static final int SMALL_LOG_RECORDS = 15_600;

  /** A gibibyte of them. */
  private static final int LARGE_LOG_RECORDS = 250_000;

  private static final long SEGMENT_BYTES = 64L << 20;
  private static final int[] THREADS = {1, 8, 64};
  private static final int[] FEW_THREADS = {2, 4, 16};
  private static final int[] RECORD_BYTES = {256, 4096, 65536};
  private static final int SMALL = 256;

  /** What {@code --cells} takes beside names of cells. */
  private static final Map<String, List<String>> LISTS =
      Map.of(
          "few",
          List.of("append/2x256", "append/4x256", "append/8x256", "append/16x256"),
          "short",
          List.of("append/1x256", "append/64x256", "every/100x256", "bulk/65536", "put/8x256"),
          "targets",
          List.of("append/*", "every/*", "every-async/*", "bulk/*", "rotation/*", "replay/*", "read/*", "reopen/*", "put/*"),
          "builds",
          List.of(
              "append/1x256", "append/64x256", "replay/every-100", "read/1", "read/1-beside-append", "read/1-read-only*", "follow/*"),
          "smoke",
          List.of(
              "append/1x256", "append/64x256", "every/100x256", "every-async/100x256", "bulk/65536", "rotation/*", "put/8x256",
              "follow/1000", "follow/fast-0", "follow/fast-4", "follow/quiet"));

  private final Map<String, Cell> cells = new LinkedHashMap<>();
  private final Map<String, Cell> preparations = new LinkedHashMap<>();

  /**
   * The cells with their logs to read in one of two sizes.
   *
   * @param full the sizes of the targets, instead of a tenth
   */
  public Cells(boolean full) {
    int scale = full ? 1 : 10;
    prepare(write("every-100", 500_000, 256, 100));
    prepare(write("every-10", 500_000 / scale, 256, 10));
    prepare(write("every-1000", 500_000, 256, 1000));
    prepare(write("each", 500_000 / scale, 256, 1));
    prepare(write("64MB", SMALL_LOG_RECORDS, 4096, 100));
    prepare(write("1GB", LARGE_LOG_RECORDS, 4096, 100));
    prepare(cell("64MB-killed", "write-and-die", 1, 4096, 100).withRecords(SMALL_LOG_RECORDS));
    prepare(cell("1GB-killed", "write-and-die", 1, 4096, 100).withRecords(LARGE_LOG_RECORDS));
    prepare(cell("one-killed", "write-and-die", 1, SMALL, 1).withRecords(1));
    prepare(cell("large", "write-segments", 1, 4096, 100).withRecords(160 / scale));
    prepare(write("random", 10_000_000 / scale, 256, 1000));
    for (int recordBytes : RECORD_BYTES)
      for (int threads : THREADS) add(cell("append/" + threads + "x" + recordBytes, "append", threads, recordBytes, 1));
    for (int threads : FEW_THREADS) add(cell("append/" + threads + "x256", "append", threads, SMALL, 1));
    add(cell("every/100x256", "every", 1, SMALL, 100));
    add(cell("every-async/100x256", "every-async", 1, SMALL, 100));
    add(cell("bulk/65536", "every", 1, 65536, 256));
    add(cell("rotation/second", "rotate", 1, SMALL, 1));
    add(cell("rotation/none", "rotate-never", 1, SMALL, 1));
    for (String name : List.of("every-1000", "every-100", "every-10", "each")) add(reading("replay/" + name, "replay", 1, false, name));
    for (int threads : new int[] {1, 2}) {
      add(reading("read/" + threads, "read", threads, false, "random"));
      add(reading("read/" + threads + "-beside-append", "read", threads, true, "random"));
    }
    add(reading("read/1-read-only", "read-only", 1, false, "random"));
    add(reading("read/1-read-only-beside-append", "read-only", 1, true, "random"));
    add(reading("reopen/64MB", "reopen", 1, false, "64MB"));
    add(reading("reopen/large", "reopen", 1, false, "large"));
    add(reading("reopen/1GB", "reopen", 1, false, "1GB"));
    add(reading("reopen-crashed/64MB", "reopen-crashed", 1, false, "64MB-killed"));
    add(reading("reopen-crashed/1GB", "reopen-crashed", 1, false, "1GB-killed"));
    add(reading("reopen-crashed/one", "reopen-crashed", 1, false, "one-killed"));
    add(cell("cold/plain", "cold", 1, SMALL, 1));
    add(cell("cold/archived", "cold-archived", 1, SMALL, 1));
    for (int logs : new int[] {1, 100, 1000}) add(cell("idle/" + logs, "idle", 1, SMALL, 1).withRecords(logs));
    for (int threads : THREADS) add(cell("put/" + threads + "x256", "put", threads, SMALL, 1));
    for (int rate : new int[] {10, 100, 1000}) add(cell("follow/" + rate, "follow", 1, SMALL, 1).followedBy(1, rate, false));
    for (int followers : new int[] {0, 1, 4}) add(cell("follow/fast-" + followers, "follow", 1, SMALL, 1).followedBy(followers, 0, false));
    for (int readers : new int[] {0, 1, 4}) add(cell("beside/tails-" + readers, "beside-tails", readers, SMALL, 1));
    for (int readers : new int[] {1, 4}) add(cell("beside/reads-" + readers, "beside-reads", readers, SMALL, 1));
    add(cell("follow/quiet", "follow", 1, SMALL, 1).followedBy(1, 0, true));
    add(cell("sustained/1x256", "sustained", 1, SMALL, 1));
    add(cell("sustained/64x256", "sustained", 64, SMALL, 1));
    add(cell("sustained/8x4096", "sustained", 8, 4096, 1));
  }

  private void add(Cell cell) {
    cells.put(cell.name(), cell);
  }

  private void prepare(Cell cell) {
    preparations.put(cell.name(), cell);
  }

  private static Cell cell(String name, String workload, int threads, int recordBytes, int every) {
    return new Cell(name, workload, threads, recordBytes, 0, every, 1, 5, SEGMENT_BYTES, false, 0, 0, false, null);
  }

  private static Cell write(String name, long records, int recordBytes, int every) {
    return cell(name, "write", 1, recordBytes, every).withRecords(records);
  }

  /** A cell that reads what a preparation wrote. */
  private Cell reading(String name, String workload, int threads, boolean background, String preparation) {
    Cell written = preparations.get(preparation);
    return new Cell(
        name, workload, threads, written.recordBytes(), written.records(), 1, 1, 5, SEGMENT_BYTES, background, 0, 0, false, preparation);
  }

  /** What must be written before a cell can read it. */
  public Cell preparation(Cell cell) {
    return preparations.get(cell.preparation());
  }

  /** The one that shows whether a contender syncs. */
  public static Cell check(int appends) {
    return cell("check", "check", 1, SMALL, 1).withRecords(appends);
  }

  /** The cells of a list of names; a name that ends with {@code *} means all that begin so. */
  public List<Cell> named(List<String> names) {
    List<Cell> found = new ArrayList<>();
    for (String name : names)
      for (String each : name.equals("all") ? List.of("*") : LISTS.getOrDefault(name, List.of(name))) {
        List<Cell> matching = cells.values().stream().filter(cell -> matches(cell.name(), each)).toList();
        if (matching.isEmpty())
          throw new IllegalArgumentException(
              "no cell is called " + each + "; there are " + cells.keySet() + ", and as lists all and " + LISTS.keySet());
        matching.stream().filter(cell -> !found.contains(cell)).forEach(found::add);
      }
    return found;
  }

  private static boolean matches(String name, String pattern) {
    return pattern.endsWith("*") ? name.startsWith(pattern.substring(0, pattern.length() - 1)) : name.equals(pattern);
  }
}
