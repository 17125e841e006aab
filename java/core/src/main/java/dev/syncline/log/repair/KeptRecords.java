package dev.syncline.log.repair;

import dev.syncline.io.Storage;
import java.io.IOException;

/**
 * How many records a repair keeps. Made by reading them all.
 *
 * @param all markers included
 * @param behind those of them from a given sequence on
 */
record KeptRecords(long all, long behind) {

  static KeptRecords count(Storage storage, Storage.Access access, Findings findings, long sequence) throws IOException {
    long[] counts = new long[2];
    new SalvageReader(storage, access, (first, group) -> {
      counts[0] += group.size();
      if (first >= sequence) counts[1] += group.size();
    }).read(findings);
    return new KeptRecords(counts[0], counts[1]);
  }

  static long count(Storage storage, Storage.Access access, Findings findings) throws IOException {
    return count(storage, access, findings, Long.MAX_VALUE).all();
  }
}
