package dev.syncline.log.read;

import java.nio.ByteBuffer;

/** A checked record where it lies in a reader's buffer; good until the reader moves on. */
public interface RecordView {
  long sequence();

  int type();

  /** The 32 bits that the caller gave. */
  int meta();

  int payloadBytes();

  /** A copy of the payload. */
  byte[] payload();

  /** A read-only view of the payload; one buffer, moved from record to record, so that reading allocates nothing. */
  ByteBuffer payloadView();
}
