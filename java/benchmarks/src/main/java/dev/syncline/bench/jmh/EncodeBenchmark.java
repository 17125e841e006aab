package dev.syncline.bench.jmh;

import dev.syncline.format.Crc;
import dev.syncline.format.Layout;
import dev.syncline.format.RecordCodec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** A record into a frame: its header and payload, and the checksum over both. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EncodeBenchmark {
  private static final byte[] NO_KEY = {};

  @Param({"256", "4096", "65536"})
  int recordBytes;

  private final Crc crc = new Crc();
  private ByteBuffer frame;
  private byte[] record;
  private long sequence;

  @Setup
  public void setUp() {
    frame = ByteBuffer.allocateDirect(Layout.RECORD_HEADER_BYTES + recordBytes + 64).order(ByteOrder.LITTLE_ENDIAN);
    record = new byte[recordBytes];
  }

  @Benchmark
  public int encode() {
    return RecordCodec.encode(frame, 0, ++sequence, 1, 0, 0, NO_KEY, record);
  }

  @Benchmark
  public int encodeAndSeal() {
    RecordCodec.encode(frame, 0, ++sequence, 1, 0, 0, NO_KEY, record);
    return RecordCodec.seal(frame, 0, crc, 42);
  }
}
