package dev.syncline.lab;

import dev.syncline.SyncMode;
import dev.syncline.Verification;
import dev.syncline.WalOptions;
import dev.syncline.format.Layout;
import dev.syncline.io.StorageTraits;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** How the log and the disk of one random run behave. */
record CrashSettings(
    SyncMode mode, int blockBytes, int segmentBytes, boolean marksAtOnce, boolean joins, Verification verification, StorageTraits traits,
    int threads, int actions) {

  static CrashSettings of(Random random) {
    int block = random.nextInt(4) == 0 ? 4096 : 512;
    SyncMode mode = random.nextInt(5) < 3 ? SyncMode.SYNC : random.nextInt(3) == 0 ? SyncMode.INTERVAL : SyncMode.MANUAL;
    int threads = random.nextInt(4) == 0 ? 2 + random.nextInt(3) : 1;
    StorageTraits traits =
        SimulatedStorage.traits(random.nextBoolean() ? 1 : block, random.nextBoolean(), random.nextBoolean());
    return new CrashSettings(mode, block, (int) Layout.FRAMES_START_BYTES + block * (5 + random.nextInt(14)),
        random.nextInt(3) == 0, random.nextBoolean(),
        List.of(Verification.FULL, Verification.ENDS, Verification.TAIL).get(random.nextInt(3)), traits, threads, 15 + random.nextInt(25));
  }

  /** Without waiting for a clock: what is done in the background is done at once, or not at all. */
  WalOptions options(long seed) {
    Random identifiers = new Random(seed);
    return WalOptions.builder()
        .syncMode(mode)
        .blockSize(blockBytes)
        .maxSegmentSize(segmentBytes)
        .markInterval(marksAtOnce ? Duration.ofNanos(1) : Duration.ofHours(1))
        .joinCommitsWithin(joins ? Duration.ofHours(1) : Duration.ZERO)
        .syncInterval(Duration.ofNanos(1))
        .verifyOnOpen(verification)
        .identifiers(identifiers::nextLong)
        .build();
  }
}
