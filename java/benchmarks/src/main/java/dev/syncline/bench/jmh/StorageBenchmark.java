package dev.syncline.bench.jmh;

import dev.syncline.StorageMode;
import dev.syncline.io.AlignedBuffers;
import dev.syncline.io.SegmentFile;
import dev.syncline.io.Storage;
import dev.syncline.io.Storages;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The way into the kernel and back: what a call costs beside what it does. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StorageBenchmark {
  private static final int BLOCK_BYTES = 4096;

  @Param({"NATIVE", "PORTABLE"})
  StorageMode mode;

  private Path directory;
  private Storage storage;
  private SegmentFile file;
  private ByteBuffer block;

  @Setup
  public void setUp() throws IOException {
    directory = Files.createTempDirectory(Path.of(System.getProperty("bench.directory", ".")), "jmh-");
    storage = Storages.open(directory, mode, BLOCK_BYTES).storage();
    file = storage.create("block", BLOCK_BYTES);
    block = AlignedBuffers.allocate(BLOCK_BYTES).limit(BLOCK_BYTES);
    file.writeZeros(0, BLOCK_BYTES);
    file.sync();
  }

  @TearDown
  public void tearDown() throws IOException {
    file.close();
    storage.delete("block");
    storage.close();
    Files.delete(directory);
  }

  /** A call that does next to nothing. */
  @Benchmark
  public long size() throws IOException {
    return file.size();
  }

  /** The floor of an append, through the storage. */
  @Benchmark
  @OutputTimeUnit(TimeUnit.MICROSECONDS)
  public void writeDurably() throws IOException {
    file.writeDurably(block.clear().limit(BLOCK_BYTES), 0);
  }
}
