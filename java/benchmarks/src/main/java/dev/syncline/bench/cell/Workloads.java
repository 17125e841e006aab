package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import java.nio.file.Path;
import java.util.Map;

/** The workloads by name. */
public final class Workloads {
  private static final Map<String, Workload> ALL =
      Map.of(
          "append", new AppendWorkload(),
          "every", new DeferredWorkload(Setup.Mode.DEFERRED),
          "every-async", new DeferredWorkload(Setup.Mode.ASYNC));

  private Workloads() {}

  public static Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    Workload workload = ALL.get(cell.workload());
    if (workload == null) throw new IllegalArgumentException("no workload is called " + cell.workload());
    return workload.run(contender, cell, directory);
  }
}
