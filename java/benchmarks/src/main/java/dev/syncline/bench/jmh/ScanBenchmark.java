package dev.syncline.bench.jmh;

import dev.syncline.SyncMode;
import dev.syncline.WalCursor;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A record read in sequence from files that are cached. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ScanBenchmark {
  private static final int RECORDS = 20_000;
  private static final int RECORDS_TO_A_SYNC = 100;

  @Param({"256", "4096"})
  int recordBytes;

  private Path directory;
  private WriteAheadLog log;

  @Setup
  public void setUp() throws IOException {
    directory = Files.createTempDirectory(Path.of(System.getProperty("bench.directory", ".")), "jmh-");
    log = WriteAheadLog.open(directory, WalOptions.builder().syncMode(SyncMode.MANUAL).build());
    for (int i = 1; i <= RECORDS; i++) {
      log.append(new byte[recordBytes]);
      if (i % RECORDS_TO_A_SYNC == 0) log.sync();
    }
  }

  @TearDown
  public void tearDown() throws IOException {
    log.close();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) Files.delete(file);
    }
  }

  @Benchmark
  @OperationsPerInvocation(RECORDS)
  public long replay() throws IOException {
    long bytes = 0;
    try (WalCursor records = log.replay()) {
      while (records.hasNext()) bytes += records.next().valueBuffer().remaining();
    }
    return bytes;
  }
}
