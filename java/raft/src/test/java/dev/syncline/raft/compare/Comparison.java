package dev.syncline.raft.compare;

import dev.syncline.StorageMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Measures JRaft's RocksDB storage and this one in turns, on the same disk, through the same interface, with JRaft's defaults: every
 * append is synced, entries have 1 KB.
 *
 * <p>Arguments: a directory, then what to measure: {@code append}, {@code bytes}, {@code get}, {@code steady=GIGABYTES},
 * {@code open=GIGABYTES}, {@code truncate=SECONDS}.
 */
public final class Comparison {
  private static final int ROUNDS = 6;
  private static final int[] BATCHES = {1, 32, 256};

  /** How many appends of each batch size make a round. */
  private static final int[] APPENDS = {1500, 400, 100};

  private static final int READS = 20_000;
  private static final int OPENINGS = 5;
  private static final int KEPT_ENTRIES = 100_000;

  private final Path directory;

  private Comparison(Path directory) {
    this.directory = directory;
  }

  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 2) throw new IllegalArgumentException("expected a directory and what to measure, see the class's comment");
    Comparison comparison = new Comparison(Files.createDirectories(Path.of(arguments[0])));
    for (String what : Arrays.asList(arguments).subList(1, arguments.length)) comparison.measure(what.split("="));
    System.exit(0); // JRaft's timer threads would keep the process.
  }

  private void measure(String[] what) throws Exception {
    List<Contender> contenders = contenders();
    try {
      switch (what[0]) {
        case "append" -> append(contenders);
        case "bytes" -> bytes(contenders);
        case "get" -> get(contenders);
        case "steady" -> steady(contenders, Integer.parseInt(what[1]));
        case "open" -> open(contenders, Integer.parseInt(what[1]));
        case "truncate" -> truncate(contenders.subList(0, 2), Integer.parseInt(what[1])); // Without the portable one: it is long enough.
        default -> throw new IllegalArgumentException("what is measured is listed in the class's comment, and has no " + what[0]);
      }
    } finally {
      for (Contender contender : contenders) {
        if (contender.log() != null) contender.close();
        Contender.delete(contender.directory());
      }
    }
  }

  private List<Contender> contenders() throws IOException {
    return List.of(Contender.rocksDb(directory), Contender.syncline(directory, StorageMode.AUTO),
        Contender.syncline(directory, StorageMode.PORTABLE));
  }

  private static void append(List<Contender> contenders) {
    for (Contender contender : contenders) contender.open();
    System.out.printf("%nappends of 1 KB entries, synced, %d rounds in turns%n%-18s %6s %10s %10s %10s %12s%n",
        ROUNDS, "", "batch", "p50 us", "p99 us", "p99.9 us", "entries/s");
    for (int b = 0; b < BATCHES.length; b++) {
      long[][] nanos = new long[contenders.size()][ROUNDS * APPENDS[b]];
      long[] warmUp = new long[APPENDS[b]];
      for (Contender contender : contenders) contender.append(APPENDS[b], BATCHES[b], warmUp, 0);
      for (int round = 0; round < ROUNDS; round++)
        for (int c = 0; c < contenders.size(); c++)
          contenders.get(c).append(APPENDS[b], BATCHES[b], nanos[c], round * APPENDS[b]);
      for (int c = 0; c < contenders.size(); c++) printLatencies(contenders.get(c).name, BATCHES[b], nanos[c]);
    }
  }

  private static void printLatencies(String name, int batch, long[] nanos) {
    long total = Arrays.stream(nanos).sum();
    Arrays.sort(nanos);
    System.out.printf("%-18s %6d %10.1f %10.1f %10.1f %12.0f%n", name, batch, micros(nanos, 0.5), micros(nanos, 0.99),
        micros(nanos, 0.999), (double) batch * nanos.length / total * 1e9);
  }

  private static double micros(long[] sorted, double quantile) {
    return sorted[(int) Math.min(sorted.length - 1, sorted.length * quantile)] / 1e3;
  }

  /** Bytes that reach the device for each byte of an entry's data, from the first append to the end of closing. */
  private void bytes(List<Contender> contenders) throws Exception {
    Device device = new Device(directory);
    System.out.printf("%nbytes written to the device for each byte logged%n%-18s %6s %10s%n", "", "batch", "");
    int[] entries = {8_000, 200_000, 500_000};
    for (int b = 0; b < BATCHES.length; b++) {
      for (Contender contender : contenders) {
        Contender.delete(contender.directory());
        Files.createDirectories(contender.directory());
        contender.open();
        long before = device.writtenBytes();
        int appends = entries[b] / BATCHES[b];
        contender.append(appends, BATCHES[b], new long[appends], 0);
        contender.close();
        double written = device.writtenBytes() - before;
        System.out.printf("%-18s %6d %10.2f%n", contender.name, BATCHES[b], written / ((double) entries[b] * Contender.ENTRY_BYTES));
      }
    }
  }

  private static void get(List<Contender> contenders) {
    int entries = 300_000;
    System.out.printf("%ngetEntry in %d entries of 1 KB%n%-18s %20s %10s %10s %12s%n",
        entries, "", "", "p50 us", "p99 us", "entries/s");
    for (int batch : new int[] {32, 256}) {
      for (Contender contender : contenders) {
        if (contender.log() == null) contender.open();
        contender.log().truncatePrefix(contender.log().getLastLogIndex() + 1);
        contender.append(entries / batch, batch, new long[entries / batch], 0);
      }
      for (boolean random : new boolean[] {true, false})
        for (Contender contender : contenders) printReads(contender, batch, random);
    }
  }

  private static void printReads(Contender contender, int batch, boolean random) {
    long first = contender.log().getFirstLogIndex();
    long count = contender.log().getLastLogIndex() - first + 1;
    Random picks = new Random(7);
    long[] nanos = new long[READS];
    for (int round = 0; round < 2; round++) {
      for (int i = 0; i < READS; i++) {
        long index = first + (random ? (long) (picks.nextDouble() * count) : i);
        long began = System.nanoTime();
        if (contender.log().getEntry(index) == null) throw new IllegalStateException(contender.name + " has no entry " + index);
        nanos[i] = System.nanoTime() - began;
      }
    }
    long total = Arrays.stream(nanos).sum();
    Arrays.sort(nanos);
    System.out.printf("%-18s %20s %10.1f %10.1f %12.0f%n", contender.name, (random ? "random" : "in order") + ", batch " + batch,
        micros(nanos, 0.5), micros(nanos, 0.99), READS / (total / 1e9));
  }

  private static void open(List<Contender> contenders, int gigabytes) {
    int appends = (int) (((long) gigabytes << 30) / (256 * Contender.ENTRY_BYTES));
    System.out.printf("%nopening a log of %d GB, %d times%n", gigabytes, OPENINGS);
    for (Contender contender : contenders) {
      contender.open();
      contender.append(appends, 256, new long[appends], 0);
      contender.close();
    }
    List<long[]> nanos = new ArrayList<>();
    for (int c = 0; c < contenders.size(); c++) nanos.add(new long[OPENINGS]);
    for (int i = 0; i < OPENINGS; i++) {
      for (int c = 0; c < contenders.size(); c++) {
        nanos.get(c)[i] = contenders.get(c).open();
        contenders.get(c).close();
      }
    }
    for (int c = 0; c < contenders.size(); c++) {
      long[] took = nanos.get(c);
      System.out.printf("%-18s first %8.1f ms", contenders.get(c).name, took[0] / 1e6);
      Arrays.sort(took);
      System.out.printf(", median %8.1f ms%n", took[OPENINGS / 2] / 1e6);
    }
  }

  /** The same for a log that is truncated as snapshots do, after it has been so for a while. */
  private void steady(List<Contender> contenders, int gigabytes) throws Exception {
    Device device = new Device(directory);
    System.out.printf("%nbytes written to the device for each byte logged: batches of 32, %d GB, truncated to 100 MB all the time%n",
        gigabytes);
    long bytes = (long) gigabytes << 30;
    for (Contender contender : contenders) {
      contender.open();
      appendAndTruncate(contender, 500L << 20);
      long before = device.writtenBytes();
      appendAndTruncate(contender, bytes);
      double written = device.writtenBytes() - before;
      contender.close();
      System.out.printf("%-18s %10.2f%n", contender.name, written / bytes);
    }
  }

  private static void appendAndTruncate(Contender contender, long bytes) {
    for (long done = 0; done < bytes; done += 3200L * Contender.ENTRY_BYTES) {
      contender.append(100, 32, new long[100], 0);
      truncateIfDue(contender);
    }
  }

  private static void truncateIfDue(Contender contender) {
    long last = contender.log().getLastLogIndex();
    if (last - contender.log().getFirstLogIndex() > 2 * KEPT_ENTRIES) contender.log().truncatePrefix(last - KEPT_ENTRIES);
  }

  /** Appends all the time and truncates what lies 100 MB behind, as snapshots do: one compacts, the other uses its files again. */
  private static void truncate(List<Contender> contenders, int seconds) {
    System.out.printf("%nappends for %d s each in turns of 5 s, every 100 MB truncated to the last 100 MB%n%-18s %6s %10s %10s %10s %12s%n",
        seconds, "", "batch", "p50 us", "p99 us", "p99.9 us", "entries/s");
    List<List<long[]>> nanos = new ArrayList<>();
    for (Contender contender : contenders) {
      contender.open();
      nanos.add(new ArrayList<>());
    }
    for (int turn = 0; turn < seconds / 5; turn++)
      for (int c = 0; c < contenders.size(); c++) appendAndTruncateForATurn(contenders.get(c), nanos.get(c));
    for (int c = 0; c < contenders.size(); c++)
      printLatencies(contenders.get(c).name, 32, nanos.get(c).stream().flatMapToLong(Arrays::stream).toArray());
  }

  private static void appendAndTruncateForATurn(Contender contender, List<long[]> nanos) {
    long began = System.nanoTime();
    while (System.nanoTime() - began < 5_000_000_000L) {
      long[] part = new long[100];
      contender.append(part.length, 32, part, 0);
      nanos.add(part);
      truncateIfDue(contender);
    }
  }
}
