package dev.syncline.log.read;

import dev.syncline.RecordsRewoundException;
import dev.syncline.RecordsTruncatedException;

/** What a cursor says of a record that was there and is not any more. */
final class Gone {
  private Gone() {}

  /** @param shared up to here the log is still as the cursor knows it */
  static RecordsRewoundException rewound(long sequence, long shared) {
    return new RecordsRewoundException(
        "record " + sequence + " was removed by a cut of the tail after this cursor was opened or had shown it. Up to " + shared
            + " the log is as this cursor knows it: take back what lies above, and read on behind that",
        shared);
  }

  static RecordsTruncatedException truncated(long sequence, long through) {
    return new RecordsTruncatedException(
        "record " + sequence + " was truncated away before the cursor came to it: the log was truncated through " + through
            + " and begins at " + (through + 1));
  }
}
