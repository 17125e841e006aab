package dev.syncline.cli;

import dev.syncline.Damage;
import java.util.List;

/** Damage as the JSON output names it. */
record DamageView(String file, long offsetBytes, String problem, long firstLost, long lastLost) {

  static DamageView of(Damage damage) {
    return new DamageView(
        damage.file().toString(), damage.offsetBytes(), damage.problem(), damage.firstLost(), damage.lastLost());
  }

  /** One line for people. */
  String describe() {
    String lost = lastLost >= firstLost ? "sequences " + firstLost + ".." + lastLost + " are lost" : "no record is lost";
    return file + " at offset " + offsetBytes + ": " + problem + "; " + lost;
  }

  static List<DamageView> of(List<Damage> damage) {
    return damage.stream().map(DamageView::of).toList();
  }
}
