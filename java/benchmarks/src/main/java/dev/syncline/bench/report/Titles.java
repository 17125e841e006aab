package dev.syncline.bench.report;

import java.util.Map;

/** Names of cells in words. */
final class Titles {
  private static final Map<String, String> ALL =
      Map.ofEntries(
          Map.entry("every/100x256", "1 thread, 256 B, a sync every 100 records (latency is that of all 100)"),
          Map.entry("every-async/100x256", "1 thread, 256 B, appendAsync, waiting for every 100th"),
          Map.entry("bulk/65536", "Bulk: 64 KiB records, a sync every 16 MiB, files used again"),
          Map.entry("rotation/second", "1 thread, 256 B, a new segment about every second"),
          Map.entry("rotation/none", "1 thread, 256 B, one segment"),
          Map.entry("replay/every-10", "Replay of 50,000 × 256 B, written with a sync every 10 (500,000 at the full scale)"),
          Map.entry("replay/every-1000", "Replay of 500,000 × 256 B, written with a sync every 1,000"),
          Map.entry("replay/every-100", "Replay of 500,000 × 256 B, written with a sync every 100"),
          Map.entry("replay/each", "Replay of a log written with one commit per record"),
          Map.entry("read/1", "read(sequence) at random, 1 thread"),
          Map.entry("read/1-beside-append", "read(sequence) at random, 1 thread, beside a thread that appends durably"),
          Map.entry("read/2", "read(sequence) at random, 2 threads"),
          Map.entry("read/2-beside-append", "read(sequence) at random, 2 threads, beside a thread that appends durably"),
          Map.entry("read/1-read-only", "read(sequence) at random, 1 thread, through a log opened to read beside the open one"),
          Map.entry(
              "read/1-read-only-beside-append",
              "read(sequence) at random, 1 thread, through a log opened to read beside the one that a thread appends to durably"),
          Map.entry("beside/tails-0", "1 thread, 256 B, beside no reader"),
          Map.entry("beside/tails-1", "1 thread, 256 B, followed by a thread of the same process"),
          Map.entry("beside/tails-4", "1 thread, 256 B, followed by four threads of the same process"),
          Map.entry("beside/reads-1", "1 thread, 256 B, beside a thread that reads at random without a pause"),
          Map.entry("beside/reads-4", "1 thread, 256 B, beside four threads that read at random without a pause"),
          Map.entry("follow/10", "Followed by another process: 1 thread, 256 B, 10 appends a second"),
          Map.entry("follow/100", "Followed by another process: 1 thread, 256 B, 100 appends a second"),
          Map.entry("follow/1000", "Followed by another process: 1 thread, 256 B, 1,000 appends a second"),
          Map.entry("follow/fast-0", "As fast as it can: 1 thread, 256 B, followed by nobody"),
          Map.entry("follow/fast-1", "As fast as it can: 1 thread, 256 B, followed by another process"),
          Map.entry("follow/fast-4", "As fast as it can: 1 thread, 256 B, followed by four other processes"),
          Map.entry("follow/quiet", "Followed by another process, nothing is appended"),
          Map.entry("reopen/64MB", "Open a log of 64 MB and append one durable record"),
          Map.entry("reopen/1GB", "Open a log of 1 GB and append one durable record"),
          Map.entry("reopen-crashed/64MB", "The same after a kill: a log of 64 MB"),
          Map.entry("reopen-crashed/1GB", "The same after a kill: a log of 1 GB"),
          Map.entry("reopen-crashed/one", "The same after a kill: a log of one record"),
          Map.entry("cold/plain", "From the start of a JVM to its first durable append, in a new directory"),
          Map.entry("cold/archived", "The same with an archive of the classes"),
          Map.entry("idle/1", "One more log in a process, at rest after its first record"),
          Map.entry("idle/100", "100 logs in a process, at rest after their first record"),
          Map.entry("idle/1000", "1,000 logs in a process, at rest after their first record"),
          Map.entry("reopen/large", "Open a large log and append one durable record"));

  private Titles() {}

  static String of(String cell) {
    String known = ALL.get(cell);
    if (known != null) return known;
    String[] parts = cell.split("[/x]");
    String what = parts[0].equals("append") ? "Durable appends" : parts[0].equals("put") ? "Durable puts" : "Sustained appends";
    return what + ": " + parts[1] + (parts[1].equals("1") ? " thread, " : " threads, ") + size(parts[2]);
  }

  private static String size(String bytes) {
    int count = Integer.parseInt(bytes);
    return count >= 1024 ? count / 1024 + " KiB" : count + " B";
  }
}
