package dev.syncline.lab;

import dev.syncline.lab.SystemFault.Effect;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Which faults are tried: every call, every error, at every index that a run without faults has reached; or a sample of them. */
final class FaultCases {
  private FaultCases() {}

  /** Every fault that a run with these counts of calls can meet. */
  static List<SystemFault> all(FaultySystem system, Map<SystemCall, Long> counts) {
    List<SystemFault> all = new ArrayList<>();
    counts.forEach((call, count) -> {
      for (SystemFault kind : kinds(system, call)) for (long nth = 1; nth <= count; nth++) all.add(kind.nth(nth));
    });
    return all;
  }

  /**
   * A part of them by chance: of every third kind one, beginning with {@code which}, so that three samples have all kinds; then any.
   */
  static List<SystemFault> sample(List<SystemFault> all, int countMax, int which, Random random) {
    List<SystemFault> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, random);
    Map<SystemFault, SystemFault> oneOfEachKind = new LinkedHashMap<>();
    for (SystemFault fault : shuffled) oneOfEachKind.putIfAbsent(fault.nth(1), fault);
    List<SystemFault> kinds = new ArrayList<>(oneOfEachKind.keySet());
    kinds.sort(Comparator.comparing(SystemFault::toString));
    Set<SystemFault> chosen = new LinkedHashSet<>();
    for (int i = which % 3; i < kinds.size(); i += 3) chosen.add(oneOfEachKind.get(kinds.get(i)));
    for (SystemFault fault : shuffled) if (chosen.size() < countMax) chosen.add(fault);
    return List.copyOf(chosen);
  }

  private static List<SystemFault> kinds(FaultySystem system, SystemCall call) {
    List<SystemFault> kinds = new ArrayList<>();
    for (SystemError error : system.errors()) {
      // A signal interrupts a call once or twice; the others are tried once, since nothing may try again.
      kinds.add(SystemFault.of(call, Effect.FAIL, error).times(error == SystemError.EINTR ? 2 : 1));
    }
    if (call.writesOrSyncs()) kinds.add(SystemFault.of(call, Effect.FAIL_AFTER, SystemError.EIO));
    if (call.isWrite()) kinds.add(SystemFault.of(call, Effect.FAIL_MIDWAY, SystemError.EIO));
    if (call.isTransfer()) kinds.add(SystemFault.of(call, Effect.SHORT, SystemError.EIO));
    return kinds;
  }

  static Map<SystemCall, Long> counts(FaultySystem system) {
    Map<SystemCall, Long> counts = new EnumMap<>(SystemCall.class);
    for (SystemCall call : system.calls()) counts.put(call, system.count(call));
    return counts;
  }
}
