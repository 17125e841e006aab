package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Setup;
import java.nio.file.Path;
import java.util.Map;

/** The workloads by name. */
public final class Workloads {
  private static final Map<String, Workload> ALL =
      Map.ofEntries(
          Map.entry("append", new AppendWorkload()),
          Map.entry("put", new PutWorkload()),
          Map.entry("every", new DeferredWorkload(Setup.Mode.DEFERRED)),
          Map.entry("every-async", new DeferredWorkload(Setup.Mode.ASYNC)),
          Map.entry("write", new WriteWorkload(true)),
          Map.entry("write-and-die", new WriteWorkload(false)),
          Map.entry("write-segments", new SegmentsWorkload()),
          Map.entry("replay", new ReplayWorkload()),
          Map.entry("reopen", new ReopenWorkload()),
          Map.entry("reopen-crashed", new CrashedWorkload()),
          Map.entry("cold", new ColdWorkload(false)),
          Map.entry("cold-archived", new ColdWorkload(true)),
          Map.entry("idle", new IdleWorkload()),
          Map.entry("read", new RandomReadWorkload(false)),
          Map.entry("read-only", new RandomReadWorkload(true)),
          Map.entry("beside-tails", new BesideWorkload(true)),
          Map.entry("beside-reads", new BesideWorkload(false)),
          Map.entry("rotate", new RotationWorkload(true)),
          Map.entry("rotate-never", new RotationWorkload(false)),
          Map.entry("follow", new FollowWorkload()),
          Map.entry("sustained", new SustainedWorkload()),
          Map.entry("check", new CheckWorkload()));

  private Workloads() {}

  public static Measurement run(Contender contender, Cell cell, Path directory) throws Exception {
    Workload workload = ALL.get(cell.workload());
    if (workload == null) throw new IllegalArgumentException("no workload is called " + cell.workload());
    return workload.run(contender, cell, directory);
  }
}
