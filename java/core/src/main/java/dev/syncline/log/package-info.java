/**
 * The engine: opaque records by index, in segment files. {@link dev.syncline.log.SegmentedLog} is its face.
 *
 * <p>It has rooms, and arrows between them point down only. This one wires them: {@code LogWriter} makes a log from what recovery has left,
 * {@code Truncation} takes records away at both ends and copies, {@code Shutdown} ends it. Below lie {@code read} (what may be seen, and
 * how it is shown), {@code commit} (how records become durable), {@code recovery} (what a directory means, and what opening does about it),
 * {@code segment} (the files of a log) and {@code options}.
 *
 * <p>One record on its way: {@code SegmentedLog.append} checks its size; {@code CommitQueue} admits it, gives it a sequence and copies it
 * into the open frame; a frame is completed and written by {@code FrameWriter}, for whoever holds the {@code CommitToken}; {@code
 * DurableEnd} moves, and with it whoever waited is answered; readers find the record through the {@code ReadView} that the log has
 * published.
 */
package dev.syncline.log;
