package dev.syncline.bench.run;

import dev.syncline.bench.cell.Cell;
import dev.syncline.bench.cell.Workloads;
import dev.syncline.bench.contender.Contender;
import dev.syncline.bench.contender.Contenders;
import dev.syncline.bench.contender.Unavailable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The child: measures one contender in one cell, writes what came out to a file, and ends. */
@Command(name = "cell", hidden = true, description = "Measures one cell in this process.")
public final class CellCommand implements Callable<Integer> {
  @Option(names = "--contender", required = true)
  String contenderName;

  @Option(names = "--cell", required = true, description = "The cell as JSON.")
  String cellJson;

  @Option(names = "--directory", required = true)
  Path directory;

  @Option(names = "--result", required = true)
  Path result;

  @Override
  public Integer call() throws IOException {
    Cell cell = Json.read(cellJson.getBytes(StandardCharsets.UTF_8), Cell.class);
    Outcome outcome = measure(cell);
    Files.write(result, Json.bytes(outcome));
    // Some peers leave threads behind that would keep the process.
    Runtime.getRuntime().halt(0);
    return 0;
  }

  private Outcome measure(Cell cell) {
    try {
      System.setProperty(Cell.CONTENDER_PROPERTY, contenderName);
      Contender contender = Contenders.create(contenderName);
      return Outcome.measured(Workloads.run(contender, cell, directory));
    } catch (Unavailable e) {
      return Outcome.skipped(e.getMessage());
    } catch (Throwable e) {
      // Whatever it is, it belongs to this contender, and the others go on.
      e.printStackTrace();
      return Outcome.failed(e.toString());
    }
  }
}
