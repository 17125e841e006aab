package dev.syncline.lab;

import dev.syncline.tck.DiskImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Does again what was done to a disk until a moment, and cuts the power there. */
final class CrashReplay {

  /** Names that are on stable storage, and changes of them since the last sync of the directory. */
  private static final class NamesPast {
    final Map<String, Integer> durable = new TreeMap<>();
    final List<DiskStep> pending = new ArrayList<>();

    void sync(int began) {
      for (Iterator<DiskStep> each = pending.iterator(); each.hasNext(); ) {
        DiskStep step = each.next();
        if (!step.endedBefore(began)) continue;
        apply(step, durable);
        each.remove();
      }
    }

    Map<String, Integer> afterCut(Survival survival, int moment) {
      Map<String, Integer> names = new TreeMap<>(durable);
      boolean[] kept = survival.namesKept(pending, moment);
      for (int i = 0; i < kept.length; i++) if (kept[i]) apply(pending.get(i), names);
      return names;
    }

    private static void apply(DiskStep step, Map<String, Integer> names) {
      switch (step.kind) {
        case CREATE, LINK -> names.put(step.name, step.file);
        case RENAME -> {
          names.remove(step.name, step.file);
          names.put(step.to, step.file);
        }
        default -> names.remove(step.name, step.file);
      }
    }
  }

  private final Map<String, NamesPast> directories = new TreeMap<>();
  private final Map<Integer, FilePast> files = new HashMap<>();
  private final int moment;
  private final Survival survival;

  CrashReplay(DiskImage before, int moment, Survival survival) {
    this.moment = moment;
    this.survival = survival;
    before.directories().forEach((directory, names) -> {
      NamesPast past = new NamesPast();
      past.durable.putAll(names);
      directories.put(directory, past);
    });
    before.files().forEach((number, bytes) -> files.put(number, new FilePast(bytes.clone())));
  }

  DiskImage run(List<DiskStep> steps) {
    for (DiskStep step : steps) if (step.began < moment) take(step);
    return image();
  }

  private void take(DiskStep step) {
    boolean returned = step.endedBefore(moment);
    switch (step.kind) {
      case CREATE -> {
        files.put(step.file, new FilePast(new byte[0]));
        directories.get(step.directory).pending.add(step);
      }
      case RENAME, LINK, DELETE -> directories.get(step.directory).pending.add(step);
      case MAKE_DIRECTORY -> {
        if (returned || survival.namesKept(List.of(step), moment)[0]) directories.putIfAbsent(step.directory, new NamesPast());
      }
      case SYNC_DIRECTORY -> {
        if (returned) directories.get(step.directory).sync(step.began);
      }
      case RESIZE -> files.get(step.file).resize(step);
      case WRITE -> files.get(step.file).write(step);
      case WRITE_DURABLY -> {
        files.get(step.file).write(step);
        if (returned) files.get(step.file).harden();
      }
      case SYNC -> {
        if (returned) files.get(step.file).sync(step.began);
      }
    }
  }

  private DiskImage image() {
    Map<String, Map<String, Integer>> names = new TreeMap<>();
    Map<Integer, byte[]> bytes = new TreeMap<>();
    directories.forEach((directory, past) -> names.put(directory, past.afterCut(survival, moment)));
    for (Map<String, Integer> directory : names.values())
      for (int file : directory.values()) bytes.computeIfAbsent(file, number -> files.get(number).afterCut(survival, moment));
    return new DiskImage(names, bytes);
  }
}
