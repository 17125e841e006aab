package dev.syncline.bench.jmh;

import dev.syncline.format.Crc;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** CRC32C over a direct buffer, as records and frames have it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CrcBenchmark {
  @Param({"24", "256", "4096", "65536"})
  int bytes;

  private final Crc crc = new Crc();
  private ByteBuffer buffer;

  @Setup
  public void setUp() {
    buffer = ByteBuffer.allocateDirect(bytes);
  }

  @Benchmark
  public int plain() {
    return crc.of(buffer, 0, bytes);
  }

  @Benchmark
  public int seeded() {
    return crc.seeded(42, buffer, 0, bytes);
  }
}
