package dev.syncline.cli;

import dev.syncline.CorruptionPolicy;
import dev.syncline.Operation;
import dev.syncline.StorageMode;
import dev.syncline.Verification;
import dev.syncline.WalOptions;
import dev.syncline.WriteAheadLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Logs with everything that a log may have, drawn from a seed. */
final class RandomLogs {
  private static final int STEPS = 60;
  private static final int LARGE_BYTES = 200_000;
  private static final int BLOCK_BYTES = 4096;
  private static final long FRAMES_START_BYTES = 3 * BLOCK_BYTES;

  private final Random random;
  private final StorageMode storage;
  private final Path directory;

  private Instant now = Instant.parse("2026-12-01T12:00:00Z");

  private RandomLogs(long seed, StorageMode storage, Path directory) {
    this.random = new Random(seed);
    this.storage = storage;
    this.directory = directory;
  }

  /** A closed log without damage; it may have gaps, because it had damage before. */
  static Path write(long seed, StorageMode storage, Path directory) throws IOException {
    RandomLogs logs = new RandomLogs(seed, storage, directory);
    logs.steps();
    if (logs.random.nextInt(3) == 0) {
      logs.loseAndGiveUp();
      if (logs.random.nextBoolean()) logs.steps();
    }
    return directory;
  }

  private WriteAheadLog open(CorruptionPolicy policy) throws IOException {
    return WriteAheadLog.open(
        directory,
        WalOptions.builder().storage(storage).maxSegmentSize(64 << 10).corruptionPolicy(policy).clock(() -> now)
            .joinCommitsWithin(Duration.ofSeconds(random.nextInt(2) * 5)).build());
  }

  private void steps() throws IOException {
    try (WriteAheadLog log = open(CorruptionPolicy.REFUSE)) {
      int steps = random.nextInt(STEPS);
      for (int i = 0; i < steps; i++) step(log);
    }
  }

  private void step(WriteAheadLog log) throws IOException {
    now = now.plusMillis(random.nextInt(3) * random.nextInt(10_000) - 500);
    switch (random.nextInt(12)) {
      case 0 -> log.checkpoint();
      case 1 -> log.checkpoint(log.currentSequence() - random.nextInt((int) Math.min(5, log.currentSequence() + 1)));
      case 2 -> log.truncate(Math.max(0, log.currentSequence() - random.nextInt(20)));
      case 3 -> cutTail(log);
      case 4, 5, 6 -> log.appendBatch(batch());
      default -> log.append(operation());
    }
  }

  private void cutTail(WriteAheadLog log) throws IOException {
    try {
      log.truncateAfter(log.currentSequence() - random.nextInt((int) Math.min(4, log.currentSequence() - log.firstSequence() + 2)));
    } catch (IllegalArgumentException insideABatch) {
      log.append(bytes());
    }
  }

  private List<Operation> batch() {
    List<Operation> operations = new ArrayList<>();
    for (int i = random.nextInt(6); i >= 0; i--) operations.add(operation());
    return operations;
  }

  private Operation operation() {
    return switch (random.nextInt(3)) {
      case 0 -> Operation.put(bytes(), bytes());
      case 1 -> Operation.delete(bytes());
      default -> Operation.entry(bytes());
    };
  }

  private byte[] bytes() {
    byte[] bytes = new byte[random.nextInt(10) == 0 ? random.nextInt(LARGE_BYTES) : random.nextInt(5) == 0 ? 0 : random.nextInt(30)];
    random.nextBytes(bytes);
    return bytes;
  }

  /** Something in the middle of a segment is overwritten, and the log opened so that the rest goes. */
  private void loseAndGiveUp() throws IOException {
    List<Path> segments = Cli.files(directory, ".wal");
    if (segments.isEmpty()) return;
    Path file = segments.get(random.nextInt(segments.size()));
    long size = Files.size(file);
    if (size <= FRAMES_START_BYTES + BLOCK_BYTES) return;
    byte[] garbage = new byte[BLOCK_BYTES];
    random.nextBytes(garbage);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      long behind = (long) (random.nextDouble() * (size - FRAMES_START_BYTES - garbage.length));
      channel.write(ByteBuffer.wrap(garbage), FRAMES_START_BYTES + behind);
    }
    WalOptions options = WalOptions.builder().storage(storage).maxSegmentSize(64 << 10).corruptionPolicy(CorruptionPolicy.TRUNCATE)
        .verifyOnOpen(Verification.FULL).build();
    WriteAheadLog.open(directory, options).close();
  }
}
