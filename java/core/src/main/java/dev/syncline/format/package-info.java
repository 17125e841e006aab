/**
 * The bytes: layout, headers, codecs. No I/O and no state; {@code FORMAT.md} is the description, and a test pins each field.
 *
 * <p>A segment is a {@link dev.syncline.format.SegmentHeader}, frames that each begin with a {@link
 * dev.syncline.format.FrameHeader} and hold {@link dev.syncline.format.RecordCodec records}, and in the end a {@link
 * dev.syncline.format.Seal}. Beside the segments lies the {@link dev.syncline.format.Mark}. A codec says why bytes are not what
 * they should be, in words; what follows from that is not decided here.
 */
package dev.syncline.format;
