package dev.syncline.bench.run;

import dev.syncline.bench.cell.Cell;
import dev.syncline.bench.contender.Contenders;
import java.util.Set;

/** Who takes part in which cell. */
final class Parts {
  /** What only this log has, and what all its storages do alike. */
  private static final Set<String> NATIVE_ALONE = Set.of("put", "rotate", "rotate-never", "read", "read-only", "follow", "sustained");

  private Parts() {}

  static boolean takesPart(String contender, Cell cell) {
    if (Floor.isFloor(contender)) return Floor.takesPart(contender, cell);
    String base = contender.contains("@") ? contender.substring(0, contender.indexOf('@')) : contender;
    if (NATIVE_ALONE.contains(cell.workload()) || cell.name().equals("reopen/large")) return base.equals("syncline-native");
    if (cell.workload().equals("every-async")) return Contenders.isSyncline(base);
    if (cell.name().startsWith("bulk/")) return Contenders.isSyncline(base) || base.equals("channel");
    // Cutting its log into files by hand, and finding its end, is what it leaves out.
    // The others are not made for many in one process, or are set up here for one.
    if (cell.workload().equals("idle")) return Contenders.isSyncline(base);
    if (cell.workload().startsWith("reopen")) return !base.equals("channel");
    // A million rows at one commit each would take their time, and show nothing of the others' reading.
    return !cell.name().equals("replay/each") || Contenders.isSyncline(base) || base.equals("rocksdb") || base.equals("artemis-nio");
  }
}
