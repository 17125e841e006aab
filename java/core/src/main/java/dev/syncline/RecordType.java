package dev.syncline;

/** What a record is. The codes are part of the format. */
public enum RecordType {
  /** A key and a value. */
  PUT(1),
  /** A key without a value. */
  DELETE(2),
  /** An opaque payload without a key. */
  ENTRY(3),
  /** Closes a batch; written by the log. */
  COMMIT(4),
  /** Says that state up to a sequence is safe elsewhere; written by the log. */
  CHECKPOINT(5);

  /** The highest code of what a caller writes. */
  static final int DATA_CODE_MAX = 3;

  private static final RecordType[] BY_CODE = {null, PUT, DELETE, ENTRY, COMMIT, CHECKPOINT};
  private final int code;

  RecordType(int code) {
    this.code = code;
  }

  /** The type byte of the record on disk. */
  public int code() {
    return code;
  }

  /** Whether a caller wrote it: PUT, DELETE or ENTRY. */
  public boolean isData() {
    return code <= DATA_CODE_MAX;
  }

  /** The type with this code, or null if there is none. */
  static RecordType ofCode(int code) {
    return code < 1 || code >= BY_CODE.length ? null : BY_CODE[code];
  }
}
