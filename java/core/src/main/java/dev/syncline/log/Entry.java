package dev.syncline.log;

/**
 * One record to append: opaque to this layer but for its type.
 *
 * @param type 0 to 255; the types present are listed in each segment's seal
 * @param meta 32 bits of the caller's
 * @param head first part of the payload
 * @param rest second part of the payload
 */
public record Entry(int type, int meta, byte[] head, byte[] rest) {
  long payloadBytes() {
    return (long) head.length + rest.length;
  }
}
