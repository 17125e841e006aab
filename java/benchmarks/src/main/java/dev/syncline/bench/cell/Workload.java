package dev.syncline.bench.cell;

import dev.syncline.bench.contender.Contender;
import java.nio.file.Path;

/** A way of using a contender, with its measurement. Runs in a process of its own. */
interface Workload {
  Measurement run(Contender contender, Cell cell, Path directory) throws Exception;
}
