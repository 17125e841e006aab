package dev.syncline.bench.jmh;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.openjdk.jmh.Main;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The benchmarks of pieces. */
@Command(
    name = "jmh",
    mixinStandardHelpOptions = true,
    description = "Measures pieces with JMH: encoding, checksums, calls into the kernel, scanning. After -- come JMH's own arguments.")
public final class JmhCommand implements Callable<Integer> {
  @Parameters(arity = "0..*", description = "What JMH takes: names or patterns of benchmarks, options.")
  List<String> arguments = new ArrayList<>();

  @Override
  public Integer call() throws Exception {
    Main.main(arguments.toArray(String[]::new));
    return 0;
  }
}
